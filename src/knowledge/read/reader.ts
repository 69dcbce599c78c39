import { stat } from "node:fs/promises";
import PQueue from "p-queue";
import { Piscina } from "piscina";
import type { IndexedDocument } from "../document.ts";
import type { FolderOptions, SourceFile } from "../source.ts";
import { reasonOf } from "./inside.ts";
import { watchMemory } from "./memory-watch.ts";

export interface ReadJob {
  readonly file: SourceFile;
  readonly folder: FolderOptions;
  readonly knownHash?: string;
}

export type ReadOutcome =
  | { readonly kind: "unchanged" }
  | { readonly kind: "read"; readonly documents: readonly [IndexedDocument, ...IndexedDocument[]] };

/** Reads files into passages, off the thread that answers. */
export interface Reader extends AsyncDisposable {
  /** Rejects with an error whose message is a reason people understand. */
  read(job: ReadJob, options: { readonly signal: AbortSignal }): Promise<ReadOutcome>;
}

/** A file that takes longer than this, and as long again for every MB it has, is given up: one that was made to be slow. */
const LONGEST_READ_MS = 10_000;
/** The worker's own thread and memory go when there was nothing to read for so long. */
const IDLE_MS = 5_000;
/** A worker's heap, and what it holds beside it: a file of 20 MB needs less; one made to need more ends its worker, not the core. */
const MOST_MB = 512;

/** A reader in one worker thread, which starts with the first file and ends when it is idle. */
export function openReader({ longestReadMs = LONGEST_READ_MS }: { readonly longestReadMs?: number } = {}): Reader {
  const pool = new Piscina<ReadJob, ReadOutcome>({
    filename: new URL("worker.ts", import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MB },
    // Of a damaged PDF, the library leaves promises behind that nobody waits for; they must not end the thread.
    execArgv: ["--unhandled-rejections=none"],
  });
  // A thread that ends between two files is replaced for the next one.
  pool.on("error", () => {});
  // A file's time begins when it is its turn, however slow the one before it was.
  const turns = new PQueue({ concurrency: 1 });
  return {
    read: (job, { signal }) =>
      turns.add(async () => {
        signal.throwIfAborted();
        return readWithin(pool, job, {
          signal,
          longestMs: Math.ceil(longestReadMs * (1 + (await megabytesOf(job.file)))),
        });
      }),
    async [Symbol.asyncDispose]() {
      await pool.destroy();
    },
  };
}

/** Of a file that is gone, 0: whoever opens it says so. */
async function megabytesOf({ absolutePath }: SourceFile): Promise<number> {
  const stats = await stat(absolutePath).catch(() => undefined);
  return (stats?.size ?? 0) / 1e6;
}

/** Reads one file, and ends the thread that does when it takes too long or holds too much. */
async function readWithin(
  pool: Piscina<ReadJob, ReadOutcome>,
  job: ReadJob,
  { signal, longestMs }: { readonly signal: AbortSignal; readonly longestMs: number },
): Promise<ReadOutcome> {
  const tooLong = AbortSignal.timeout(longestMs);
  const tooMuch = new AbortController();
  using _watch = watchMemory(() => pool.threads, { mostBytes: MOST_MB * 1e6, onTooMuch: () => tooMuch.abort() });
  try {
    return await pool.run(job, { signal: AbortSignal.any([signal, tooLong, tooMuch.signal]) });
  } catch (error) {
    signal.throwIfAborted();
    if (tooLong.aborted)
      throw new Error(`reading it took longer than ${Number((longestMs / 1000).toPrecision(2))} s`, { cause: error });
    const isOut = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    if (isOut || tooMuch.signal.aborted)
      throw new Error(`reading it needs more than ${MOST_MB} MB of memory`, { cause: error });
    throw new Error(reasonOf(error), { cause: error });
  }
}
