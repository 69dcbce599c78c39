import { type Client, GatewayDispatchEvents } from "discord.js";
import type { Newest } from "../newest.ts";
import type { Desk } from "../platform.ts";
import { conversationOf, DIRECT, type Place, plainText, talkPlaceOf } from "./from-discord.ts";
import { type DiscordMessage, readDeletion, readMessage } from "./message.ts";
import type { Places } from "./places.ts";

/** Deletions that are remembered, so that no answer is sent to what is gone. */
const MOST_DELETED = 10_000;

/** Questions that were deleted a while ago at most. */
export interface Deleted {
  has(id: string): boolean;
  add(id: string): void;
}

/** Remembers the last so many ids. */
export function createDeleted(): Deleted {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > MOST_DELETED && oldest !== undefined) ids.delete(oldest);
    },
  };
}

/** Hands edits and deletions of messages to the desk, bulk deletions too. */
export function followChanges(
  client: Client,
  of: {
    readonly desk: Desk;
    readonly places: Places;
    readonly deleted: Deleted;
    /** Learns what messages of places whose talk is kept say now. */
    readonly edited: Newest<DiscordMessage>;
    /** Does work as soon as it is known where messages lie. */
    readonly pass: (work: () => void) => void;
  },
): void {
  const { desk, places, deleted, edited, pass } = of;
  const remove = (raw: unknown) => {
    const deletion = readDeletion(raw);
    if (!deletion) return;
    const { ids } = deletion;
    for (const id of ids) deleted.add(id);
    const gone = (place: Place = unknownPlace(deletion)) => desk.revised({ conversation: conversationOf(place), ids });
    // Of a thread that was archived for hours the library knows nothing; it may be gone too.
    pass(() => {
      const place = places.placeOf(deletion);
      if (place) gone(place);
      else void places.findPlace(deletion).then(gone);
    });
  };
  client.ws.on(GatewayDispatchEvents.MessageDelete, remove);
  client.ws.on(GatewayDispatchEvents.MessageDeleteBulk, remove);
  // A link's preview that was found, or a pin, is no edit.
  client.ws.on(GatewayDispatchEvents.MessageUpdate, (raw: unknown) =>
    pass(() => {
      const message = readMessage(raw);
      if (message?.editedAt === undefined) return;
      const place = places.placeOf(message) ?? unknownPlace(message);
      if (desk.keeps(talkPlaceOf(place))) edited.add(message.id, message);
      const revision = revisionOf(message, place, places);
      if (revision) desk.revised(revision);
    }),
  );
}

/** As much as is known of a place that nobody knows. */
function unknownPlace({
  channelId,
  guildId = DIRECT,
}: {
  readonly channelId: string;
  readonly guildId?: string;
}): Place {
  return { space: guildId, channelId, isJoined: false };
}

/** What an edit says of what somebody wrote. */
function revisionOf(message: DiscordMessage, place: Place, places: Places): Parameters<Desk["revised"]>[0] | undefined {
  const around = places.around(place.space);
  if (message.author.id === around.selfId) return undefined;
  // Where only mentions are read, an edit that takes the mention away leaves nothing that is known to be right.
  const isUnknown = !around.hasContent && message.content === "";
  const text = plainText(message, around);
  return { conversation: conversationOf(place), ids: [message.id], ...(!isUnknown && { text }) };
}
