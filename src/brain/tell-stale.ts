import { setTimeout as delay } from "node:timers/promises";
import { unlessAborted } from "../abort.ts";
import type { Log } from "../log.ts";
import type { Brain } from "./brain.ts";
import type { AnswerRecords } from "./records.ts";

/** Editors, copies and checkouts take text away for a moment: nobody is told before it has stayed away so long. */
const GRACE_MS = 60_000;
/** How often it is looked whether somebody is to be told, and how long an answer waits that could not be told. */
const LOOK_MS = 5_000;
const AGAIN_MS = 60_000;

/** How soon stale answers are told, where it is not as usual; in milliseconds. */
export interface TellTimes {
  readonly graceMs?: number;
  readonly lookMs?: number;
}

/** Tells of stale answers; `wake` says that there may be one that is to be told at once. */
export interface Telling {
  readonly watchAnswers: Brain["watchAnswers"];
  readonly wake: () => void;
}

/**
 * `watchAnswers` over the records: tells one answer after the other; one that could not be told waits, and the others go on. A message
 * that was deleted or edited does not come back, so nobody waits for that.
 */
export function createTell(
  records: AnswerRecords,
  {
    log,
    closing,
    graceMs = GRACE_MS,
    lookMs = LOOK_MS,
  }: TellTimes & { readonly log: Log; readonly closing: AbortSignal },
): Telling {
  const telling = new Set<string>();
  const bell = createBell();
  const watchAnswers: Brain["watchAnswers"] = async ({ platform }, { signal, onStale }) => {
    const ended = AbortSignal.any([signal, closing]);
    const waits = new Map<string, number>();
    const tell = async (id: string) => {
      // It may have been forgotten, or be true again, since it was listed.
      const [stale] = records.stale(platform, [id]);
      if (!stale || telling.has(id) || (waits.get(id) ?? 0) > Date.now()) return;
      telling.add(id);
      try {
        await unlessAborted(onStale(stale), ended);
        records.told(id, Date.now());
      } catch (error) {
        if (!ended.aborted) log.warn({ err: error, platform }, "a stale answer could not be told");
        waits.set(id, Date.now() + AGAIN_MS);
      } finally {
        telling.delete(id);
      }
    };
    while (!ended.aborted) {
      const rung = bell.next();
      for (const id of records.untold(platform, Date.now() - graceMs)) {
        if (!ended.aborted) await tell(id);
      }
      await restOrWake(rung, { lookMs, ended });
    }
  };
  return { watchAnswers, wake: bell.ring };
}

/** Lets many wait for the next time that somebody rings. */
function createBell() {
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    next: () => promise,
    ring: () => {
      resolve();
      ({ promise, resolve } = Promise.withResolvers<void>());
    },
  };
}

async function restOrWake(
  woken: Promise<void>,
  { lookMs, ended }: { readonly lookMs: number; readonly ended: AbortSignal },
): Promise<void> {
  const rested = new AbortController();
  const signal = AbortSignal.any([ended, rested.signal]);
  await Promise.race([woken, delay(lookMs, undefined, { signal }).catch(() => {})]);
  rested.abort();
}
