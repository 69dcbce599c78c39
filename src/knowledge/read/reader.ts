import { stat } from "node:fs/promises";
import type { IndexedDocument } from "../document.ts";
import type { FolderOptions, SourceFile } from "../source.ts";
import { openPool } from "./pool.ts";

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

/** A reader in one worker thread, which starts with the first file and ends when it is idle. */
export function openReader({ longestReadMs = LONGEST_READ_MS }: { readonly longestReadMs?: number } = {}): Reader {
  const pool = openPool<ReadJob, ReadOutcome>("default");
  return {
    read: (job, { signal }) =>
      pool.run(job, {
        signal,
        longestMs: async () => Math.ceil(longestReadMs * (1 + (await megabytesOf(job.file)))),
      }),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** Of a file that is gone, 0: whoever opens it says so. */
async function megabytesOf({ absolutePath }: SourceFile): Promise<number> {
  const stats = await stat(absolutePath).catch(() => undefined);
  return (stats?.size ?? 0) / 1e6;
}
