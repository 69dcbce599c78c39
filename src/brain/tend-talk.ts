import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import type { Parts } from "./channels.ts";

const HOUR_MS = 60 * 60_000;

/** Deletes what is older than is kept, now and every hour, one place after the other, until the signal comes; then it resolves. */
export async function tendHourly(parts: Parts, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const { record, digests, now } = parts;
  while (!signal.aborted) {
    const places = orLog(() => record.places().length, { ...parts, failed: 0 });
    // No more often than there are places: one that fails may not be tried for ever.
    for (let left = places; left > 0 && !signal.aborted; left -= 1) {
      if (!orLog(() => tendNext(parts), { ...parts, failed: true })) break;
      // Others work in between.
      await turn();
    }
    if (!signal.aborted) orLog(() => digests.prune(now()), { ...parts, failed: undefined });
    await delay(HOUR_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** Looks after the place that waits for it, what was made of its talk first; whether there was one. */
function tendNext({ record, digests, meaning, now }: Parts): boolean {
  const gone = record.tend(now(), ({ place, ids }) => digests.age(place, ids));
  if (gone && gone.ids.length > 0) meaning?.follow("now");
  return gone !== undefined;
}

/** Does some work; where it fails the log says so, and `failed` is given: a place that cannot be looked after keeps no other from it. */
function orLog<Result>(work: () => Result, { log, failed }: Pick<Parts, "log"> & { readonly failed: Result }): Result {
  try {
    return work();
  } catch (error) {
    log.error({ err: error }, "what is older than is kept of channels' talk could not be deleted");
    return failed;
  }
}
