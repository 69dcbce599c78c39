import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { createFolderSource } from "./folder.ts";
import type { FailedDocument, Knowledge, SyncReport, SyncState } from "./knowledge.ts";
import { INDEX_FORMAT, openLanceIndex } from "./lance.ts";
import { takeLock } from "./lock.ts";
import type { PassageIndex } from "./passage-index.ts";
import { openReader, type Reader } from "./read/reader.ts";
import { createSearch } from "./search.ts";
import type { FolderOptions, Source } from "./source.ts";
import { sync } from "./sync.ts";

/** Everything is looked at again this often, in case the system lost a change. */
const FULL_SYNC_MS = 10 * 60_000;
/** Upkeep of the index waits until nothing has changed for so long. */
const UPKEEP_MS = 20_000;

/**
 * The documents of the given folders, as passages that can be found. Each set of folders has an index of its own below
 * `<dataFolder>/knowledge`, so that two sets never mix. With `watch`, changes are read as they happen, and indexes that no running
 * Hearth uses any more are deleted. Where another process writes the same index, this one only reads it.
 */
export async function openKnowledge(options: {
  readonly dataFolder: string;
  readonly folders: readonly FolderOptions[];
  readonly watch: boolean;
  readonly log: Log;
}): Promise<Knowledge> {
  const { dataFolder, folders, watch, log } = options;
  const onWarning = (sentence: string) => log.warn(sentence);
  const name = indexName(folders);
  const folder = join(dataFolder, "knowledge", name);
  await using stack = new AsyncDisposableStack();
  const lock = takeLock(folder);
  if (lock) stack.use(lock);
  else log.warn("another Hearth keeps this index, so it is only read here");
  const index = stack.use(await openLanceIndex({ folder: join(folder, "lance"), onWarning }));
  const reader = stack.use(openReader());
  const sources = folders.map((folderOptions) => createFolderSource(folderOptions, { onWarning }));
  const keeper = stack.use(createKeeper({ index, reader, sources, mayWrite: lock !== undefined, log }));
  if (watch && lock) {
    await deleteUnused(join(dataFolder, "knowledge"), name);
    for (const source of sources) stack.use(await source.watch(keeper.syncSoon));
    const timer = setInterval(keeper.syncSoon, FULL_SYNC_MS);
    timer.unref();
    stack.defer(() => clearInterval(timer));
  }
  const owned = stack.move();
  const search = createSearch(index);
  return {
    search: search.search,
    lookup: search.lookup,
    document: (id, { clearance }) => index.document(id, { clearance }),
    sync: keeper.sync,
    status: async () => ({ ...(await index.count()), sync: keeper.state(), failed: keeper.failed() }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Keeps one index in step: one sync at a time, upkeep when nothing changes. */
interface Keeper extends AsyncDisposable {
  readonly sync: Knowledge["sync"];
  /** Asks for a sync after the one in hand, if any. */
  readonly syncSoon: () => void;
  state(): SyncState;
  failed(): readonly FailedDocument[];
}

function createKeeper(given: {
  readonly index: PassageIndex;
  readonly reader: Reader;
  readonly sources: readonly Source[];
  readonly mayWrite: boolean;
  readonly log: Log;
}): Keeper {
  const { index, reader, sources, mayWrite, log } = given;
  const closing = new AbortController();
  let state: SyncState = { kind: "reading", done: 0, total: 0 };
  let failed: readonly FailedDocument[] = [];
  let running: Promise<SyncReport> | undefined;
  let isAskedAgain = false;
  let upkeep: NodeJS.Timeout | undefined;

  const run = async (): Promise<SyncReport> => {
    const isFirst = state.kind === "reading";
    const onProgress = (at: { done: number; total: number }) => {
      if (isFirst) state = { kind: "reading", ...at };
    };
    try {
      const report = mayWrite
        ? await sync({ sources, index, reader, signal: closing.signal, onProgress })
        : await reportStored(index);
      failed = report.failed;
      state = { kind: "current", at: new Date().toISOString(), seconds: report.seconds };
      if (report.added + report.changed + report.removed > 0) {
        log.info({ ...report, failed: report.failed.length }, "documents read");
        planUpkeep(isFirst ? 0 : UPKEEP_MS);
      }
      return report;
    } catch (error) {
      if (!closing.signal.aborted) {
        log.error({ err: error }, "documents could not be read");
        state = { kind: "failed", reason: error instanceof Error ? error.message : "the log says why" };
      }
      throw error;
    } finally {
      running = undefined;
      if (isAskedAgain && !closing.signal.aborted) syncSoon();
    }
  };
  const start = () => {
    isAskedAgain = false;
    running = run();
    return running;
  };
  const syncSoon = () => {
    if (running) isAskedAgain = true;
    else start().catch(() => {});
  };
  const planUpkeep = (wait: number) => {
    clearTimeout(upkeep);
    upkeep = setTimeout(() => {
      index.optimize().catch((error: unknown) => log.warn({ err: error }, "upkeep of the index failed"));
    }, wait);
    upkeep.unref();
  };
  return {
    sync: ({ signal }) => abandonable(running ?? start(), signal),
    syncSoon,
    state: () => state,
    failed: () => failed,
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      clearTimeout(upkeep);
      await running?.catch(() => {});
    },
  };
}

/** The promise, unless the one who waits for it gives up first; the work itself goes on. */
async function abandonable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const gaveUp = Promise.withResolvers<never>();
  const onAbort = () => gaveUp.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, gaveUp.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function reportStored(index: PassageIndex): Promise<SyncReport> {
  const { documents } = await index.count();
  return { added: 0, changed: 0, removed: 0, unchanged: documents, failed: [], seconds: 0 };
}

function indexName(folders: readonly FolderOptions[]): string {
  const paths = folders.map(({ folder }) => folder).toSorted();
  return `${createHash("sha256").update(paths.join("\0")).digest("hex").slice(0, 12)}-${INDEX_FORMAT}`;
}

async function deleteUnused(parent: string, current: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    if (name === current || !existsSync(join(folder, "lock.sqlite"))) continue;
    using lock = takeLock(folder);
    if (lock) await rm(folder, { recursive: true, force: true });
  }
}
