import { hash } from "node:crypto";
import { Index, MatchQuery, type Table } from "@lancedb/lancedb";
import { toTable } from "./lance-columns.ts";
import { isFor, narrow } from "./lance-clearance.ts";
import {
  audienceFilter,
  documentIds,
  documentsFilter,
  idsFilter,
  isDocumentId,
  rowsFilter,
  toQueries,
} from "./lance-query.ts";
import { rememberTable, type Seen } from "./lance-remembered.ts";
import { isSound, KNOWN, schema, toKnown, toRows, toStored, TWICE, type StoredPassage } from "./lance-rows.ts";
import { SCOPE_INDEXES } from "./lance-scope.ts";
import { openLanceTable, type IndexPlace, type LanceTable, type TableMake } from "./lance-table.ts";
import { countUnindexed, type IndexMake } from "./lance-upkeep.ts";
import type { KnownDocument, PassageIndex } from "./passage-index.ts";

/** Part of the index folder's name: another number means another layout, and so a new index. */
export const INDEX_FORMAT = 4;

/** Columns with a word index: words in every language that ICU can divide, English stems, stop words kept; headings also by the beginnings of their words. */
const SEARCHED = { search_text: "icu", beginnings: "simple" } as const;
/**
 * Rows that the word index lacks are looked through one by one, at about 50 µs for each row and query: a search that asks twenty
 * queries feels a few hundred. Of more than these only the indexed rows are searched, until the index is brought up to date.
 */
const MOST_LOOKED_THROUGH = 1_000;

/** Of so many passages every row is looked at when the index is opened, which takes some 10 µs each. */
const MOST_PROBED = 20_000;

/** Passages that are remembered: some 40 MB. */
const MOST_REMEMBERED = 20_000;

const MAKE: TableMake = {
  name: "passages",
  schema,
  indexes: [wordIndex("search_text"), wordIndex("beginnings"), ...SCOPE_INDEXES],
  mostUnindexed: MOST_LOOKED_THROUGH,
  probe,
};

/**
 * A passage index in LanceDB, in a place of its own. One process may write; searches see every finished write, but for thousands of
 * passages written at once, which come with the next upkeep. Throws when the index is damaged and not this process's to build anew.
 */
export async function openLanceIndex(place: IndexPlace): Promise<PassageIndex> {
  const passages = await openLanceTable(place, MAKE);
  const see = rememberTable({ column: "passage", toRow: toStored, most: MOST_REMEMBERED });
  return {
    ...finding(passages, see),
    ...listing(passages, see),
    replace: async (change) =>
      passages.replace({
        documents: documentIds(change),
        rows: toTable(schema, change.documents.flatMap(toRows)),
      }),
    catchUp: passages.catchUp,
    optimize: passages.optimize,
    [Symbol.asyncDispose]: () => passages[Symbol.asyncDispose](),
  };
}

function wordIndex(column: keyof typeof SEARCHED): IndexMake {
  const shared = { asciiFolding: true, lowercase: true, removeStopWords: false, withPosition: false } as const;
  const whole = { ...shared, baseTokenizer: "icu", language: "English", stem: true, maxTokenLength: 60 } as const;
  const make = () => Index.fts(column === "search_text" ? whole : { ...shared, baseTokenizer: "simple", stem: false });
  return { column, make, fromRows: 0, isLearned: false };
}

type SeenPassages = (table: Table) => Promise<Seen<StoredPassage>>;

/** Rows with words of a query; without those that the word index lacks, where these are many. */
async function matching({ table, counted }: Seen<StoredPassage>, query: MatchQuery, filter: string | undefined) {
  const found = table.query().fullTextSearch(query);
  if (filter !== undefined) found.where(filter);
  const tail = await counted("unindexed", async () => countUnindexed(table, "search_text", await table.countRows()));
  return tail > MOST_LOOKED_THROUGH ? found.fastSearch() : found;
}

