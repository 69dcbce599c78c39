import { setTimeout as delay } from "node:timers/promises";
import type { Brain } from "../brain/brain.ts";
import type { Digested } from "../brain/channel-brain.ts";
import type { TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import type { Inbox } from "./inbox.ts";
import type { ChatPlatform, Given } from "./platform.ts";
import { digestText, goneDigestWords } from "./render-digest.ts";
import type { LinkSettings } from "./render-parts.ts";
import { untilDone } from "./serve-again.ts";
import { keepable, messageOf } from "./serve-keep.ts";
import { showDigest, shownHash } from "./serve-wanted.ts";
import type { Talk } from "./talk.ts";
import { Undeliverable } from "./undeliverable.ts";

/** Changes within this are looked at together. */
const GATHER_MS = 300;
/** The core knows a digest for thirty days; one that it no longer knows before that was forgotten. */
const KNOWN_MS = 29 * 24 * 60 * 60_000;

/** Looks again at digests that were posted, when something of what they were made of may be gone. */
export interface DigestFollower {
  /** Those of a place, of a space, or all. */
  look(of: Pick<TalkPlace, "platform"> & Partial<TalkPlace>): void;
  /** These. `isForgotten`: what the core no longer knows of was forgotten, and is taken away. */
  lookAt: Talk["lookAt"];
  ended(): Promise<void>;
}

/** What it takes to look after digests. */
export interface FollowingDigests {
  readonly platform: Pick<ChatPlatform, "amend" | "name">;
  readonly brain: Pick<Brain, "digestNow" | "remember">;
  readonly inbox: Pick<Inbox, "digests" | "given" | "give">;
  readonly settings: LinkSettings;
  readonly zone: string;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A follower that works one digest after the other, until the signal comes. */
export function createDigestFollower(following: FollowingDigests): DigestFollower {
  const { inbox, signal } = following;
  const waiting = new Map<string, { readonly given: Given; readonly isForgotten: boolean }>();
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    await delay(GATHER_MS, undefined, { signal, ref: false }).catch(() => {});
    for (let [next] = waiting; next && !signal.aborted; [next] = waiting) {
      waiting.delete(next[0]);
      await follow(next[1], following);
    }
    working = undefined;
  }
  const add = (digests: readonly Given[], isForgotten: boolean) => {
    for (const given of digests) {
      const before = waiting.get(given.answerId);
      waiting.set(given.answerId, { given, isForgotten: isForgotten || before?.isForgotten === true });
    }
    if (waiting.size > 0) working ??= work();
  };
  return {
    look: (of) => add(inbox.digests(of), false),
    lookAt: (digests, { isForgotten }) => add(digests, isForgotten),
    ended: async () => {
      await working;
    },
  };
}

/** Never rejects. */
async function follow(
  of: { readonly given: Given; readonly isForgotten: boolean },
  following: FollowingDigests,
): Promise<void> {
  const { log, signal } = following;
  const once = async () => {
    try {
      await amend(of, following);
    } catch (error) {
      if (!(error instanceof Undeliverable)) throw error;
      log.info({ job: of.given.job, err: error }, "a digest that has changed is no longer there");
    }
  };
  await untilDone(once, {
    signal,
    failed: (error) => log.warn({ job: of.given.job, err: error }, "a digest could not be mended yet"),
  });
}

async function amend(
  { given, isForgotten }: { readonly given: Given; readonly isForgotten: boolean },
  following: FollowingDigests,
): Promise<void> {
  const { platform, brain, inbox, signal, now, log } = following;
  if (!given.digest) return;
  // It may have been mended since it was looked up.
  const { wanted, shown } = inbox.given({ answerId: given.answerId })?.digest ?? given.digest;
  const digested = await brain.digestNow(given.answerId, { signal });
  if (!digested && !(isForgotten && now() - given.givenAt < KNOWN_MS)) return;
  const isGone = !digested || digested.groups.length === 0;
  const markdown = isGone ? goneDigestWords() : showDigest(digested, wanted, following);
  if (shownHash(markdown) === shown) return;
  const posted = (await platform.amend(given, { markdown, buttons: [] }, { signal })) ?? given.posted;
  log.info({ job: given.job, isGone }, "a digest was mended");
  // What was forgotten is not to be known again.
  if (inbox.given({ answerId: given.answerId })) {
    inbox.give({ ...given, posted, digest: { wanted, shown: shownHash(markdown) } });
    await remember({ ...given, posted }, digested, following);
  }
}

/** Follow-ups go on from what it says now. */
async function remember(
  { posted, askedId: to, givenAt: at, seenBy }: Given,
  digested: Digested | undefined,
  { brain, signal }: FollowingDigests,
): Promise<void> {
  if (seenBy !== "place") return;
  const text = digested ? keepable(digestText(digested)) : "";
  await brain.remember([messageOf(posted[0], { text, to, at })], { signal });
}
