import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What one thread of the measurement is given. `ready` counts those that have begun; each puts what it measured into `speeds`. */
export interface ReadSpeedTask {
  readonly thread: number;
  readonly threads: number;
  readonly bytes: number;
  readonly milliseconds: number;
  readonly ready: SharedArrayBuffer;
  readonly speeds: SharedArrayBuffer;
}

/** Read by all threads together: more than what the caches of a processor hold. */
const BYTES = 256_000_000;
const MOST_THREADS = 16;
const MILLISECONDS = 200;

/** How many bytes a second this machine reads from memory with so many threads; it takes a quarter of a second. */
export async function measureReadSpeed(wanted: number, { signal }: { readonly signal: AbortSignal }): Promise<number> {
  const threads = Math.max(1, Math.min(wanted, MOST_THREADS));
  const speeds = new SharedArrayBuffer(threads * Float64Array.BYTES_PER_ELEMENT);
  const shared = {
    threads,
    bytes: Math.floor(BYTES / threads / 2),
    milliseconds: MILLISECONDS,
    ready: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    speeds,
  };
  const workers = Array.from({ length: threads }, (_, thread) => {
    const task: ReadSpeedTask = { ...shared, thread };
    return new Worker(new URL("./read-speed-worker.ts", import.meta.url), { workerData: task });
  });
  try {
    await Promise.all(workers.map((worker) => once(worker, "exit", { signal })));
    return new Float64Array(speeds).reduce((sum, speed) => sum + speed, 0);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
