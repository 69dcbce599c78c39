import { Index, type Table, type VectorQuery } from "@lancedb/lancedb";
import { Field, FixedSizeList, Float32, Schema } from "apache-arrow";
import type { EmbedderFacts } from "./embedder.ts";
import { toTable, type Cells } from "./lance-columns.ts";
import { isFor, narrow } from "./lance-clearance.ts";
import { documentIds, rowsFilter } from "./lance-query.ts";
import { rememberTable } from "./lance-remembered.ts";
import { SCOPE_FIELDS, SCOPE_INDEXES, scopeCells, textField } from "./lance-scope.ts";
import { openLanceTable, type IndexPlace, type TableMake } from "./lance-table.ts";
import type { EmbeddedDocument, VectorIndex } from "./vector-index.ts";

/**
 * From so many vectors on there is an index (RaBitQ in partitions of about 4,096); below, every vector is looked at. At 5,000 the two take
 * the same time, at 20,000 the index a third.
 */
const INDEXED_FROM = 5_000;
/** Bits a dimension: of the nearest fifty, four find 97 %, and two 90 % in the same time. */
const BITS = 4;
/** Vectors that the index lacks are all looked at: 5,000 take as long as the rest of a search. */
const MOST_UNINDEXED = 5_000;
/**
 * Partitions that are looked through: of 500,000 vectors' nearest ten 40 find .993, 60 all. All partitions where a filter lets less than half
 * of the vectors pass, for those may lie anywhere.
 */
const PARTITIONS = 64;
/** So many of the nearest by the index, or as many as are asked for, are compared again by their whole vectors: reading those takes half of the time. */
const REFINED = 50;
/** Where a filter lets no more than these pass, all of them are compared whole: that is exact, and takes no longer. */
const FEW = 1_000;
/** Vectors whose passages are remembered: some 10 MB. */
const MOST_REMEMBERED = 50_000;

/**
 * A vector index in LanceDB, in a place of its own: a table for each embedding model, of which the writer keeps only the one that is in
 * use. Throws when it is damaged and not this process's to start anew.
 */
export async function openLanceVectors(place: IndexPlace & { readonly model: EmbedderFacts }): Promise<VectorIndex> {
  const { dimensions } = place.model;
  const make = makeOf(place.model);
  const vectors = await openLanceTable(place, make);
  const see = rememberTable({ column: "named", toRow: toNamed, most: MOST_REMEMBERED });
  return {
    documents: async () => knownDocuments(await vectors.current()),
    replace: async (change) =>
      vectors.replace({
        documents: documentIds(change),
        rows: toTable(make.schema, change.documents.flatMap(toRows)),
      }),
    nearest: async (vector, { clearance, scope, limit }) => {
      const wanted = rowsFilter(clearance, scope);
      if (vector.length !== dimensions) throw new Error(`A vector of this model has ${dimensions} numbers`);
      const table = await vectors.current();
      if (!table) return [];
      const seen = await see(table);
      const { passing, total, filter } = await narrow(seen, wanted);
      const find = async (columns: readonly string[]) => {
        const near = search(table, vector, { filter, limit, passing, total });
        return [
          await near
            .select(["_distance", ...columns])
            .withRowId()
            .toArrow(),
        ];
      };
      const found = await seen.best(find, limit);
      return found
        .filter(({ row }) => isFor(row, clearance))
        .map(({ row: { id, hash }, score }) => ({ id, hash, similarity: score }));
    },
    optimize: vectors.optimize,
    [Symbol.asyncDispose]: () => vectors[Symbol.asyncDispose](),
  };
}

function makeOf({ id, dimensions }: EmbedderFacts): TableMake {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new Error("A model's id must be 32 hexadecimal digits");
  const type = new FixedSizeList(dimensions, new Field("item", new Float32(), true));
  const make = () => Index.ivfRq({ distanceType: "dot", numBits: BITS });
  return {
    name: `vectors-2-${id}`,
    supersedes: (name) => name.startsWith("vectors-"),
    schema: new Schema([...SCOPE_FIELDS, textField("named"), new Field("vector", type, false)]),
    indexes: [...SCOPE_INDEXES, { column: "vector", make, fromRows: INDEXED_FROM, isLearned: true }],
    mostUnindexed: MOST_UNINDEXED,
    probe: (table) => probe(table, dimensions),
  };
}

function toRows(document: EmbeddedDocument): Cells[] {
  return document.vectors.map((vector, position) => {
    const cells = scopeCells(document, position);
    return { ...cells, named: `${cells.id} ${cells.hash} ${cells.audience}`, vector };
  });
}

/** A vector's passage, its document's hash, and who may read it: in one column, since each is fetched by itself. */
function toNamed(cell: string) {
  const [id = "", hash = "", audience = ""] = cell.split(" ");
  return { id, hash, audience };
}

/**
 * Distances are 1 - cosine, as the vectors have unit length. Before they are refined they are rough, so they always are. The most partitions
 * have to be set before the fewest: LanceDB refuses a minimum over its own maximum.
 */
function search(
  table: Table,
  vector: Float32Array,
  options: {
    readonly filter: string | undefined;
    readonly limit: number;
    readonly passing: number;
    readonly total: number;
  },
): VectorQuery {
  const { filter, limit, passing, total } = options;
  const near = table.query().nearestTo(vector).distanceType("dot");
  if (filter !== undefined) near.where(filter);
  const partitions = passing * 2 < total ? 0 : PARTITIONS;
  const refined = Math.max(1, Math.ceil(REFINED / limit));
  const found =
    passing <= FEW
      ? near.bypassVectorIndex()
      : near.maximumNprobes(partitions).minimumNprobes(PARTITIONS).refineFactor(refined);
  return found.limit(limit);
}

async function knownDocuments(table: Table | undefined): Promise<ReadonlyMap<string, string>> {
  const known: [string, string][] = [];
  if (!table) return new Map();
  const columns = ["document_id", "hash"];
  for await (const batch of table.query().where("position = 0").select(columns)) {
    const [ids = [], hashes = []] = columns.map((name) => [...(batch.getChild(name) ?? [])]);
    known.push(...ids.map((id, row): [string, string] => [id, hashes[row]]));
  }
  return new Map(known);
}

async function probe(table: Table, dimensions: number): Promise<void> {
  await knownDocuments(table);
  const vector = new Float32Array(dimensions).fill(dimensions ** -0.5);
  await search(table, vector, { filter: "position >= 0", limit: 1, passing: Infinity, total: Infinity }).toArrow();
}
