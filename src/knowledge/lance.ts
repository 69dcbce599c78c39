import { mkdir, rm } from "node:fs/promises";
import { connect, Index, MatchQuery, type Connection, type Table } from "@lancedb/lancedb";
import PQueue from "p-queue";
import {
  audienceFilter,
  documentIds,
  documentsFilter,
  idsFilter,
  isDocumentId,
  rowsFilter,
  toQueries,
} from "./lance-query.ts";
import { schema, SHOWN, toPassage, toRows, type Row } from "./lance-rows.ts";
import type { Hit } from "../chat.ts";
import type { KnownDocument, PassageIndex } from "./passage-index.ts";

/** Part of the index folder's name: another number means another layout, and so a new index. */
export const INDEX_FORMAT = 2;

const TABLE = "passages";
/** Columns with a word index. */
const SEARCHED = ["search_text", "beginnings"];
/** The word index is brought up to date once it lacks so many rows, and such a share of those that it has. */
const MOST_UNINDEXED = 1_000;
const MOST_UNINDEXED_SHARE = 0.1;
/** Counts of words that are remembered. */
const MOST_COUNTED = 20_000;
/** Versions younger than this are kept for searches that still read them. */
const KEEP_VERSIONS_MS = 10 * 60_000;

/** Where the index lives, and whether this process keeps it. */
interface IndexPlace {
  readonly folder: string;
  /** True for the one process that may write. Only it starts an index anew that can no longer be read, as it can be built again. */
  readonly mayWrite: boolean;
  readonly onWarning?: (sentence: string) => void;
}

/**
 * A passage index in LanceDB, in a folder of its own. One process may write; searches see every finished write. Throws when the
 * index is damaged and not this process's to build anew.
 */
export async function openLanceIndex(place: IndexPlace): Promise<PassageIndex> {
  if (place.folder.includes("://")) throw new Error("The index must be in a folder on this machine");
  const database = await openDatabase(place);
  let table = await openTable(database);
  // Where another process writes, the table may come after this one has looked.
  const current = async () => (table ??= await openTable(database));
  const writes = new PQueue({ concurrency: 1 });
  const frequencies = new Map<string, number>();
  return {
    ...reading(current, frequencies),
    replace: (change) =>
      writes.add(async () => {
        const rows = change.documents.flatMap(toRows);
        if (!table && rows.length === 0) return;
        if (table) await replaceRows(table, { rows, documents: documentIds(change) });
        else table = await createTable(database, rows);
        frequencies.clear();
        if (await isFarBehind(table)) await optimize(table);
      }),
    optimize: () => writes.add(async () => (table ? optimize(table) : undefined)),
    async [Symbol.asyncDispose]() {
      await writes.onIdle();
      table?.close();
      database.close();
    },
  };
}

/** What only reads. `frequencies` holds counted words until the next write. */
function reading(
  current: () => Promise<Table | undefined>,
  frequencies: Map<string, number>,
): Pick<PassageIndex, "documents" | "search" | "frequencies" | "document" | "passages" | "count"> {
  return {
    documents: async () => knownDocuments(await current()),
    search: async (words, { clearance, scope, limit, prefix = false }) => {
      const filter = rowsFilter(clearance, scope);
      const table = await current();
      const queries = table ? toQueries(words, { prefix }) : [];
      const found = queries.map(async (query): Promise<readonly ScoredRow[]> => {
        const rows = table?.query().fullTextSearch(query).where(filter).select(SCORED).limit(limit);
        return (await rows?.toArray()) ?? [];
      });
      return addUp((await Promise.all(found)).flat()).slice(0, limit);
    },
    frequencies: async (words, { clearance, cap }) => {
      const filter = audienceFilter(clearance);
      const table = await current();
      const count = async (word: string) => {
        const key = `${cap} ${filter} ${word}`;
        const counted = frequencies.get(key) ?? (await countMatches(table, word, { filter, cap }));
        if (frequencies.size >= MOST_COUNTED) frequencies.clear();
        frequencies.set(key, counted);
        return counted;
      };
      return Promise.all(words.map(count));
    },
    document: async (id, { clearance }) => {
      const filter = audienceFilter(clearance);
      if (!isDocumentId(id)) return [];
      const found = (await current())?.query().where(`${documentsFilter([id])} AND ${filter}`);
      const rows: (Row & { position: number })[] = (await found?.select([...SHOWN, "position"]).toArray()) ?? [];
      return rows.toSorted((one, other) => one.position - other.position).map(toPassage);
    },
    passages: async (ids, { clearance }) => {
      const filter = `${idsFilter(ids)} AND ${audienceFilter(clearance)}`;
      const found = ids.length > 0 ? (await current())?.query().where(filter) : undefined;
      const rows: (Row & { hash: string })[] = (await found?.select([...SHOWN, "hash"]).toArray()) ?? [];
      return rows.map((row) => ({ passage: toPassage(row), hash: row.hash }));
    },
    count: async () => countAll(await current()),
  };
}

interface ScoredRow extends Row {
  readonly _score: number;
}

const SCORED = [...SHOWN, "_score"];

