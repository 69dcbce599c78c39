import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { createFolderSource } from "./folder.ts";
import { createKeeper } from "./keeper.ts";
import type { Knowledge } from "./knowledge.ts";
import { INDEX_FORMAT, openLanceIndex } from "./lance.ts";
import { takeLock } from "../lock.ts";
import { openReader } from "./read/reader.ts";
import { createSearch } from "./search.ts";
import type { FolderOptions } from "./source.ts";

/** Everything is looked at again this often, in case the system lost a change. */
const FULL_SYNC_MS = 10 * 60_000;
/** How often it is looked whether another process has stopped keeping the index. */
const FREE_MS = 1_000;

/**
 * The documents of the given folders, as passages that can be found. Each set of folders has an index of its own below
 * `<dataFolder>/knowledge`, so that two sets never mix. With `watch`, changes are read as they happen, and indexes that no running
 * Hearth uses any more are deleted. While another process keeps the same index, this one only reads it.
 */
export async function openKnowledge(options: {
  readonly dataFolder: string;
  readonly folders: readonly FolderOptions[];
  readonly watch: boolean;
  readonly log: Log;
  /** Told after every sync that changed something. */
  readonly onChanged?: () => void;
}): Promise<Knowledge> {
  const { dataFolder, folders, watch, log, onChanged } = options;
  const onWarning = (sentence: string) => log.warn(sentence);
  const name = indexName(folders);
  const folder = join(dataFolder, "knowledge", name);
  await using stack = new AsyncDisposableStack();
  const right = stack.use(rightToWrite(folder));
  if (!right.isHeld()) log.warn("another Hearth keeps this index, so it is only read here");
  const index = stack.use(await openLanceIndex({ folder: join(folder, "lance"), mayWrite: right.isHeld(), onWarning }));
  const reader = stack.use(openReader());
  const sources = folders.map((folderOptions) => createFolderSource(folderOptions, { onWarning }));
  const keeper = stack.use(
    createKeeper({ index, reader, sources, mayWrite: right.isHeld, log, ...(onChanged && { onChanged }) }),
  );
  if (watch) {
    if (right.isHeld()) await deleteUnused(join(dataFolder, "knowledge"), name);
    else stack.use(whenFree(right, keeper.syncSoon));
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
    nearness: async () => undefined,
    sync: keeper.sync,
    status: async () => ({
      ...(await index.count()),
      sync: keeper.state(),
      meaning: { kind: "none" },
      failed: keeper.failed(),
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The right to write an index, tried for again whenever it is asked about: who had it may have ended. */
function rightToWrite(folder: string): Disposable & { readonly isHeld: () => boolean } {
  let lock: Disposable | undefined;
  return {
    isHeld: () => (lock ??= takeLock(folder)) !== undefined,
    [Symbol.dispose]: () => lock?.[Symbol.dispose](),
  };
}

/** Calls back once the right to write is free, and so taken. */
function whenFree({ isHeld }: ReturnType<typeof rightToWrite>, onFree: () => void): Disposable {
  const timer = setInterval(() => {
    if (!isHeld()) return;
    clearInterval(timer);
    onFree();
  }, FREE_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
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
