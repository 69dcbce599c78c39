import { Index, MatchQuery, type Table } from "@lancedb/lancedb";
import { toTable } from "./lance-columns.ts";
import { createCounts } from "./lance-counts.ts";
import {
  audienceFilter,
  documentIds,
  documentsFilter,
  idsFilter,
  isDocumentId,
  rowsFilter,
  toQueries,
} from "./lance-query.ts";
import { KNOWN, schema, toKnown, toPassage, toRows } from "./lance-rows.ts";
import { SCOPE_INDEXES } from "./lance-scope.ts";
import { openLanceTable, type IndexPlace, type LanceTable, type TableMake } from "./lance-table.ts";
import { countUnindexed, type IndexMake } from "./lance-upkeep.ts";
import type { Hit } from "../chat.ts";
import type { KnownDocument, PassageIndex } from "./passage-index.ts";

/** Part of the index folder's name: another number means another layout, and so a new index. */
export const INDEX_FORMAT = 3;

/** Columns with a word index: words in every language that ICU can divide, English stems, stop words kept; headings also by the beginnings of their words. */
const SEARCHED = { search_text: "icu", beginnings: "simple" } as const;
/**
 * Rows that the word index lacks are looked through one by one, at about 50 µs for each row and query: a search that asks twenty
 * queries feels a few hundred. Of more than these only the indexed rows are searched, until the index is brought up to date.
 */
const MOST_LOOKED_THROUGH = 1_000;

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
  return {
    ...finding(passages),
    ...listing(passages),
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

/** What finds passages by words. */
function finding({ current }: LanceTable): Pick<PassageIndex, "search" | "frequencies"> {
  const counted = createCounts();
  const tailOf = (table: Table) =>
    counted(table, "unindexed", async () => countUnindexed(table, "search_text", await table.countRows()));
  const matching = async (table: Table, query: MatchQuery, filter: string) => {
    const found = table.query().fullTextSearch(query).where(filter);
    return (await tailOf(table)) > MOST_LOOKED_THROUGH ? found.fastSearch() : found;
  };
  return {
    search: async (words, { clearance, scope, limit, prefix = false }) => {
      const filter = rowsFilter(clearance, scope);
      const table = await current();
      if (!table) return [];
      const found = toQueries(words, { prefix }).map(async (query): Promise<readonly ScoredRow[]> => {
        return (await matching(table, query, filter)).select(SCORED).limit(limit).toArray();
      });
      return addUp((await Promise.all(found)).flat()).slice(0, limit);
    },
    frequencies: async (words, { clearance, cap }) => {
      const filter = audienceFilter(clearance);
      const table = await current();
      const count = async (word: string) => {
        const [query] = toQueries(word, { prefix: false });
        if (!table || !query) return 0;
        return counted(table, `${cap} ${filter} ${word}`, async () => {
          const found = (await matching(table, query, filter)).select(["_score"]).limit(cap);
          return (await found.toArrow()).numRows;
        });
      };
      return Promise.all(words.map(count));
    },
  };
}

/** What gives passages and documents by their ids, and what there is. */
function listing({
  current,
}: LanceTable): Pick<PassageIndex, "documents" | "document" | "passages" | "count" | "version"> {
  const counted = createCounts();
  return {
    documents: async () => knownDocuments(await current()),
    document: async (id, { clearance }) => {
      const filter = audienceFilter(clearance);
      if (!isDocumentId(id)) return [];
      const found = (await current())?.query().where(`${documentsFilter([id])} AND ${filter}`);
      const rows: { passage: string; position: number }[] =
        (await found?.select(["passage", "position"]).toArray()) ?? [];
      return rows.toSorted((one, other) => one.position - other.position).map(toPassage);
    },
    passages: async (ids, { clearance }) => {
      const filter = `${idsFilter(ids)} AND ${audienceFilter(clearance)}`;
      const found = ids.length > 0 ? (await current())?.query().where(filter) : undefined;
      const rows: { passage: string; hash: string }[] = (await found?.select(["passage", "hash"]).toArray()) ?? [];
      return rows.map((row) => ({ passage: toPassage(row), hash: row.hash }));
    },
    count: async () => {
      const table = await current();
      if (!table) return { documents: 0, passages: 0 };
      const documents = await counted(table, "documents", () => table.countRows("position = 0"));
      return { documents, passages: await counted(table, "passages", () => table.countRows()) };
    },
    version: async () => (await (await current())?.version()) ?? 0,
  };
}

interface ScoredRow {
  readonly passage: string;
  readonly _score: number;
}

const SCORED = ["passage", "_score"];

/** Each passage once, with the sum of its scores, best first. */
function addUp(rows: readonly ScoredRow[]): Hit[] {
  const scores = Map.groupBy(rows, ({ passage }) => passage).values();
  return [...scores]
    .flatMap(([first, ...others]) => {
      if (!first) return [];
      return { passage: toPassage(first), score: others.reduce((sum, { _score }) => sum + _score, first._score) };
    })
    .sort((one, other) => other.score - one.score);
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
    await table.query().fullTextSearch(new MatchQuery("the", column)).select(SCORED).limit(1).toArray();
  }
}
