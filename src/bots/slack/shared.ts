import type { Log } from "../../log.ts";
import type { TalkPlace } from "../../chat.ts";
import type { Asked, Desk } from "../platform.ts";
import { untilDone } from "../serve-again.ts";
import type { EventPlace } from "./follow-changes.ts";
import type { People } from "./people.ts";

const NOT_KEPT =
  "People of other companies are in this channel now. What is said here is no longer kept by Hearth, and what was kept of it is deleted.";

/** What sharing is followed with. */
interface Following {
  readonly desk: Pick<Desk, "keeps" | "talk" | "ask">;
  readonly people: Pick<People, "channel">;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Channels that people of other companies are in. What is said there is not heard: nobody asked them, and nobody could be shown it, since
 * there only public documents are. What was kept of a channel is forgotten as soon as it is known to be such a one.
 */
export interface Shared {
  has(channel: string): boolean;
  /** Slack says whether a channel is shared with another company. */
  told(place: EventPlace, isShared: boolean): void;
  /** Asks Slack whether a channel is, where its talk is kept. Never rejects: what is not known is asked the next time. */
  look(place: EventPlace): Promise<void>;
  /** A channel is another one now, or is gone: what was kept of it is forgotten. */
  gone(place: EventPlace): void;
}

/** Follows which channels are shared; of none is it known before Slack says so. */
export function followShared({ desk, people, log, signal }: Following): Shared {
  const shared = new Set<string>();
  const forget = ({ team, channel }: EventPlace, { why, says }: { readonly why: string; readonly says?: string }) => {
    const place = { platform: "slack", space: team, channel } as const;
    if (!desk.keeps(place)) return;
    log.warn({ channel, why }, "The talk of a channel is kept no longer, and what was kept is deleted");
    const work = async () => {
      await desk.talk.switchOff(place, { signal });
      if (says !== undefined) desk.ask(noticeOf(place, says));
    };
    void untilDone(work, {
      signal,
      failed: (error) => log.error({ err: error, channel }, "The talk of a channel could not be forgotten yet"),
    });
  };
  const told: Shared["told"] = (place, isShared) => {
    if (isShared) shared.add(place.channel);
    else shared.delete(place.channel);
    if (isShared) forget(place, { why: "it is shared with another company", says: NOT_KEPT });
  };
  return {
    has: (channel) => shared.has(channel),
    told,
    async look(place) {
      if (!desk.keeps({ platform: "slack", space: place.team, channel: place.channel })) return;
      try {
        const channel = await people.channel(place.team, place.channel, { signal });
        if (channel) told(place, channel.isExternal);
      } catch (error) {
        if (!signal.aborted) log.info({ err: error, channel: place.channel }, "Who is in a channel could not be asked");
      }
    },
    gone: (place) => forget(place, { why: "its id is another one, or it is gone" }),
  };
}

/** What the channel is told, once a day at most. Pure but for the clock. */
function noticeOf(conversation: TalkPlace, says: string): Asked {
  const sentAt = new Date().toISOString();
  const id = `not kept ${conversation.channel} ${sentAt.slice(0, 10)}`;
  const author = { id: "hearth", name: "Hearth", isBot: true };
  const message = { id, conversation, author, text: "", sentAt };
  return { id, platform: "slack", message, seenBy: "place", files: [], says, route: { post: "here" } };
}
