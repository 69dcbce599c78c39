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

/** `watchAnswers` over the records: tells one answer after the other; one that could not be told waits, and the others go on. */
export function createTell(
  records: AnswerRecords,
  {
    log,
    closing,
    graceMs = GRACE_MS,
    lookMs = LOOK_MS,
  }: TellTimes & { readonly log: Log; readonly closing: AbortSignal },
): Brain["watchAnswers"] {
  const telling = new Set<string>();
  return async ({ platform }, { signal, onStale }) => {
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
      for (const id of records.untold(platform, Date.now() - graceMs)) {
        if (!ended.aborted) await tell(id);
      }
      await delay(lookMs, undefined, { signal: ended }).catch(() => {});
    }
  };
}
