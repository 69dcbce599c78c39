import PQueue from "p-queue";
import type { DocumentChange, FailedDocument, Synced } from "./knowledge.ts";
import type { Ledger } from "./ledger.ts";
import type { KnownDocument, PassageIndex } from "./passage-index.ts";
import type { Reader } from "./read/reader.ts";
import type { Listing, Source } from "./source.ts";
import { lookAtFile, type FileOutcome, type ListedFile } from "./sync-file.ts";
import { createSyncWriter, type FileChange } from "./sync-writer.ts";

/** Files that are looked at together, so that the reader always has the next one. */
const AT_ONCE = 4;

/** What a sync works with. */
export interface SyncOptions {
  readonly sources: readonly Source[];
  readonly index: Pick<PassageIndex, "documents" | "replace" | "catchUp">;
  readonly ledger: Pick<Ledger, "entries" | "note">;
  readonly reader: Reader;
  readonly signal: AbortSignal;
  /** Told how many files have been looked at, of how many. Must not throw. */
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

/**
 * Makes the index match the folders: reads what is new or changed, takes out what is gone or refused. A file that cannot be read this
 * time is reported, and keeps its old passages while its audience is the same. Rejects when a folder cannot be listed; the index then
 * stays as it is, for what was not seen may still be there.
 */
export async function sync(options: SyncOptions): Promise<Synced> {
  const startedAt = performance.now();
  const { sources, index, ledger, signal } = options;
  const listings = await Promise.all(sources.map(async (source) => ({ source, ...(await source.list({ signal })) })));
  const known = await index.documents();
  const entries = ledger.entries();
  const knownOf = Map.groupBy(known, ([, { file }]) => file);
  const { files, again } = eachOnce(listings, (id) => ({ known: knownOf.get(id) ?? [], entry: entries.get(id) }));
  const writer = createSyncWriter(options);
  const changes: DocumentChange[] = [];
  const failed: FailedDocument[] = [...listings.flatMap(refusals), ...again];
  let unchanged = 0;
  await lookAtAll(files, options, async (listed, outcome) => {
    failed.push(...outcome.failed);
    const { change, news } = changeOf(listed, outcome);
    changes.push(...news);
    unchanged += outcome.kind === "unchanged" ? listed.known.length : 0;
    if (change) await writer.add(change);
  });
  const kept = new Set([...files.map(({ file }) => file.id), ...unreadFiles(listings, known)]);
  for (const id of new Set([...knownOf.keys(), ...entries.keys()]).difference(kept)) {
    const news = (knownOf.get(id) ?? []).map(taken);
    changes.push(...news);
    await writer.add({ documents: [], removed: news.map((gone) => gone.id), gone: id });
  }
  await writer.finish();
  await index.catchUp();
  const count = (kind: DocumentChange["kind"]) => changes.filter((change) => change.kind === kind).length;
  return {
    report: {
      added: count("added"),
      changed: count("changed"),
      removed: count("removed"),
      unchanged,
      failed: byPath(failed),
      seconds: (performance.now() - startedAt) / 1000,
    },
    changes: byPath(changes),
  };
}

/** What a sync would do: everything is looked at, nothing is written. */
export async function planSync({ index, ledger, ...options }: SyncOptions): Promise<Synced> {
  return sync({
    ...options,
    index: { documents: index.documents, replace: async () => {}, catchUp: async () => {} },
    ledger: { entries: ledger.entries, note: () => {} },
  });
}

type SourceListing = Listing & { readonly source: Source };

function refusals({ refused }: Listing): FailedDocument[] {
  return refused.map(({ path, reason }) => ({ path, reason }));
}

/** Every file once, for the first folder that has it; and those that came again. */
function eachOnce(
  listings: readonly SourceListing[],
  before: (id: string) => Pick<ListedFile, "known" | "entry">,
): { readonly files: readonly ListedFile[]; readonly again: readonly FailedDocument[] } {
  const files = new Map<string, ListedFile>();
  const again: FailedDocument[] = [];
  for (const { source, files: listed } of listings) {
    for (const file of listed) {
      if (files.has(file.absolutePath)) {
        again.push({ path: file.path, reason: "it was read already: two of the folders are the same one" });
      } else files.set(file.absolutePath, { file, folder: source.options, ...before(file.id) });
    }
  }
  return { files: [...files.values()], again };
}

/** Looks at all files, a few at once, and waits until what became of each was dealt with. Rejects with the first failure of that. */
async function lookAtAll(
  files: readonly ListedFile[],
  { reader, signal, onProgress }: SyncOptions,
  onOutcome: (listed: ListedFile, outcome: FileOutcome) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  const failing = new AbortController();
  const stop = AbortSignal.any([signal, failing.signal]);
  let done = 0;
  const lookAt = async (listed: ListedFile) => {
    onProgress?.({ done, total: files.length });
    await onOutcome(listed, await lookAtFile(listed, { reader, signal: stop, now: Date.now() }));
    done += 1;
  };
  const looking = files.map((listed) => queue.add(() => lookAt(listed)));
  try {
    await Promise.all(looking);
  } catch (error) {
    failing.abort(error);
    throw error;
  } finally {
    await queue.onIdle();
  }
}

/** What changes with a file; no change where nothing is to be written. */
function changeOf(
  { folder, known }: ListedFile,
  outcome: FileOutcome,
): { readonly change?: FileChange; readonly news: readonly DocumentChange[] } {
  const entered = outcome.entry ? { entry: outcome.entry } : {};
  if (outcome.kind === "read") {
    const { documents } = outcome;
    const before = new Map(known);
    const ids = new Set(documents.map(({ id }) => id));
    const gone = known.filter(([id]) => !ids.has(id)).map(taken);
    const news = documents.map(({ id, passages: [{ path }] }): DocumentChange => {
      return { kind: before.has(id) ? "changed" : "added", id, path };
    });
    return { change: { documents, removed: gone.map(({ id }) => id), ...entered }, news: [...news, ...gone] };
  }
  // What it knew of a file for other readers is better not known when it cannot be read.
  const gone =
    outcome.kind === "failed" ? known.filter(([, { audience }]) => audience !== folder.audience).map(taken) : [];
  const isNews = gone.length > 0 || outcome.entry !== undefined;
  return { ...(isNews && { change: { documents: [], removed: gone.map(({ id }) => id), ...entered } }), news: gone };
}

function taken([id, { path }]: readonly [string, KnownDocument]): DocumentChange {
  return { kind: "removed", id, path };
}

/** Ids of known files at, or below, what could not be looked at this time; but not of those that others could read before. */
function unreadFiles(listings: readonly SourceListing[], known: ReadonlyMap<string, KnownDocument>): string[] {
  return listings.flatMap(({ source, refused }) => {
    const unread = refused.filter(({ isUnread }) => isUnread);
    const isUnread = ({ path: own }: KnownDocument) =>
      unread.some(({ path }) => own === path || own.startsWith(`${path}/`));
    // A document inside a file has the path of the file above its own.
    const isOf = ({ path: own, file }: KnownDocument) => ancestors(own).some((above) => source.idOf(above) === file);
    return [...known.values()]
      .filter((document) => document.audience === source.options.audience && isUnread(document) && isOf(document))
      .map(({ file }) => file);
  });
}

/** A path and those above it, longest first. */
function ancestors(path: string): string[] {
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, names.length - index).join("/"));
}

function byPath<Named extends { readonly path: string }>(named: readonly Named[]): Named[] {
  return named.toSorted((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}
