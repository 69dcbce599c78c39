// SQLite's FTS5 and sqlite-vec, as good as we can make them: what a hybrid search is usually built of on one machine.
import { DatabaseSync } from "node:sqlite";
import { getLoadablePath } from "sqlite-vec";
import type { Audience } from "../src/chat.ts";
import { ALL, DIMENSIONS, type makeDocument } from "./material.ts";

/** How the nearest vectors are found: all compared whole, or by one bit a dimension and the best of those again whole. */
export type PairVectors = "f32" | "bit";

export interface Pair extends Disposable {
  /** Writes documents; between `begin` and `end`. */
  add(documents: readonly ReturnType<typeof makeDocument>[]): void;
  begin(): void;
  end(): void;
  words(
    words: readonly string[],
    options: { readonly audiences: readonly Audience[]; readonly limit: number },
  ): number[];
  nearest(
    vector: Float32Array,
    options: {
      readonly audiences: readonly Audience[];
      readonly limit: number;
      readonly by: PairVectors;
      readonly rescored: number;
    },
  ): number[];
  texts(rows: readonly number[]): string[];
  /** A passage's id by its row. */
  id(row: number): string;
}

/**
 * The texts in a table; FTS5 without a second copy of them; vectors in vec0 with their audience as a metadata column, for each kind a table
 * of its own; whole vectors to rescore with by row. A question that may see everything has no filter at all.
 */
export function openPair(file: string): Pair {
  const database = new DatabaseSync(file, { allowExtension: true });
  database.loadExtension(getLoadablePath());
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000; PRAGMA mmap_size = 17179869184;
    CREATE TABLE passages (row INTEGER PRIMARY KEY, id TEXT, audience INTEGER, text TEXT, vector BLOB);
    CREATE INDEX by_audience ON passages (audience);
    CREATE VIRTUAL TABLE words USING fts5(text, content = '', tokenize = 'porter unicode61');
    CREATE VIRTUAL TABLE whole USING vec0(vector float[${DIMENSIONS}], audience integer);
    CREATE VIRTUAL TABLE bits USING vec0(vector bit[${DIMENSIONS}], audience integer);`);
  const insert = [
    "INSERT INTO passages VALUES (?1, ?2, ?3, ?4, ?5)",
    "INSERT INTO words (rowid, text) VALUES (?1, ?4)",
    "INSERT INTO whole (rowid, vector, audience) VALUES (?1, ?5, ?3)",
    "INSERT INTO bits (rowid, vector, audience) VALUES (?1, vec_quantize_binary(?5), ?3)",
  ].map((sql) => database.prepare(sql));
  const texts = database.prepare("SELECT text FROM passages WHERE row = ?");
  const ids = database.prepare("SELECT id FROM passages WHERE row = ?");
  let rows = 0;
  return {
    begin: () => database.exec("BEGIN"),
    end: () => database.exec("COMMIT; INSERT INTO words(words) VALUES ('optimize')"),
    add(documents) {
      for (const { text, vectors } of documents) {
        for (const [place, passage] of text.passages.entries()) {
          rows += 1;
          const whole = [passage.title, ...passage.headings, passage.text].join("\n");
          const [row, audience] = [BigInt(rows), BigInt(ALL.findIndex((one) => one === text.audience))];
          const vector = bytes(vectors.vectors[place]);
          insert[0]?.run(row, passage.id, audience, whole, vector);
          insert[1]?.run({ "1": row, "4": whole });
          insert[2]?.run({ "1": row, "3": audience, "5": vector });
          insert[3]?.run({ "1": row, "3": audience, "5": vector });
        }
      }
    },
    words: (words, { audiences, limit }) => {
      const match = words.map((word) => `"${word}"`).join(" OR ");
      // A join, and `rowid IN` with a subquery, took longer.
      const filter = isAll(audiences)
        ? ""
        : `AND (SELECT audience FROM passages WHERE row = words.rowid) IN (${numbers(audiences)})`;
      const sql = `SELECT rowid FROM words WHERE words MATCH ? ${filter} ORDER BY rank LIMIT ?`;
      return prepared(database, sql)
        .all(match, limit)
        .map(({ rowid }) => Number(rowid));
    },
    nearest: (vector, { audiences, limit, by, rescored }) => {
      const filter = isAll(audiences) ? "" : `AND audience IN (${numbers(audiences)})`;
      const sql =
        by === "f32"
          ? `SELECT rowid FROM whole WHERE vector MATCH ?1 AND k = ${limit} ${filter} ORDER BY distance`
          : `WITH near AS MATERIALIZED (SELECT rowid AS row FROM bits
               WHERE vector MATCH vec_quantize_binary(?1) AND k = ${rescored} ${filter})
             SELECT row AS rowid FROM near JOIN passages USING (row)
             ORDER BY vec_distance_l2(passages.vector, ?1) LIMIT ${limit}`;
      return prepared(database, sql)
        .all({ "1": bytes(vector) })
        .map(({ rowid }) => Number(rowid));
    },
    texts: (wanted) => wanted.map((row) => String(texts.get(row)?.["text"])),
    id: (row) => String(ids.get(row)?.["id"]),
    [Symbol.dispose]: () => database.close(),
  };
}

const statements = new WeakMap<DatabaseSync, Map<string, ReturnType<DatabaseSync["prepare"]>>>();

function prepared(database: DatabaseSync, sql: string): ReturnType<DatabaseSync["prepare"]> {
  const known = statements.get(database) ?? new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  statements.set(database, known);
  const statement = known.get(sql) ?? database.prepare(sql);
  known.set(sql, statement);
  return statement;
}

function isAll(audiences: readonly Audience[]): boolean {
  return audiences.length === ALL.length;
}

function numbers(audiences: readonly Audience[]): string {
  return audiences.map((audience) => ALL.indexOf(audience)).join(", ");
}

function bytes(vector: Float32Array | undefined): Uint8Array {
  if (!vector) throw new Error("A passage has no vector");
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