/** Each passage once, with the sum of its scores, best first. */
function addUp(rows: readonly ScoredRow[]): Hit[] {
  const scores = Map.groupBy(rows, ({ id }) => id).values();
  return [...scores]
    .flatMap(([first, ...others]) => {
      if (!first) return [];
      return { passage: toPassage(first), score: others.reduce((sum, { _score }) => sum + _score, first._score) };
    })
    .sort((one, other) => other.score - one.score);
}

async function openDatabase({ folder, mayWrite, onWarning }: IndexPlace): Promise<Connection> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const open = () => connect(folder, { readConsistencyInterval: 0 });
  const database = await open();
  try {
    await probe(await openTable(database));
    return database;
  } catch (error) {
    database.close();
    if (!mayWrite) throw error;
    onWarning?.(`The index could not be read (${error instanceof Error ? error.name : "error"}) and is built anew`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return open();
  }
}

/** Reads a little of everything that a search needs, so that damage shows when the index is opened. */
async function probe(table: Table | undefined): Promise<void> {
  if (!table) return;
  // A table whose maker died before its word indexes were there.
  if ((await table.listIndices()).length < SEARCHED.length) throw new Error("The index has no word indexes");
  await knownDocuments(table);
  for (const column of SEARCHED) {
    await table.query().fullTextSearch(new MatchQuery("the", column)).select(SCORED).limit(1).toArray();
  }
}

async function openTable(database: Connection): Promise<Table | undefined> {
  return (await database.tableNames()).includes(TABLE) ? database.openTable(TABLE) : undefined;
}

/** Words in every language ICU can divide, English stems, stop words kept; headings also by the beginnings of their words. */
async function createTable(database: Connection, rows: Record<string, unknown>[]): Promise<Table> {
  const table = await database.createTable(TABLE, rows, { schema, mode: "overwrite" });
  const shared = { asciiFolding: true, lowercase: true, removeStopWords: false, withPosition: false } as const;
  await table.createIndex("search_text", {
    config: Index.fts({ ...shared, baseTokenizer: "icu", language: "English", stem: true, maxTokenLength: 60 }),
  });
  await table.createIndex("beginnings", { config: Index.fts({ ...shared, baseTokenizer: "simple", stem: false }) });
  return table;
}

/** One commit: rows of the named documents that are not given any more go, the given ones come. */
async function replaceRows(
  table: Table,
  { rows, documents }: { readonly rows: Record<string, unknown>[]; readonly documents: readonly string[] },
): Promise<void> {
  if (documents.length === 0) return;
  const where = documentsFilter(documents);
  if (rows.length === 0) {
    await table.delete(where);
    return;
  }
  await table
    .mergeInsert("id")
    .whenMatchedUpdateAll()
    .whenNotMatchedInsertAll()
    .whenNotMatchedBySourceDelete({ where })
    .execute(rows);
}

async function countMatches(
  table: Table | undefined,
  word: string,
  { filter, cap }: { readonly filter: string; readonly cap: number },
): Promise<number> {
  const [query] = toQueries(word, { prefix: false });
  if (!table || !query) return 0;
  const found = table.query().fullTextSearch(query).where(filter).select(["position", "_score"]).limit(cap);
  return (await found.toArray()).length;
}

async function countAll(table: Table | undefined): ReturnType<PassageIndex["count"]> {
  if (!table) return { documents: 0, passages: 0 };
  const [documents, passages] = await Promise.all([table.countRows("position = 0"), table.countRows()]);
  return { documents, passages };
}

const KNOWN = ["document_id", "file_id", "hash", "path", "audience", "modified_at", "passages"];

interface KnownRow extends Pick<KnownDocument, "hash" | "path" | "audience" | "passages"> {
  readonly document_id: string;
  readonly file_id: string;
  readonly modified_at: string;
}

async function knownDocuments(table: Table | undefined): Promise<ReadonlyMap<string, KnownDocument>> {
  const found = table?.query().where("position = 0").select(KNOWN);
  const rows: KnownRow[] = (await found?.toArray()) ?? [];
  return new Map(
    rows.map(({ document_id: id, file_id: file, modified_at: modifiedAt, hash, path, audience, passages }) => [
      id,
      { hash, path, file, audience, modifiedAt, passages },
    ]),
  );
}

/** Rows that the word index lacks are looked through one by one, at 20 to 60 µs each: a few thousand are felt. */
async function isFarBehind(table: Table): Promise<boolean> {
  const { numIndexedRows = 0, numUnindexedRows = 0 } = (await table.indexStats("search_text_idx")) ?? {};
  return numUnindexedRows > Math.max(MOST_UNINDEXED, numIndexedRows * MOST_UNINDEXED_SHARE);
}

async function optimize(table: Table): Promise<void> {
  const { numUnindexedRows = 0 } = (await table.indexStats("search_text_idx")) ?? {};
  const { fragmentStats } = await table.stats();
  const versions = (await table.listVersions()).length;
  if (numUnindexedRows === 0 && fragmentStats.numFragments <= 1 && versions < 3) return;
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - KEEP_VERSIONS_MS) });
}
