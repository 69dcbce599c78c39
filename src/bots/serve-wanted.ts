import { createHash } from "node:crypto";
import type { Brain } from "../brain/brain.ts";
import type { Digested, DigestRequest } from "../brain/channel-brain.ts";
import { readersOf, type Audience, type TalkMessage, type TalkPlace } from "../chat.ts";
import type { Dialect } from "./dialect.ts";
import type { Job } from "./inbox.ts";
import { passable } from "./listening-handover.ts";
import type { Asked, ChatPlatform, Content, Reply, Wanted } from "./platform.ts";
import { digestText, renderDigest } from "./render-digest.ts";
import type { LinkSettings } from "./render-parts.ts";
import type { End } from "./serve-keep.ts";
import type { Talk } from "./talk.ts";

/** Messages that are read for a summary where nothing is kept. */
const MOST_READ = 500;
/** A summary goes back so far where nobody says since when. */
const READ_MS = 7 * 24 * 60 * 60_000;
/** What was said a moment ago belongs to a digest: it waits so long for it to be with the core. */
const HANDOVER_MS = 5_000;

/** What it takes to make a digest. */
export interface Digesting {
  readonly platform: Pick<ChatPlatform, "clearance" | "history">;
  readonly brain: Pick<Brain, "digest" | "digestNow">;
  readonly talk: Pick<Talk, "keeps" | "handedOver">;
  readonly dialect: Pick<Dialect, "command">;
  readonly settings: LinkSettings;
  /** The time zone of days where a job names none. */
  readonly zone: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** How a digest is shown by this desk. Pure. */
export function showDigest(
  digested: Digested,
  wanted: Wanted,
  { settings, zone }: Pick<Digesting, "settings" | "zone">,
): string {
  return renderDigest(digested, {
    ...settings,
    kind: wanted.kind,
    zone: wanted.zone ?? zone,
    isLate: wanted.isLate === true,
  });
}

/** What a digest is known by that stands on a platform: the SHA-256 of its Markdown, in hexadecimal. Pure. */
export function shownHash(markdown: string): string {
  return createHash("sha256").update(markdown).digest("hex");
}

/**
 * How a job ends that wants a digest: "nothing" where nothing is to be posted: nothing was said and nobody waits for it, its place is
 * no longer kept, or not all who would see it may read the place. Rejects with what the platform or the core rejects with.
 */
export async function endOfWanted(
  { job, asked }: Job,
  reply: Pick<Reply, "show">,
  digesting: Digesting,
): Promise<End | "nothing"> {
  const { wanted } = asked;
  if (!wanted) throw new TypeError("Only a job that wants a digest can end with one");
  const { talk, brain, signal } = digesting;
  const byClock = asked.route["post"] !== undefined;
  if (!byClock) reply.show({ markdown: "*Reading what was said …*", buttons: [{ kind: "stop", job }] });
  const isKept = talk.keeps(wanted.place);
  if (!isKept && wanted.kind !== "summary")
    return byClock ? "nothing" : { content: plain(notKeptWords(digesting.dialect)) };
  if (!(await mayBeSeen(asked, wanted.place, digesting))) return byClock ? "nothing" : { content: plain(NOT_READABLE) };
  if (isKept) await talk.handedOver({ signal: AbortSignal.any([signal, AbortSignal.timeout(HANDOVER_MS)]) });
  const request = requestOf(asked, wanted, digesting.now());
  const messages = isKept ? undefined : await readMessages(wanted, digesting);
  const made = await brain.digest({ ...request, ...(messages && { messages }) }, { signal });
  // The last step before it is sent: messages may have gone meanwhile, and rights too.
  if (!(await mayBeSeen(asked, wanted.place, digesting))) return byClock ? "nothing" : { content: plain(NOT_READABLE) };
  const now = made.groups.length === 0 ? made : await brain.digestNow(made.id, { signal });
  const digested = now ?? (isKept ? { ...made, groups: [], messages: 0 } : made);
  if (digested.groups.length === 0 && wanted.isQuiet === true) return "nothing";
  const markdown = showDigest(digested, wanted, digesting);
  if (digested.groups.length === 0) return { content: plain(markdown) };
  const standing = { id: digested.id, ...(isKept && { digest: { wanted, shown: shownHash(markdown) } }) };
  return { content: plain(markdown), ...(isKept && { said: digestText(digested) }), standing };
}

const NOT_READABLE = "Not everybody who would see this may read that channel, so there is no digest of it here.";

/** Says that nothing is kept of a place, and what can be done about it. Pure. */
export function notKeptWords({ command }: Pick<Dialect, "command">): string {
  return `What is said in this channel is not kept, so there is nothing to make a digest of. \`${command("memory on")}\` switches it on.`;
}

/** Whether all who will see it may read the place that it is of: asked anew of the platform, unless it is that very place. */
async function mayBeSeen(asked: Asked, place: TalkPlace, { platform, signal }: Digesting): Promise<boolean> {
  const { channel, thread } = asked.message.conversation;
  const isThere = [channel, thread].includes(place.channel) && asked.message.conversation.space === place.space;
  if (isThere && asked.route["post"] !== "direct") return true;
  const clearance: readonly Audience[] = await platform.clearance(asked, { signal });
  return clearance.includes(readersOf(place));
}

function requestOf({ message }: Asked, { place, thread, from, to, kind }: Wanted, now: number): DigestRequest {
  const { id, name } = message.author;
  return {
    place,
    to: to ?? new Date(now).toISOString(),
    ...(thread !== undefined && { thread }),
    ...(from !== undefined && { from }),
    ...(kind === "catch-up" && { reader: { id, name } }),
  };
}

/** The last messages of a stretch, oldest first, from the platform itself. */
async function readMessages(
  { place, thread, from, to }: Wanted,
  { platform, now, signal }: Digesting,
): Promise<readonly TalkMessage[]> {
  const since = from ?? new Date(now() - READ_MS).toISOString();
  const until = to === undefined ? Infinity : Date.parse(to);
  const found: TalkMessage[] = [];
  for await (const { messages } of platform.history(place, {
    since,
    signal,
    ...(thread !== undefined && { thread }),
  })) {
    const wanted = messages.filter(({ id, sentAt, conversation }) => {
      const isThere = thread === undefined || conversation.thread === thread || id === thread;
      return isThere && Date.parse(sentAt) >= Date.parse(since) && Date.parse(sentAt) < until;
    });
    found.push(...wanted);
    if (found.length >= MOST_READ) break;
  }
  return found
    .toSorted((one, other) => Date.parse(other.sentAt) - Date.parse(one.sentAt))
    .slice(0, MOST_READ)
    .toReversed()
    .map(passable);
}

function plain(markdown: string): Content {
  return { markdown, buttons: [] };
}
