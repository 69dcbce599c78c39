import { setTimeout as delay } from "node:timers/promises";
import { ChannelType, type Client } from "discord.js";
import type { TalkMessage, TalkPlace } from "../../chat.ts";
import type { DiscordApi } from "./api.ts";
import type { Place } from "./from-discord.ts";
import { toTalk } from "./heard.ts";
import type { Places } from "./places.ts";
import { refusalOf } from "./refusal.ts";
import { compareIds, isSnowflake, snowflakeAt } from "./snowflake.ts";

/** Between two pages, so that live work always finds Discord's limits nearly unused. */
const PAUSE_MS = 300;
/** Discord's clock may be ahead of ours. */
const AHEAD_MS = 60_000;
/** Messages of one page. */
const PAGE = 100;
/** Pages of a hundred archived threads that are listed of one channel. */
const THREAD_PAGES = 20;
/** The cursor behind the last page. */
const END = "end";

interface Page {
  readonly messages: readonly TalkMessage[];
  readonly cursor: string;
}

interface Options {
  readonly since: string;
  readonly thread?: string;
  readonly cursor?: string;
  readonly signal: AbortSignal;
}

/** What history is read with. */
export interface ReadingHistory {
  readonly client: Client;
  readonly api: DiscordApi;
  readonly places: Places;
}

/**
 * What was said in a place since an instant, its public threads' too, archived ones among them: first the channel, then its threads, the
 * newest first. Of one thread alone where that is wanted. A cursor is `<channel or thread>:<message id>`, below which the next page
 * begins. Rejects as the library does.
 */
export async function* readHistory(
  reading: ReadingHistory,
  place: TalkPlace,
  { since, thread, cursor = "", signal }: Options,
): AsyncGenerator<Page> {
  if (cursor === END) return;
  const oldest = snowflakeAt(Date.parse(since));
  const [begin = "", belowId = ""] = cursor.split(":");
  const own = thread ?? place.channel;
  const all =
    thread === undefined
      ? await sourcesOf(reading, place, { since, signal })
      : [await findPlace(reading, { ...place, channel: thread })];
  const sources = from(all, { own, begin });
  for (const [index, source] of sources.entries()) {
    const next = sources[index + 1];
    const behind = next ? `${next.channelId}:` : END;
    const below = source.channelId === begin ? belowId : "";
    // Somebody waits for a thread.
    const pause = thread === undefined ? PAUSE_MS : 0;
    yield* pagesOf(reading, source, { below, oldest, behind, isOwn: source.channelId === own, pause, signal });
  }
}

/** Those that are left: the channel itself comes first, and threads that were made since are heard as they go. */
function from(
  sources: readonly Place[],
  { own, begin }: { readonly own: string; readonly begin: string },
): readonly Place[] {
  if (!isSnowflake(begin) || begin === own) return sources;
  return sources.filter(({ channelId }) => channelId !== own && compareIds(channelId, begin) <= 0);
}

/** The channel, where there can be messages in it, and its threads that were written in since, the newest first. */
async function sourcesOf(
  { client, api, places }: ReadingHistory,
  { space, channel: channelId }: TalkPlace,
  { since, signal }: Pick<Options, "since" | "signal">,
): Promise<readonly Place[]> {
  const own = await findPlace({ places }, { space, channel: channelId });
  const channel = client.channels.cache.get(channelId);
  if (own.parentId !== undefined || channel?.isVoiceBased()) return [own];
  const active = client.channels.cache.filter(
    (one) => one.isThread() && one.parentId === channelId && one.type !== ChannelType.PrivateThread,
  );
  const ids = new Set([...active.keys(), ...(await archivedSince(api, channelId, { since, signal }))]);
  const threads = [...ids]
    .toSorted((one, other) => compareIds(other, one))
    .map((id) => ({ space, channelId: id, parentId: channelId, isJoined: false }));
  return channel?.isTextBased() === true ? [own, ...threads] : threads;
}

async function findPlace(
  { places }: Pick<ReadingHistory, "places">,
  { space, channel }: Pick<TalkPlace, "space" | "channel">,
): Promise<Place> {
  const of = { channelId: channel, guildId: space };
  const place = places.placeOf(of) ?? (await places.findPlace(of));
  if (!place) throw new Error("Discord shows no such channel");
  return place;
}

/** Threads that were archived since: nothing was said afterwards in those archived before. */
async function archivedSince(
  api: DiscordApi,
  channelId: string,
  { since, signal }: Pick<Options, "since" | "signal">,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (let page = 0, before: string | undefined; page < THREAD_PAGES; page++) {
    const { threads, hasMore } = await api.archived(channelId, { signal, ...(before !== undefined && { before }) });
    const young = threads.filter(({ archivedAt }) => Date.parse(archivedAt) >= Date.parse(since));
    found.push(...young.map(({ id }) => id));
    before = threads.at(-1)?.archivedAt;
    if (!hasMore || young.length < threads.length || before === undefined) break;
    await delay(PAUSE_MS, undefined, { signal });
  }
  return found;
}

/** The pages of one channel or thread. A thread among others that cannot be read is left out. `behind` is the cursor after them. */
async function* pagesOf(
  { api, places }: ReadingHistory,
  place: Place,
  of: {
    readonly below: string;
    readonly oldest: string;
    readonly behind: string;
    readonly isOwn: boolean;
    readonly pause: number;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<Page> {
  const { oldest, behind, isOwn, pause, signal } = of;
  const around = places.around(place.space);
  for (let below = of.below || snowflakeAt(Date.now() + AHEAD_MS); ;) {
    const page = await api.before(place.channelId, below, { signal }).catch((error: unknown) => {
      if (isOwn || !refusalOf(error)) throw error;
      return [];
    });
    const young = page.filter(({ id }) => compareIds(id, oldest) >= 0);
    const last = page.at(-1);
    const isOver = !last || page.length < PAGE || young.length < page.length;
    const messages = young.flatMap((message) => toTalk(message, place, around) ?? []);
    yield { messages, cursor: isOver ? behind : `${place.channelId}:${last.id}` };
    if (isOver) return;
    below = last.id;
    await delay(pause, undefined, { signal });
  }
}
