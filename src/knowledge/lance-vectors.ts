import { Index, type Table } from "@lancedb/lancedb";
import { Field, FixedSizeList, Float32, Schema } from "apache-arrow";
import type { EmbedderFacts } from "./embedder.ts";
import { toTable, type Cells } from "./lance-columns.ts";
import { createCounts } from "./lance-counts.ts";
import { documentIds, rowsFilter } from "./lance-query.ts";
import { SCOPE_FIELDS, SCOPE_INDEXES, scopeCells } from "./lance-scope.ts";
import { openLanceTable, type IndexPlace, type TableMake } from "./lance-table.ts";
import type { EmbeddedDocument, Near, VectorIndex } from "./vector-index.ts";

/**
 * From so many vectors on there is an index (RaBitQ in partitions of about 4,096); below, every vector is looked at. At 5,000 the two take
 * the same time, at 20,000 the index a third.
 */
const INDEXED_FROM = 5_000;
/** Bits a dimension. With one, a hundredth of the nearest ten were missed among near neighbours; with two none, in the same time. */
const BITS = 2;
/** Vectors that the index lacks are all looked at: 5,000 take as long as the rest of a search. */
const MOST_UNINDEXED = 5_000;
/** Partitions that are looked through first; more, up to all, while a filter leaves too few candidates in them. */
const FIRST_PARTITIONS = 10;
/** So many of the nearest by the index are compared again by their whole vectors, at least twice as many as are asked for. */
const REFINED = 120;
/** Where a filter lets no more than these pass, all of them are compared whole: that is exact, and takes no longer. */
const FEW = 1_000;

/**
 * A vector index in LanceDB, in a place of its own: a table for each embedding model, of which the writer keeps only the one that is in
 * use. Throws when it is damaged and not this process's to start anew.
 */
export async function openLanceVectors(place: IndexPlace & { readonly model: EmbedderFacts }): Promise<VectorIndex> {
  const { dimensions } = place.model;
  const make = makeOf(place.model);
  const vectors = await openLanceTable(place, make);
  const counted = createCounts();
  return {
    documents: async () => knownDocuments(await vectors.current()),
    replace: async (change) =>
      vectors.replace({
        documents: documentIds(change),
        rows: toTable(make.schema, change.documents.flatMap(toRows)),
      }),
    nearest: async (vector, { clearance, scope, limit }) => {
      const filter = rowsFilter(clearance, scope);
      if (vector.length !== dimensions) throw new Error(`A vector of this model has ${dimensions} numbers`);
      const table = await vectors.current();
      if (!table) return [];
      const passing = await counted(table, filter, () => table.countRows(filter));
      return search(table, vector, { filter, limit, isExact: passing <= FEW });
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
    name: `vectors-${id}`,
    supersedes: (name) => name.startsWith("vectors-"),
    schema: new Schema([...SCOPE_FIELDS, new Field("vector", type, false)]),
    indexes: [...SCOPE_INDEXES, { column: "vector", make, fromRows: INDEXED_FROM, isLearned: true }],
    mostUnindexed: MOST_UNINDEXED,
    probe: (table) => probe(table, dimensions),
  };
}

function toRows(document: EmbeddedDocument): Cells[] {
  return document.vectors.map((vector, position) => ({ ...scopeCells(document, position), vector }));
}

/**
 * Distances are 1 - cosine, as the vectors have unit length. Before they are refined they are rough, so they always are. The most partitions
 * have to be set before the fewest: LanceDB refuses a minimum over its own maximum.
 */
async function search(
  table: Table,
  vector: Float32Array,
  { filter, limit, isExact }: { readonly filter: string; readonly limit: number; readonly isExact: boolean },
): Promise<Near[]> {
  const near = table.query().where(filter).nearestTo(vector).distanceType("dot");
  const refined = Math.max(2, Math.ceil(REFINED / limit));
  const found = isExact
    ? near.bypassVectorIndex()
    : near.maximumNprobes(0).minimumNprobes(FIRST_PARTITIONS).refineFactor(refined);
  const rows: { readonly id: string; readonly hash: string; readonly _distance: number }[] = await found
    .select(["id", "hash", "_distance"])
    .limit(limit)
    .toArray();
  return rows.map(({ id, hash, _distance: distance }) => ({ id, hash, similarity: 1 - distance }));
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
  await search(table, vector, { filter: "position >= 0", limit: 1, isExact: false });
}
