import type { IndexedDocument } from "./document.ts";
import type { FailedDocument } from "./knowledge.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { KnownDocument } from "./passage-index.ts";
import { readingSettings } from "./read/reading-settings.ts";
import type { Reader } from "./read/reader.ts";
import type { FolderOptions, SourceFile } from "./source.ts";

/** What could not be read is tried again after so long even if it has not changed: the disk, or a lack of time, may have been why. */
const RETRY_MS = 60 * 60_000;

/** One file of a source, with what was known of it before: its stored documents by their ids, and its entry in the ledger. */
export interface ListedFile {
  readonly file: SourceFile;
  readonly folder: FolderOptions;
  readonly known: readonly (readonly [id: string, document: KnownDocument])[];
  readonly entry: LedgerEntry | undefined;
}

/** What became of a file. `entry` is what to enter in the ledger; none where that would change nothing. */
export type FileOutcome =
  | { readonly kind: "unchanged"; readonly failed: readonly FailedDocument[]; readonly entry?: LedgerEntry }
  | { readonly kind: "failed"; readonly failed: readonly FailedDocument[]; readonly entry?: LedgerEntry }
  | {
      readonly kind: "read";
      readonly documents: readonly IndexedDocument[];
      readonly failed: readonly FailedDocument[];
      readonly entry: LedgerEntry;
    };

/**
 * Looks at one file. It is opened only where its stamp, the settings, or what is stored of it differ from what the ledger says, and read
 * only where its bytes do. Rejects for the signal alone: what cannot be read is an outcome.
 */
export async function lookAtFile(
  listed: ListedFile,
  { reader, signal, now }: { readonly reader: Reader; readonly signal: AbortSignal; readonly now: number },
): Promise<FileOutcome> {
  signal.throwIfAborted();
  const { file, folder, known, entry } = listed;
  const before = unopened(listed, now);
  if (before) return before;
  const enter = (found: Pick<LedgerEntry, "hash" | "documents" | "failed">): LedgerEntry => {
    const settings = readingSettings(folder);
    return { file: file.id, stamp: file.stamp ?? "", settings, lookedAt: now, ...found };
  };
  try {
    const knownHash = hashOf(known, entry);
    const outcome = await reader.read({ file, folder, ...(knownHash !== undefined && { knownHash }) }, { signal });
    if (outcome.kind === "unchanged") {
      const failed = entry && entry.hash === knownHash ? entry.failed : [];
      return { kind: "unchanged", failed, entry: enter({ hash: knownHash ?? "", documents: known.length, failed }) };
    }
    const { documents } = outcome;
    const failed = documents.flatMap(partlyUnread);
    const found = enter({ hash: documents[0].hash, documents: documents.length, failed });
    return { kind: "read", documents, failed, entry: found };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : "it cannot be read";
    const failed = [{ path: file.path, reason }];
    return { kind: "failed", failed, entry: enter({ hash: "", documents: 0, failed }) };
  }
}

/** What became of a file that need not be opened; undefined for one that has to be. */
function unopened({ file, folder, known, entry }: ListedFile, now: number): FileOutcome | undefined {
  if (!entry || file.stamp === undefined || entry.stamp !== file.stamp) return undefined;
  if (entry.settings !== readingSettings(folder)) return undefined;
  const { failed } = entry;
  if (entry.hash === "") return now - entry.lookedAt < RETRY_MS ? { kind: "failed", failed } : undefined;
  return isWhole(known, entry) ? { kind: "unchanged", failed } : undefined;
}

/** Whether the index has just the documents that the ledger says. */
function isWhole(known: ListedFile["known"], { hash, documents }: LedgerEntry): boolean {
  return known.length === documents && known.every(([, document]) => document.hash === hash);
}

/** The hash that all of a file's documents are stored with; undefined where some are of another one, or are not there. */
function hashOf(known: ListedFile["known"], entry: LedgerEntry | undefined): string | undefined {
  const hash = known[0]?.[1].hash;
  if (hash === undefined || known.some(([, document]) => document.hash !== hash)) return undefined;
  return entry?.hash === hash && !isWhole(known, entry) ? undefined : hash;
}

function partlyUnread({ unread, passages: [{ path }] }: IndexedDocument): FailedDocument[] {
  return unread === undefined ? [] : [{ path, reason: unread }];
}
