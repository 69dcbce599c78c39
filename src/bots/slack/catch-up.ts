import type { Log } from "../../log.ts";
import type { Call } from "./call.ts";
import { deletedId, type EventPlace } from "./follow-changes.ts";
import { plainText, talkIn } from "./from-slack.ts";
import { timeOf, tsAt } from "./ids.ts";
import type { Installs } from "./installs.ts";
import type { Kept } from "./kept.ts";
import type { Marks } from "./marks.ts";
import type { SlackMessage } from "./message.ts";
import type { Messages } from "./messages.ts";
import type { Places } from "./places.ts";
import type { Desk } from "../platform.ts";
import { listOf, nextCursor, textOf } from "./read.ts";
import type { Receiver } from "./receive.ts";
import type { Recent } from "./recent.ts";
import { refusalOf } from "./refusal.ts";
import type { Shared } from "./shared.ts";

/** What is older is not read again, whatever was asked in it. */
const OLDEST_MS = 7 * 24 * 60 * 60_000;
/** Pages of two hundred messages that are read of one place. */
const PAGES = 50;
/** Threads that Hearth takes part in and whose root is not shown; each is a call. */
const MOST_THREADS = 30;
/** Where talk is kept, threads that began so long before a gap are looked into too. */
const ROOTS_MS = 3 * 24 * 60 * 60_000;

/** What catching up needs. */
export interface CatchingUp {
  readonly call: Call;
  readonly messages: Messages;
  readonly installs: Installs;
  readonly places: Places;
  readonly marks: Marks;
  readonly kept: Kept;
  readonly deleted: Recent;
  readonly receiver: Receiver;
  readonly shared: Pick<Shared, "look">;
  readonly desk: Pick<Desk, "revised" | "keeps">;
  readonly log: Log;
  /** When Hearth was last connected, in milliseconds; undefined where it never was. */
  readonly lastHere: number | undefined;
}

/** What was read again. */
export interface CaughtUp {
  readonly channels: number;
  readonly messages: number;
  /** Which channels there are was told of all workspaces. */
  readonly isWhole: boolean;
}

interface Options {
  readonly signal: AbortSignal;
}

/**
 * Reads what was said while nobody listened: in all channels that Hearth is in and that have a mark, in threads that somebody wrote into
 * since, and in direct messages; in places that are seen first, since Hearth was last here. Where a channel cannot be read, its mark stays.
 */
export async function catchUp(of: CatchingUp, { signal }: Options): Promise<CaughtUp> {
  const { installs, marks, log } = of;
  let messages = 0;
  let isWhole = true;
  const times = marks.times();
  const read = new Set<string>();
  for (const team of installs.teams()) {
    const ids = await channelsOf(of.call, team, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      log.warn({ err: error, team }, "The channels of a workspace could not be listed");
      if (refusalOf(error) === undefined) isWhole = false;
      return [];
    });
    // One of several workspaces is read once.
    for (const channel of ids.filter((id) => !read.has(id))) {
      signal.throwIfAborted();
      try {
        messages += await readChannel(of, { team, channel }, { signal });
        read.add(channel);
        marks.release(channel, times);
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ err: error, channel }, "What was said meanwhile could not be read");
        // What Slack will never give is not asked for again.
        if (refusalOf(error)) marks.release(channel, times);
        else marks.holdOne(channel);
      }
    }
  }
  if (isWhole) marks.releaseAll(times);
  return { channels: read.size, messages, isWhole };
}

async function channelsOf(call: Call, team: string, { signal }: Options): Promise<readonly string[]> {
  const found: string[] = [];
  const args = { types: "public_channel,private_channel,mpim,im", exclude_archived: true, limit: 200, team_id: team };
  for (let cursor: string | undefined; ;) {
    const page = await call.must(
      team,
      "users.conversations",
      { ...args, ...(cursor !== undefined && { cursor }) },
      { signal },
    );
    found.push(...listOf(page, "channels").flatMap((channel) => textOf(channel, "id") ?? []));
    cursor = nextCursor(page);
    if (cursor === undefined) return found;
  }
}