/** What finds passages by words. */
function finding({ current }: LanceTable, see: SeenPassages): Pick<PassageIndex, "search" | "frequencies"> {
  return {
    search: async (words, { clearance, scope, limit, prefix = false }) => {
      const wanted = rowsFilter(clearance, scope);
      const table = await current();
      if (!table) return [];
      const seen = await see(table);
      const { filter } = await narrow(seen, wanted);
      const find = (columns: readonly string[]) =>
        Promise.all(
          toQueries(words, { prefix }).map(async (query) => {
            const found = await matching(seen, query, filter);
            return found
              .select(["_score", ...columns])
              .withRowId()
              .limit(limit)
              .toArrow();
          }),
        );
      const best = await seen.best(find, limit);
      return best.filter(({ row }) => isFor(row, clearance)).map(({ row, score }) => ({ passage: row.passage, score }));
    },
    frequencies: async (words, { clearance, cap }) => {
      const filter = audienceFilter(clearance);
      const table = await current();
      if (!table) return words.map(() => 0);
      const seen = await see(table);
      const count = async (word: string) => {
        const [query] = toQueries(word, { prefix: false });
        if (!query) return 0;
        return seen.counted(`${cap} ${hash("sha1", filter)} ${word}`, async () => {
          const found = (await matching(seen, query, filter)).select(["_score"]).limit(cap);
          return (await found.toArrow()).numRows;
        });
      };
      return Promise.all(words.map(count));
    },
  };
}

/** What gives passages and documents by their ids, and what there is. */
function listing(
  { current }: LanceTable,
  see: SeenPassages,
): Pick<PassageIndex, "documents" | "document" | "passages" | "count" | "version"> {
  return {
    documents: async () => knownDocuments(await current()),
    document: async (id, { clearance }) => {
      const filter = audienceFilter(clearance);
      if (!isDocumentId(id)) return [];
      const found = (await current())?.query().where(`${documentsFilter([id])} AND ${filter}`);
      const cells = found?.select(["passage", "position"]);
      const rows: { passage: string; position: number }[] = (await cells?.toArray()) ?? [];
      return rows
        .toSorted((one, other) => one.position - other.position)
        .map(({ passage }) => toStored(passage).passage);
    },
    passages: async (ids, { clearance }) => {
      const audiences = audienceFilter(clearance);
      const table = await current();
      if (!table || ids.length === 0) return [];
      const seen = await see(table);
      const rows = await seen.byId(ids, (missing, columns) => {
        const found = table
          .query()
          .where(`${idsFilter(missing)} AND ${audiences}`)
          .select([...columns]);
        return found.withRowId().toArrow();
      });
      return rows.filter((row) => isFor(row, clearance));
    },
    count: async () => {
      const table = await current();
      if (!table) return { documents: 0, passages: 0 };
      const { counted } = await see(table);
      const documents = await counted("documents", () => table.countRows("position = 0"));
      return { documents, passages: await counted("passages", () => table.countRows()) };
    },
    version: async () => (await (await current())?.version()) ?? 0,
  };
}

/** Column by column: read row by row, a hundred thousand documents took twice as long. */
async function knownDocuments(table: Table | undefined): Promise<ReadonlyMap<string, KnownDocument>> {
  const known: [string, KnownDocument][] = [];
  if (!table) return new Map();
  for await (const batch of table.query().where("position = 0").select(KNOWN)) {
    known.push(...toKnown(KNOWN.map((name) => [...(batch.getChild(name) ?? [])])));
  }
  return new Map(known);
}

async function probe(table: Table): Promise<void> {
  await knownDocuments(table);
  for (const column of Object.keys(SEARCHED)) {
    await table.query().fullTextSearch(new MatchQuery("the", column)).select(["_score"]).limit(1).toArray();
  }
  if ((await table.countRows()) <= MOST_PROBED) await compareRows(table);
}

/** Nothing else tells of bytes that changed on the disk: LanceDB keeps no checksums. */
async function compareRows(table: Table): Promise<void> {
  for await (const batch of table.query().select(TWICE)) {
    const columns = TWICE.map((name) => [...(batch.getChild(name) ?? [])]);
    const rows = columns[0]?.map((_, row) => columns.map((column) => column[row])) ?? [];
    if (!rows.every(isSound)) throw new Error("A row of the index does not say what was written");
  }
}
