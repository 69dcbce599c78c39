import type { Newest } from "../newest.ts";
import type { Desk } from "../platform.ts";
import { plainText, talkIn, type Surroundings } from "./from-slack.ts";
import { isTs } from "./ids.ts";
import { readMessage, type SlackMessage } from "./message.ts";
import { isObject, type Raw } from "./read.ts";
import type { Recent } from "./recent.ts";

/** Where an event happened. */
export interface EventPlace {
  readonly team: string;
  readonly channel: string;
}

/** How a message that was deleted or edited is remembered. Pure. */
export function deletedId({ channel }: Pick<EventPlace, "channel">, ts: string): string {
  return `${channel} ${ts}`;
}

/** Hands an edit or a deletion of a message to the desk. A link's preview that was found is no edit. */
export function followChange(
  event: Raw,
  place: EventPlace,
  {
    desk,
    deleted,
    edited,
    around,
  }: {
    readonly desk: Pick<Desk, "revised" | "keeps">;
    readonly deleted: Recent;
    /** Learns what messages of channels whose talk is kept say now. */
    readonly edited: Newest<SlackMessage>;
    readonly around: Surroundings;
  },
): void {
  if (event["subtype"] === "message_deleted") {
    const before = readMessage(event["previous_message"]);
    const ts = event["deleted_ts"];
    if (isTs(ts)) tell(ts, before?.thread);
    return;
  }
  const message = readMessage(event["message"]);
  if (!message || message.user === around.botUser || message.botId === around.botId) return;
  // The root of a thread stays as a stone with nothing written on it.
  if (message.subtype === "tombstone") tell(message.ts, message.thread);
  else if (hasOtherText(event)) {
    if (desk.keeps({ platform: "slack", space: place.team, channel: place.channel }))
      edited.add(deletedId(place, message.ts), message);
    tell(message.ts, message.thread, plainText(message.text, around));
  }

  function tell(ts: string, thread: string | undefined, text?: string): void {
    if (text === undefined) deleted.add(deletedId(place, ts));
    desk.revised({
      conversation: talkIn(place, { ts, ...(thread !== undefined && { thread }) }),
      ids: [ts],
      ...(text !== undefined && { text }),
    });
  }
}

function hasOtherText({ message, previous_message: before }: Raw): boolean {
  if (!isObject(message) || !isObject(before)) return true;
  return message["text"] !== before["text"];
}