async function readChannel(of: CatchingUp, place: EventPlace, options: Options): Promise<number> {
  const { marks, messages, lastHere, desk } = of;
  await of.shared.look(place);
  const oldest = tsAt(Date.now() - OLDEST_MS);
  const mark = marks.of(place.channel) ?? (lastHere === undefined ? undefined : tsAt(lastHere));
  // The newest roots, also those from before: what was said in their threads stands with them.
  const newest = await messages.page(place, options);
  if (mark === undefined) {
    marks.saw(place.channel, newest.messages.at(-1)?.ts ?? tsAt(Date.now()));
    return 0;
  }
  const after = mark < oldest ? oldest : mark;
  const isKept = desk.keeps({ platform: "slack", space: place.team, channel: place.channel });
  const since = isKept ? tsAt(timeOf(after) - ROOTS_MS) : after;
  const isWhole = newest.next === undefined || (newest.messages[0]?.ts ?? "") <= since;
  const roots = isWhole ? newest.messages : await allAfter(of, place, { ...options, after: since });
  const shown = new Map([...newest.messages, ...roots].map((message) => [message.ts, message]));
  revise(of, place, [...shown.values()]);
  const replies = await readThreads(of, place, { ...options, after, roots: [...shown.values()] });
  const edited = [...shown.values()].filter(({ ts, editedTs = "" }) => ts <= after && editedTs > after);
  for (const message of edited) await of.receiver.heard(message, place);
  const missed = [...[...shown.values()].filter(({ ts }) => ts > after), ...replies].toSorted((one, other) =>
    one.ts < other.ts ? -1 : 1,
  );
  for (const message of missed) {
    await of.receiver.late(message, place);
    marks.saw(place.channel, message.ts);
  }
  return missed.length;
}

async function allAfter(
  { messages }: CatchingUp,
  place: EventPlace & { readonly thread?: string },
  { after, signal }: Options & { readonly after: string },
): Promise<readonly SlackMessage[]> {
  const found: SlackMessage[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const read = await messages.page(place, { after, ...(cursor !== undefined && { cursor }), signal });
    found.push(...read.messages);
    cursor = read.next;
    if (cursor === undefined) break;
  }
  return found;
}

/** Replies since the mark: below roots that are shown, and in the threads that Hearth takes part in. */
async function readThreads(
  of: CatchingUp,
  place: EventPlace,
  { after, roots, signal }: Options & { readonly after: string; readonly roots: readonly SlackMessage[] },
): Promise<readonly SlackMessage[]> {
  const shown = new Set(roots.map(({ ts }) => ts));
  const active = roots.flatMap(({ ts, latestReply }) => (latestReply !== undefined && latestReply > after ? [ts] : []));
  const earlier = of.places
    .joined()
    .filter(({ channel, thread }) => channel === place.channel && !shown.has(thread))
    .slice(0, MOST_THREADS)
    .map(({ thread }) => thread);
  const found: SlackMessage[] = [];
  for (const thread of [...active, ...earlier]) {
    const replies = await allAfter(of, { ...place, thread }, { after, signal }).catch((error: unknown) => {
      if (refusalOf(error) === undefined) throw error;
      return [];
    });
    found.push(...replies.filter(({ ts }) => ts > after && ts !== thread));
  }
  return found;
}

/** Follows edits and deletions of questions that are looked at anyway. */
function revise(
  { kept, desk, deleted, receiver }: CatchingUp,
  place: EventPlace,
  shown: readonly SlackMessage[],
): void {
  const there = new Map(shown.map((message) => [message.ts, message]));
  const oldest = shown[0]?.ts;
  for (const { ts, thread, seenAt } of kept.in(place.channel)) {
    const message = there.get(ts);
    const conversation = talkIn(place, { ts, thread });
    const isGone = message ? message.subtype === "tombstone" : ts === thread && oldest !== undefined && ts > oldest;
    if (isGone) {
      deleted.add(deletedId(place, ts));
      desk.revised({ conversation, ids: [ts] });
    } else if (message?.editedTs !== undefined && timeOf(message.editedTs) > seenAt) {
      desk.revised({ conversation, ids: [ts], text: plainText(message.text, receiver.around(place.team)) });
    }
  }
}
