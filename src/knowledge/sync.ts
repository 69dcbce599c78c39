import type { IndexedDocument } from "./document.ts";
import type { FailedDocument, SyncReport } from "./knowledge.ts";
import type { KnownDocument, PassageIndex } from "./passage-index.ts";
import type { Reader } from "./read/reader.ts";
import type { FolderOptions, Listing, Source, SourceFile } from "./source.ts";

/** Passages written in one commit: each commit is a version of the index, each batch waits in memory. */
const BATCH_PASSAGES = 1_000;

/** What a sync works with. */
export interface SyncOptions {
  readonly sources: readonly Source[];
  readonly index: PassageIndex;
  readonly reader: Reader;
  readonly signal: AbortSignal;
  /** Told how many documents have been looked at, of how many. Must not throw. */
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

/**
 * Makes the index match the folders: reads what is new or changed, takes out what is gone or refused. A document that cannot be
 * read this time is reported, and keeps its old passages while its audience is the same. Rejects when a folder cannot be listed; the
 * index then stays as it is, for what was not seen may still be there.
 */
export async function sync({ sources, index, reader, signal, onProgress }: SyncOptions): Promise<SyncReport> {
  const startedAt = performance.now();
  const listings = await Promise.all(
    sources.map(async (source) => ({ source, folder: source.options, listing: await source.list({ signal }) })),
  );
  const known = await index.documents();
  const knownOf = Map.groupBy(known, ([, { file }]) => file);
  const files = listings.flatMap(({ folder, listing }) => listing.files.map((file) => ({ file, folder })));
  const writer = batchWriter(index);
  const counts = { added: 0, changed: 0, unchanged: 0 };
  const failed: FailedDocument[] = listings.flatMap(({ listing }) => refusals(listing));
  const seen = new Set<string>();
  const read = new Set<string>();
  for (const [done, { file, folder }] of files.entries()) {
    signal.throwIfAborted();
    onProgress?.({ done, total: files.length });
    if (read.has(file.absolutePath)) {
      failed.push({ path: file.path, reason: "it was read already: two of the folders are the same one" });
      continue;
    }
    read.add(file.absolutePath);
    const before = knownOf.get(file.id) ?? [];
    const outcome = await readOne({ file, folder, known: before[0]?.[1], reader, signal });
    if (outcome.kind === "failed") {
      failed.push({ path: file.path, reason: outcome.reason });
      // What it knew of the documents for other readers is better not known.
      for (const [id, { audience }] of before) if (audience === folder.audience) seen.add(id);
      continue;
    }
    counts[outcome.kind] += 1;
    for (const id of outcome.documents?.map((document) => document.id) ?? before.map(([id]) => id)) seen.add(id);
    for (const document of outcome.documents ?? []) await writer.add(document);
  }
  for (const { source, folder, listing } of listings) {
    for (const { path } of listing.refused.filter(({ isUnread }) => isUnread)) {
      for (const [id, { audience }] of documentsAt(path, { known, source })) {
        if (audience === folder.audience) seen.add(id);
      }
    }
  }
  const gone = [...known.keys()].filter((id) => !seen.has(id));
  await writer.finish(gone);
  return { ...counts, removed: gone.length, failed, seconds: (performance.now() - startedAt) / 1000 };
}

function refusals({ refused }: Listing): FailedDocument[] {
  return refused.map(({ path, reason }) => ({ path, reason }));
}

/** A source's known documents at a path, or below it. */
function documentsAt(
  path: string,
  { known, source }: { readonly known: ReadonlyMap<string, KnownDocument>; readonly source: Source },
): [string, KnownDocument][] {
  const isAt = (document: KnownDocument) => document.path === path || document.path.startsWith(`${path}/`);
  // A document inside a file has the path of the file above its own.
  const isOf = ({ path: own, file }: KnownDocument) => ancestors(own).some((above) => source.idOf(above) === file);
  return [...known].filter(([, document]) => isAt(document) && isOf(document));
}

/** A path and those above it, longest first. */
function ancestors(path: string): string[] {
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, names.length - index).join("/"));
}

type Outcome =
  | { readonly kind: "added" | "changed" | "unchanged"; readonly documents?: readonly IndexedDocument[] }
  | { readonly kind: "failed"; readonly reason: string };

async function readOne(given: {
  readonly file: SourceFile;
  readonly folder: FolderOptions;
  readonly known: KnownDocument | undefined;
  readonly reader: Reader;
  readonly signal: AbortSignal;
}): Promise<Outcome> {
  const { file, folder, known, reader, signal } = given;
  try {
    const outcome = await reader.read({ file, folder, ...(known && { knownHash: known.hash }) }, { signal });
    if (outcome.kind === "unchanged") return { kind: "unchanged" };
    return { kind: known ? "changed" : "added", documents: outcome.documents };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "failed", reason: error instanceof Error ? error.message : "it cannot be read" };
  }
}

/** Collects documents into batches, so that a thousand small files are a few commits. */
function batchWriter(index: PassageIndex): {
  add(document: IndexedDocument): Promise<void>;
  finish(removed: readonly string[]): Promise<void>;
} {
  let batch: IndexedDocument[] = [];
  let passages = 0;
  const flush = async (removed: readonly string[]) => {
    const documents = batch;
    batch = [];
    passages = 0;
    if (documents.length + removed.length > 0) await index.replace({ documents, removed });
  };
  return {
    async add(document) {
      batch.push(document);
      passages += document.passages.length;
      if (passages >= BATCH_PASSAGES) await flush([]);
    },
    finish: flush,
  };
}
