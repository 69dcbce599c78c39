import { mkdir, rm } from "node:fs/promises";
import { BooleanQuery, connect, Index, MatchQuery, Occur, type Connection, type Table } from "@lancedb/lancedb";
import { Field, Int32, Schema, Utf8 } from "apache-arrow";
import PQueue from "p-queue";
import type { Audience, Passage } from "../chat.ts";
import type { IndexedDocument } from "./document.ts";
import type { KnownDocument, PassageIndex } from "./passage-index.ts";

/** Part of the index folder's name: another number means another layout, and so a new index. */
export const INDEX_FORMAT = 1;

const TABLE = "passages";
/** Longer queries are cut: a query of 700,000 characters was seen to take more than a second. */
const LONGEST_QUERY = 1_000;
/** Versions younger than this are kept for searches that still read them. */
const KEEP_VERSIONS_MS = 10 * 60_000;

const text = (name: string) => new Field(name, new Utf8(), false);
const number = (name: string) => new Field(name, new Int32(), false);
/** Letters of a word's beginning that are indexed; longer ones are cut. */
const LONGEST_BEGINNING = 15;

const schema = new Schema([
  ...["id", "document_id", "hash", "audience", "modified_at", "path", "title", "headings", "anchor", "url", "text"].map(
    text,
  ),
  ...["position", "first_line", "last_line", "passages"].map(number),
  text("search_text"),
  text("beginnings"),
]);

/** What a search or a listing reads of a row. */
interface Row {
  readonly id: string;
  readonly document_id: string;
  readonly path: string;
  readonly title: string;
  readonly headings: string;
  readonly anchor: string;
  readonly url: string;
  readonly text: string;
  readonly first_line: number;
  readonly last_line: number;
  readonly _score?: number;
}

const SHOWN = ["id", "document_id", "path", "title", "headings", "anchor", "url", "text", "first_line", "last_line"];

/**
 * A passage index in LanceDB, in a folder of its own. One process may write; searches see every finished write. An index that can
 * no longer be opened is started anew, as it can be built again; `onWarning` is told.
 */
export async function openLanceIndex({
  folder,
  onWarning,
}: {
  readonly folder: string;
  readonly onWarning?: (sentence: string) => void;
}): Promise<PassageIndex> {
  if (folder.includes("://")) throw new Error("The index must be in a folder on this machine");
  const database = await openDatabase(folder, onWarning);
  let table = await openTable(database);
  const writes = new PQueue({ concurrency: 1 });
  const frequencies = new Map<string, number>();

  return {
    documents: async () => (table ? knownDocuments(table) : new Map()),
    replace: (change) =>
      writes.add(async () => {
        const rows = change.documents.flatMap(toRows);
        if (!table && rows.length === 0) return;
        if (table) await replaceRows(table, { rows, documents: documentIds(change) });
        else table = await createTable(database, rows);
        frequencies.clear();
      }),
    search: async (words, options) => {
      const filter = audienceFilter(options.clearance);
      const query = toQuery(words.slice(0, LONGEST_QUERY), options.prefix === true);
      if (!table || !query) return [];
      const found = table
        .query()
        .fullTextSearch(query)
        .where(filter)
        .select([...SHOWN, "_score"])
        .limit(options.limit);
      return ((await found.toArray()) as Row[]).map((row) => ({ passage: toPassage(row), score: row._score ?? 0 }));
    },
    frequencies: async (words, { cap }) => {
      const opened = table;
      if (!opened) return words.map(() => 0);
      return Promise.all(
        words.map(async (word) => {
          const key = `${cap} ${word}`;
          const known = frequencies.get(key);
          if (known !== undefined) return known;
          const counted = await countMatches(opened, word, cap);
          frequencies.set(key, counted);
          return counted;
        }),
      );
    },
    document: async (id, { clearance }) => {
      const filter = audienceFilter(clearance);
      if (!table || !isDocumentId(id)) return [];
      const rows = (await table
        .query()
        .where(`document_id = '${id}' AND ${filter}`)
        .select([...SHOWN, "position"])
        .toArray()) as (Row & { position: number })[];
      return rows.toSorted((one, other) => one.position - other.position).map(toPassage);
    },
    count: async () => {
      if (!table) return { documents: 0, passages: 0 };
      const [documents, passages] = await Promise.all([table.countRows("position = 0"), table.countRows()]);
      return { documents, passages };
    },
    optimize: () => writes.add(async () => (table ? optimize(table) : undefined)),
    async [Symbol.asyncDispose]() {
      await writes.onIdle();
      table?.close();
      database.close();
    },
  };
}

