import { Piscina } from "piscina";
import type { IndexedDocument } from "../document.ts";
import type { FolderOptions, SourceFile } from "../source.ts";

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

/** A file that takes longer than this is given up: a page that was made to be slow. */
const LONGEST_READ_MS = 10_000;
/** The worker's own thread and memory go when there was nothing to read for so long. */
const IDLE_MS = 5_000;
/** A worker's heap: a file of 20 MB needs less; one made to need more ends its worker, not the core. */
const HEAP_MB = 512;

/** A reader in one worker thread, which starts with the first file and ends when it is idle. */
export function openReader({ longestReadMs = LONGEST_READ_MS }: { readonly longestReadMs?: number } = {}): Reader {
  const pool = new Piscina<ReadJob, ReadOutcome>({
    filename: new URL("worker.ts", import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return {
    async read(job, { signal }) {
      const tooLong = AbortSignal.timeout(longestReadMs);
      try {
        return await pool.run(job, { signal: AbortSignal.any([signal, tooLong]) });
      } catch (error) {
        signal.throwIfAborted();
        if (tooLong.aborted) throw new Error(`reading it took longer than ${longestReadMs / 1000} s`, { cause: error });
        if (error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
          throw new Error(`reading it needs more than ${HEAP_MB} MB of memory`, { cause: error });
        }
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await pool.destroy();
    },
  };
}
