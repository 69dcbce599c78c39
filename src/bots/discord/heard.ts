import type { Client } from "discord.js";
import type { TalkMessage } from "../../chat.ts";
import type { Log } from "../../log.ts";
import type { Desk } from "../platform.ts";
import type { Newest } from "../newest.ts";
import type { DiscordApi } from "./api.ts";
import type { Deleted } from "./follow-changes.ts";
import { addressOf, plainText, type Place, type Surroundings, talkIn, talkPlaceOf } from "./from-discord.ts";
import type { DiscordMessage } from "./message.ts";
import type { Places } from "./places.ts";
import { snowflakeAt } from "./snowflake.ts";

/** DEFAULT, REPLY and what commands of other bots answer: all else is written by Discord itself. */
const SAID_BY_SOMEBODY = new Set([0, 19, 20, 23]);

/** A message as the talk of its place; undefined for Hearth's own, for what Discord itself writes, and for what has no text. Pure. */
export function toTalk(message: DiscordMessage, place: Place, around: Surroundings): TalkMessage | undefined {
  const { id, author, replyTo, editedAt, reactions, sentAt } = message;
  if (author.id === around.selfId || author.isSystem || !SAID_BY_SOMEBODY.has(message.type)) return undefined;
  // What is said of Hearth is talk like all else.
  const { selfRoleId: _, ...others } = around;
  const text = plainText(message, { ...others, selfId: "" });
  if (text === "") return undefined;
  return {
    id,
    conversation: talkIn(place),
    author: { id: author.id, name: author.name, isBot: author.isBot || message.isFromWebhook },
    text,
    sentAt,
    ...(replyTo && { replyTo: replyTo.id }),
    url: addressOf(place.space, message.channelId, id),
    ...(editedAt !== undefined && { editedAt }),
    ...(reactions !== undefined && { reactions }),
  };
}

/** What messages are heard with. */
export interface Hearing {
  readonly desk: Pick<Desk, "keeps" | "hear">;
  readonly deleted: Pick<Deleted, "has">;
  readonly edited: Newest<DiscordMessage>;
}

/**
 * Hands a message to the memory of its place, where there is one; not one that was deleted since it was read. Throws where it cannot be
 * written down.
 */
export function hear(
  {
    message,
    place,
    around,
  }: { readonly message: DiscordMessage; readonly place: Place; readonly around: Surroundings },
  { desk, deleted, edited }: Hearing,
): void {
  // Where Discord shows only mentions, what is heard would be no talk.
  if (!around.hasContent || deleted.has(message.id) || !desk.keeps(talkPlaceOf(place))) return;
  const talk = toTalk(edited.of(message.id, message), place, around);
  if (talk) desk.hear(talk);
}

/**
 * Hears again what was edited since an instant among the last hundred messages of each place whose talk is kept. Nobody tells of what was
 * deleted while nobody listened.
 */
export async function hearEdited(
  client: Client,
  of: Hearing & { readonly api: DiscordApi; readonly places: Places; readonly log: Log },
  { since, signal }: { readonly since: number; readonly signal: AbortSignal },
): Promise<void> {
  const { api, desk, places, log } = of;
  for (const channel of client.channels.cache.values()) {
    if (channel.isDMBased() || !channel.isTextBased()) continue;
    const place = places.placeOf({ channelId: channel.id, guildId: channel.guildId });
    if (!place || !desk.keeps(talkPlaceOf(place))) continue;
    signal.throwIfAborted();
    try {
      const around = places.around(place.space);
      for (const message of await api.before(channel.id, snowflakeAt(Date.now()), { signal }))
        if (message.editedAt !== undefined && Date.parse(message.editedAt) >= since)
          hear({ message, place, around }, of);
    } catch (error) {
      log.warn({ err: error, channelId: channel.id }, "What was edited meanwhile could not be read");
    }
  }
}
