import PQueue from "p-queue";
import { Piscina } from "piscina";
import { reasonOf } from "./inside.ts";
import { watchMemory } from "./memory-watch.ts";

/** One worker thread, which starts with the first file and ends when it is idle. */
export interface Pool<Job, Outcome> extends AsyncDisposable {
  /** Does a job when it is its turn. Rejects with an error whose message is a reason people understand. */
  run(
    job: Job,
    options: { readonly signal: AbortSignal; readonly longestMs: () => Promise<number> | number },
  ): Promise<Outcome>;
}

/** The worker's own thread and memory go when there was nothing to read for so long. */
const IDLE_MS = 5_000;
/** The most that a worker may hold, in megabytes: in its heap, and beside it, where bytes are unpacked. */
export interface Room {
  readonly heap: number;
  readonly beside: number;
}

/** A file of 20 MB needs less; one made to need more ends its worker, not the core. */
const USUAL_ROOM: Room = { heap: 512, beside: 512 };

/** A pool for what the worker file exports by that name. */
export function openPool<Job, Outcome>(name: string, room = USUAL_ROOM): Pool<Job, Outcome> {
  const pool = new Piscina<Job, Outcome>({
    filename: new URL("worker.ts", import.meta.url).href,
    name,
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: room.heap },
    // Of a damaged PDF, the library leaves promises behind that nobody waits for; they must not end the thread.
    execArgv: ["--unhandled-rejections=none"],
  });
  // A thread that ends between two files is replaced for the next one.
  pool.on("error", () => {});
  // A file's time begins when it is its turn, however slow the one before it was.
  const turns = new PQueue({ concurrency: 1 });
  return {
    run: (job, { signal, longestMs }) =>
      turns.add(async () => {
        signal.throwIfAborted();
        return runWithin(pool, job, { signal, room, longestMs: await longestMs() });
      }),
    async [Symbol.asyncDispose]() {
      await pool.destroy();
    },
  };
}

/** Reads one file, and ends the thread that does when it takes too long or holds too much. */
async function runWithin<Job, Outcome>(
  pool: Piscina<Job, Outcome>,
  job: Job,
  { signal, room, longestMs }: { readonly signal: AbortSignal; readonly room: Room; readonly longestMs: number },
): Promise<Outcome> {
  const tooLong = AbortSignal.timeout(longestMs);
  const tooMuch = new AbortController();
  using _watch = watchMemory(() => pool.threads, { mostBytes: room.beside * 1e6, onTooMuch: () => tooMuch.abort() });
  try {
    return await pool.run(job, { signal: AbortSignal.any([signal, tooLong, tooMuch.signal]) });
  } catch (error) {
    signal.throwIfAborted();
    if (tooLong.aborted)
      throw new Error(`reading it took longer than ${Number((longestMs / 1000).toPrecision(2))} s`, { cause: error });
    const isOut = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    if (isOut || tooMuch.signal.aborted)
      throw new Error(`reading it needs more than ${isOut ? room.heap : room.beside} MB of memory`, { cause: error });
    throw new Error(reasonOf(error), { cause: error });
  }
}
