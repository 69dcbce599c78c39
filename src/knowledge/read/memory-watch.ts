import type { Worker } from "node:worker_threads";

/** A worker that fills memory at the speed of a machine is seen before it has taken a few hundred MB more. */
const EVERY_MS = 100;

/**
 * Looks at what worker threads hold outside their heap, where a heap's limit does not reach (bytes that are unpacked). `onTooMuch` is
 * told once when one of them holds more than `mostBytes`.
 */
export function watchMemory(
  threads: () => readonly Worker[],
  { mostBytes, onTooMuch }: { readonly mostBytes: number; readonly onTooMuch: () => void },
): Disposable {
  const look = async () => {
    for (const thread of threads()) {
      // A thread that has just ended holds nothing.
      const held = await thread.getHeapStatistics().catch(() => undefined);
      if (held && held.external_memory > mostBytes) onTooMuch();
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
