import { type Client, type GuildTextBasedChannel, PermissionFlagsBits } from "discord.js";
import type { Log } from "../../log.ts";
import type { DiscordApi } from "./api.ts";
import type { Desk } from "../platform.ts";
import { DIRECT, type Place, talkPlaceOf } from "./from-discord.ts";
import type { Marks } from "./marks.ts";
import type { Places } from "./places.ts";
import type { Receiver } from "./receive.ts";
import { refusalOf } from "./refusal.ts";
import { compareIds, snowflakeAt } from "./snowflake.ts";

const DAY_MS = 24 * 60 * 60_000;
/** What is older is not read again, whatever was asked in it; where talk is kept it is. */
const OLDEST_MS = 7 * DAY_MS;
const OLDEST_KEPT_MS = 60 * DAY_MS;
/** Archived threads that are looked at; those joined last. */
const MOST_ARCHIVED = 200;
/** Messages of one page. */
const PAGE = 100;

/** What catching up needs. */
export interface CatchingUp {
  readonly client: Client;
  readonly api: DiscordApi;
  readonly places: Places;
  readonly marks: Marks;
  readonly receiver: Receiver;
  readonly desk: Pick<Desk, "keeps">;
  readonly log: Log;
  /** When Hearth was last connected, in milliseconds; undefined where it never was. */
  readonly lastHere: number | undefined;
}

/** What was read again. */
export interface CaughtUp {
  readonly channels: number;
  readonly messages: number;
}

/**
 * Reads what was said while nobody listened: in channels and threads with a mark, in those that were made meanwhile, and in direct
 * messages; oldest first, a channel after the other. Where a channel cannot be read, its mark stays.
 */
export async function catchUp(of: CatchingUp, { signal }: { readonly signal: AbortSignal }): Promise<CaughtUp> {
  const { marks, log } = of;
  const gap = marks.gap();
  let [channels, messages] = [0, 0];
  await findArchived(of, { signal });
  for (const { place, after } of gaps(of)) {
    signal.throwIfAborted();
    try {
      messages += await readAfter(of, { place, after }, signal);
      channels++;
      marks.close(gap, place.channelId);
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error, channelId: place.channelId }, "What was said meanwhile could not be read");
      // What Discord will never give is not asked for again.
      if (refusalOf(error)) marks.close(gap, place.channelId);
      else marks.holdOne(place.channelId);
    }
  }
  marks.close(gap);
  return { channels, messages };
}

/** Discord tells of no thread that is archived; one may have been written in, and archived again. */
async function findArchived(of: CatchingUp, options: { readonly signal: AbortSignal }): Promise<void> {
  const { client, places } = of;
  const { signal } = options;
  await findArchivedKept(of, options);
  const hidden = places
    .joined()
    .filter(({ channelId, isDirect }) => !isDirect && !client.channels.cache.has(channelId));
  for (const { space, channelId } of hidden.slice(-MOST_ARCHIVED)) {
    signal.throwIfAborted();
    await client.channels.fetch(channelId).catch((error: unknown) => {
      if (refusalOf(error)) places.leave({ space, channelId });
    });
  }
}

/** The threads of channels whose talk is kept that were archived meanwhile; the library knows them then. */
async function findArchivedKept(
  { client, places, desk, lastHere, log }: CatchingUp,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  if (lastHere === undefined) return;
  for (const channel of client.channels.cache.values()) {
    if (!("threads" in channel)) continue;
    const place = places.placeOf({ channelId: channel.id, guildId: channel.guildId });
    if (!place || !desk.keeps(talkPlaceOf(place))) continue;
    signal.throwIfAborted();
    await channel.threads.fetchArchived({ type: "public", limit: 100 }).catch((error: unknown) => {
      log.warn({ err: error, channelId: channel.id }, "Which threads were archived meanwhile is not known");
    });
  }
}

/** The places where something may have been missed, and after which message. A place that is seen first gets its mark. */
function gaps({
  client,
  marks,
  places,
  desk,
  lastHere,
}: CatchingUp): readonly { readonly place: Place; readonly after: string }[] {
  const oldest = snowflakeAt(Date.now() - OLDEST_MS);
  const oldestKept = snowflakeAt(Date.now() - OLDEST_KEPT_MS);
  const later = (id: string, first = oldest) => (compareIds(id, first) < 0 ? first : id);
  const found: { readonly place: Place; readonly after: string }[] = [];
  const seen = new Set<string>();
  for (const channel of client.channels.cache.values()) {
    if (channel.isDMBased() || !channel.isTextBased()) continue;
    const place = places.placeOf({ channelId: channel.id, guildId: channel.guildId });
    if (!place) continue;
    seen.add(channel.id);
    const last = channel.lastMessageId ?? channel.id;
    const isNew = lastHere !== undefined && compareIds(channel.id, snowflakeAt(lastHere)) > 0;
    const mark = marks.of(channel.id) ?? (isNew ? beginningOf(channel.id) : undefined);
    // What is hidden from Hearth is none of its business either when it is let in.
    if (mark === undefined || !isReadable(client, channel)) marks.saw(channel.id, last);
    else if (compareIds(last, mark) > 0)
      found.push({ place, after: later(mark, desk.keeps(talkPlaceOf(place)) ? oldestKept : oldest) });
  }
  for (const { space, channelId, isDirect } of places.joined()) {
    const mark = marks.of(channelId);
    if (isDirect && mark !== undefined && !seen.has(channelId))
      found.push({ place: { space: isDirect ? DIRECT : space, channelId, isJoined: true }, after: later(mark) });
  }
  return found;
}

function isReadable(client: Client, channel: GuildTextBasedChannel): boolean {
  const permissions = client.user && channel.permissionsFor(client.user);
  return permissions?.has([PermissionFlagsBits.ViewChannel, PermissionFlagsBits.ReadMessageHistory]) ?? false;
}

/** Where reading a place that has just appeared would have to begin, should Hearth stop before anything is said in it. */
export function markBeginning(marks: Marks, channelId: string): void {
  if (marks.of(channelId) === undefined) marks.saw(channelId, beginningOf(channelId));
}

/** Before the first message of a place: a thread that was made from a message has that message's id, and it lies elsewhere. */
function beginningOf(channelId: string): string {
  return String(BigInt(channelId) - 1n);
}

async function readAfter(
  { api, marks, receiver }: CatchingUp,
  { place, after }: { readonly place: Place; readonly after: string },
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for (let last = after; ;) {
    const page = await api.after(place.channelId, last, { signal });
    for (const message of page) {
      receiver.late(message, place);
      marks.saw(place.channelId, message.id);
    }
    count += page.length;
    last = page.at(-1)?.id ?? last;
    if (page.length < PAGE) return count;
  }
}
