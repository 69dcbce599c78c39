import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { unlessAborted } from "../abort.ts";
import type { Audience } from "../chat.ts";
import type { Log } from "../log.ts";
import { createAttach } from "./attach.ts";
import { openAttachedReader, type AttachedReader } from "./attached.ts";
import { explainPath } from "./explain.ts";
import { createFolderSource } from "./folder.ts";
import type { Embedder } from "./embedder.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import type { FailedDocument, Knowledge } from "./knowledge.ts";
import { INDEX_FORMAT, openLanceIndex } from "./lance.ts";
import { lancePlaceIn, type LancePlace } from "./lance-place.ts";
import { openLedger } from "./ledger.ts";
import { takeLock } from "../lock.ts";
import type { Meaning } from "./meaning.ts";
import { openMeaning, type OpenMeaning } from "./open-meaning.ts";
import type { PassageIndex } from "./passage-index.ts";
import { openReader } from "./read/reader.ts";
import type { Reranker } from "./reranker.ts";
import { createSearch } from "./search.ts";
import { followIndex, followVectors, openWhenNeeded, standingOf, type SharedPlace } from "./shared-index.ts";
import type { FolderOptions, Source } from "./source.ts";
import { rightToShare, rightToWrite, whenGained, type WritingRight } from "./writing-right.ts";

/** Passages among which a document's place for a question is told. */
const EXPLAINED = 100;
/** Everything is looked at again this often, in case the system lost a change. */
const FULL_SYNC_MS = 10 * 60_000;

interface KnowledgeOptions {
  readonly dataFolder: string;
  readonly folders: readonly FolderOptions[];
  readonly watch: boolean;
  readonly log: Log;
  readonly shared?: SharedPlace;
  /** What finds by meaning, and what puts in order what was found; without them words do both. They stay the caller's. */
  readonly embedder?: Embedder;
  readonly reranker?: Reranker;
  /** How long a search may take for reranking. */
  readonly rerankSeconds?: number;
  /** Told after every sync that changed something, with the ids of the documents; and, without them, of what another process has changed. */
  readonly onChanged?: (change?: { readonly documents: readonly string[] }) => void;
}

/**
 * The documents of the given folders, as passages that can be found. Each set of folders has an index of its own below
 * `<dataFolder>/knowledge`, so that two sets never mix. With `watch`, changes are read as they happen, and indexes that no running
 * Hearth uses any more are deleted. While another process keeps the same index, this one only reads it. With `shared` the index is on
 * storage instead, where it belongs to whoever may write there.
 */
