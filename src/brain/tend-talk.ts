import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import type { Parts } from "./channels.ts";

const HOUR_MS = 60 * 60_000;

/** Deletes what is older than is kept, now and every hour, one place after the other, until the signal comes; then it resolves. */
export async function tendHourly(
  { record, digests, meaning, now, log }: Parts,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      for (let gone = record.tend(now()); gone && !signal.aborted; gone = record.tend(now())) {
        if (gone.ids.length > 0) digests.age(gone.place, gone.ids);
        if (gone.ids.length > 0) meaning?.follow("now");
        // Others work in between.
        await turn();
      }
      if (!signal.aborted) digests.prune(now());
    } catch (error) {
      log.error({ err: error }, "what is older than is kept of channels' talk could not be deleted");
    }
    await delay(HOUR_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}
