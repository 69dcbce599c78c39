import { setTimeout as delay } from "node:timers/promises";

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** How long to wait before the next try, after so many that failed: twice as long each time, up to a minute. Pure. */
export function pauseAfter(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
}

/** Does work until it succeeds or the signal comes, with growing pauses; it never rejects. */
export async function untilDone(
  work: () => Promise<unknown>,
  { signal, failed }: { readonly signal: AbortSignal; readonly failed: (error: unknown) => void },
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      await work();
      return;
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
    }
    failures += 1;
    await delay(pauseAfter(failures), undefined, { signal }).catch(() => {});
  }
}