async function openDatabase(folder: string, onWarning?: (sentence: string) => void): Promise<Connection> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const database = await connect(folder, { readConsistencyInterval: 0 });
  try {
    const table = await openTable(database);
    await table?.query().select(["id", "hash"]).limit(1).toArray();
    await table?.countRows();
    return database;
  } catch (error) {
    onWarning?.(`The index could not be opened (${error instanceof Error ? error.name : "error"}) and is built anew`);
    database.close();
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return connect(folder, { readConsistencyInterval: 0 });
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
  const where = `document_id IN (${documents.map((id) => `'${id}'`).join(", ")})`;
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

function documentIds({ documents, removed }: Parameters<PassageIndex["replace"]>[0]): string[] {
  const ids = [...documents.map(({ id }) => id), ...removed];
  const wrong = ids.find((id) => !isDocumentId(id));
  if (wrong !== undefined) throw new Error("A document id must be 32 hexadecimal digits");
  return [...new Set(ids)];
}

/** Ids are made of digits that need no quoting in a filter; nothing else is let into one. */
function isDocumentId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}

function audienceFilter(clearance: readonly Audience[]): string {
  if (clearance.length === 0) throw new Error("A search needs a clearance: which audiences the place may see");
  for (const audience of clearance) {
    if (!/^[A-Za-z0-9_:.-]{1,200}$/.test(audience))
      throw new Error("An audience may hold letters, digits and _ : . - only");
  }
  return `audience IN (${clearance.map((audience) => `'${audience}'`).join(", ")})`;
}

function toQuery(words: string, prefix: boolean): MatchQuery | BooleanQuery | undefined {
  const typed = words.trim();
  if (!/[\p{L}\p{N}]/u.test(typed)) return undefined;
  if (!prefix) return new MatchQuery(typed, "search_text");
  const last = typed.split(/\s+/).at(-1) ?? typed;
  const parts: [Occur, MatchQuery][] = [
    [Occur.Should, new MatchQuery(typed, "search_text")],
    [Occur.Should, new MatchQuery(wordsOf(typed).map(cutBeginning).join(" "), "beginnings")],
  ];
  // What may follow the letters typed so far: words that begin with them and are at most two letters longer.
  if (last.length >= 3 && last.length <= LONGEST_BEGINNING) {
    const unfinished = { fuzziness: 2, prefixLength: last.length, maxExpansions: 20 };
    parts.push([Occur.Should, new MatchQuery(last, "search_text", unfinished)]);
  }
  return new BooleanQuery(parts);
}

/** The beginnings of every word, two letters and up, each once: what people have typed when they look a heading up. */
function beginningsOf(label: string): string[] {
  const beginnings = wordsOf(label).flatMap((word) =>
    Array.from({ length: Math.max(1, Math.min(word.length, LONGEST_BEGINNING) - 1) }, (_, index) =>
      word.slice(0, index + 2),
    ),
  );
  return [...new Set(beginnings)];
}

function cutBeginning(word: string): string {
  return word.slice(0, LONGEST_BEGINNING);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

async function countMatches(table: Table, word: string, cap: number): Promise<number> {
  const query = toQuery(word.slice(0, LONGEST_QUERY), false);
  if (!query) return 0;
  return (await table.query().fullTextSearch(query).select(["position", "_score"]).limit(cap).toArray()).length;
}

async function knownDocuments(table: Table): Promise<ReadonlyMap<string, KnownDocument>> {
  const rows = (await table
    .query()
    .where("position = 0")
    .select(["document_id", "hash", "path", "passages"])
    .toArray()) as { document_id: string; hash: string; path: string; passages: number }[];
  return new Map(rows.map(({ document_id: id, hash, path, passages }) => [id, { hash, path, passages }]));
}

async function optimize(table: Table): Promise<void> {
  const { numUnindexedRows = 0 } = (await table.indexStats("search_text_idx")) ?? {};
  const { fragmentStats } = await table.stats();
  const versions = (await table.listVersions()).length;
  if (numUnindexedRows === 0 && fragmentStats.numFragments <= 1 && versions < 3) return;
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - KEEP_VERSIONS_MS) });
}

function toRows(document: IndexedDocument): Record<string, unknown>[] {
  return document.passages.map((passage, position) => ({
    id: passage.id,
    document_id: document.id,
    hash: document.hash,
    audience: document.audience,
    modified_at: document.modifiedAt,
    path: passage.path,
    title: passage.title,
    headings: JSON.stringify(passage.headings),
    anchor: passage.anchor,
    url: passage.url ?? "",
    text: passage.text,
    position,
    first_line: passage.lines[0],
    last_line: passage.lines[1],
    passages: document.passages.length,
    search_text: [passage.title, ...passage.headings, passage.text].join("\n"),
    beginnings: beginningsOf([passage.title, ...passage.headings].join(" ")).join(" "),
  }));
}

function toPassage(row: Row): Passage {
  return {
    id: row.id,
    documentId: row.document_id,
    path: row.path,
    title: row.title,
    headings: JSON.parse(row.headings) as string[],
    anchor: row.anchor,
    lines: [row.first_line, row.last_line],
    ...(row.url !== "" && { url: row.url }),
    text: row.text,
  };
}
