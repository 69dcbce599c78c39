import type { IndexedDocument } from "./document.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import type { PassageIndex } from "./passage-index.ts";

/** Passages written in one commit: each commit is a version of the index, each batch waits in memory. */
const BATCH_PASSAGES = 1_000;

/** What changes with one file, all in one commit: so a file with many documents is never half of one state, half of another. */
export interface FileChange {
  readonly documents: readonly IndexedDocument[];
  /** Ids of documents that are not in it any more. */
  readonly removed: readonly string[];
  /** What to enter in the ledger, or which file to strike out of it. */
  readonly entry?: LedgerEntry;
  readonly gone?: string;
}

/** Collects changes into batches, so that a thousand small files are a few commits. */
export interface SyncWriter {
  /** Waits while a batch before this one is being written. Rejects when one could not be. */
  add(change: FileChange): Promise<void>;
  /** Writes what is left. */
  finish(): Promise<void>;
}

/** A writer: first the index, then the ledger, so that a crash between the two only means that some files are opened again. */
export function createSyncWriter({
  index,
  ledger,
}: {
  readonly index: Pick<PassageIndex, "replace">;
  readonly ledger: Pick<Ledger, "note">;
}): SyncWriter {
  let batch: FileChange[] = [];
  let size = 0;
  let writing = Promise.resolve();
  const write = async (changes: readonly FileChange[]) => {
    const documents = changes.flatMap((change) => change.documents);
    const removed = changes.flatMap((change) => change.removed);
    if (documents.length + removed.length > 0) await index.replace({ documents, removed });
    ledger.note({
      entries: changes.flatMap(({ entry }) => entry ?? []),
      gone: changes.flatMap(({ gone }) => gone ?? []),
    });
  };
  const flush = async () => {
    const [full, before] = [batch, writing];
    batch = [];
    size = 0;
    writing = before.then(() => write(full));
    // Whoever adds or finishes next hears of a failure.
    writing.catch(() => {});
    await before;
  };
  return {
    async add(change) {
      batch.push(change);
      size += 1 + change.removed.length + change.documents.reduce((sum, { passages }) => sum + passages.length, 0);
      if (size >= BATCH_PASSAGES) await flush();
    },
    async finish() {
      await flush();
      await writing;
    },
  };
}