export async function openKnowledge(options: KnowledgeOptions): Promise<Knowledge> {
  const { dataFolder, folders, watch, log, shared, onChanged } = options;
  const onWarning = (sentence: string) => log.warn(sentence);
  const name = indexName(folders);
  const folder = join(dataFolder, "knowledge", name);
  await using stack = new AsyncDisposableStack();
  const right = stack.use(shared ? rightToShare(shared, { folder, log }) : rightToWrite(folder));
  if (!shared && !right.isHeld()) log.warn("another Hearth keeps this index, so it is only read here");
  const index = stack.use(await openIndex({ folder, shared, right, onWarning }));
  const { meaning, ...vectors } = stack.use(openMeaning({ ...options, index, name, folder, right }));
  const ledger = stack.use(openLedger({ file: join(folder, "ledger.sqlite") }));
  const reader = stack.use(openReader());
  const sources = folders.map((folderOptions) => createFolderSource(folderOptions, { onWarning }));
  const onRead = (change?: { readonly documents: readonly string[] }) => {
    vectors.catchUpSoon?.();
    onChanged?.(change);
  };
  const keeper = stack.use(
    createKeeper({ index, ledger, reader, sources, mayWrite: right.isHeld, log, onChanged: onRead, dataFolder }),
  );
  if (watch) stack.use(await keepWatching({ keeper, sources, right, parent: join(dataFolder, "knowledge"), name }));
  const onNews = () => {
    if (!right.isHeld()) onRead();
    keeper.syncSoon();
  };
  const following = shared && watch ? stack.use(followIndex(index, { onChanged: onNews })) : undefined;
  const look = () => vectors.catchUpSoon?.();
  if (following) stack.use(followVectors({ isWrittenHere: right.isHeld, state: () => meaning.state(), look }));
  const standing = shared
    ? standingOf(index, { state: () => keeper.state(), problem: () => following?.problem() })
    : async () => ({ ...(await index.count()), sync: keeper.state() });
  const storage = () => shared && { storage: { shown: shared.shown, isWrittenHere: right.isHeld() } };
  const told = () => ({ ...storage(), meaning: meaning.state(), failed: keeper.failed() });
  const status = async () => ({ ...(await standing()), ...told() });
  const attachedReader = stack.use(openAttachedReader());
  // The ledger is the writer's.
  const failedIn = (fileId: string) => (right.isHeld() ? ledger.entries().get(fileId)?.failed : undefined) ?? [];
  const parts = { index, right, failedIn, meaning, vectors, keeper, sources, status, attachedReader };
  const owned = stack.move();
  return { ...knowledgeOf(parts), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** What there is to ask, of the parts that answer it. */
function knowledgeOf(parts: {
  readonly index: PassageIndex;
  readonly right: WritingRight;
  readonly failedIn: (fileId: string) => readonly FailedDocument[];
  readonly meaning: Meaning;
  readonly vectors: Pick<OpenMeaning, "catchUpSoon" | "complete">;
  readonly keeper: Keeper;
  readonly sources: readonly Source[];
  readonly status: Knowledge["status"];
  readonly attachedReader: AttachedReader;
}): Omit<Knowledge, typeof Symbol.asyncDispose> {
  const { index, right, meaning, vectors, keeper, sources, status, failedIn: failed } = parts;
  const { search, lookup } = createSearch(index, meaning);
  return {
    search,
    lookup,
    attach: createAttach(parts),
    document: (id, { clearance }) => index.document(id, { clearance }),
    nearness: (question, texts, options) => meaning.nearness(question, texts, options),
    sync: async ({ signal, complete = false }) => {
      await unlessAborted(right.settled, signal);
      try {
        return await keeper.sync({ signal });
      } finally {
        // Also where nothing changed: vectors may be missing since the last time.
        vectors.catchUpSoon?.();
        if (complete) await vectors.complete?.({ signal });
      }
    },
    plan: (options) => keeper.plan(options),
    explain: (path, { question, signal }) => {
      const findAll = (text: string, options: { readonly clearance: readonly Audience[] }) =>
        search({ text, earlier: [] }, { ...options, limit: EXPLAINED, signal });
      const asked = question === undefined ? {} : { question };
      return explainPath(path, { sources, index, failed, search: findAll, signal, ...asked });
    },
    status,
  };
}

/** Reads changes as they happen, and all again from time to time; indexes that no running Hearth uses any more are deleted. */
async function keepWatching(given: {
  readonly keeper: Keeper;
  readonly sources: readonly Source[];
  readonly right: WritingRight;
  /** The folder of all indexes, and the name of this one's. */
  readonly parent: string;
  readonly name: string;
}): Promise<AsyncDisposable> {
  const { keeper, sources, right, parent, name } = given;
  await using stack = new AsyncDisposableStack();
  if (right.isHeld()) await deleteUnused(parent, name);
  stack.use(whenGained(right, () => keeper.syncSoon()));
  for (const source of sources) stack.use(await source.watch(keeper.syncSoon));
  const timer = setInterval(() => keeper.syncSoon(), FULL_SYNC_MS);
  timer.unref();
  stack.defer(() => clearInterval(timer));
  return stack.move();
}

/** The index: in the folder, opened at once; on storage, opened when it is needed. */
function openIndex(given: {
  readonly folder: string;
  readonly shared: SharedPlace | undefined;
  readonly right: WritingRight;
  readonly onWarning: (sentence: string) => void;
}): Promise<PassageIndex> | PassageIndex {
  const { folder, shared, right, onWarning } = given;
  const open = (place: LancePlace) => openLanceIndex({ ...place, mayWrite: right.isHeld(), onWarning });
  if (!shared) return open({ folder: join(folder, "lance") });
  const place = lancePlaceIn(shared.place, `passages-${INDEX_FORMAT}`);
  return openWhenNeeded(() => open(place), shared.place.s3);
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
