import type { Connection, Table } from "@lancedb/lancedb";
import PQueue from "p-queue";
import type { Log } from "../log.ts";
import { windowRows, windowSchema } from "./recall-lance-rows.ts";
import type { NearWindow, TalkWindow } from "./recall-vectors.ts";

/** Each change adds a file; beyond so many the table is written anew as one. */
const MOST_FRAGMENTS = 20;

/** One place's table as it stands; without a table it has no rows. */
export interface PlaceTable {
  /** Written anew, a table gets the next number. */
  number: number;
  table: Table | undefined;
  readonly turns: PQueue;
}

interface Opened {
  readonly database: Connection;
  readonly dimensions: number;
  readonly log: Log;
}

/** Tables are named by their place's key and their number. */
export function keyIn(name: string): string {
  return name.slice(0, name.indexOf("-"));
}

export function tableNames(database: Connection): Promise<string[]> {
  return database.tableNames({ limit: 1_000_000 });
}

/** The newest whole table of a place. A kill may have left an older one, or one that is not whole. */
export async function openPlaceTable(key: string, { database, log }: Opened): Promise<PlaceTable> {
  const numbers = (await tableNames(database))
    .filter((name) => keyIn(name) === key)
    .map((name) => Number(name.slice(key.length + 1)))
    .sort((one, other) => other - one);
  const own: PlaceTable = { number: numbers[0] ?? 0, table: undefined, turns: new PQueue({ concurrency: 1 }) };
  for (const number of numbers) {
    const name = `${key}-${number}`;
    if (own.table) await database.dropTable(name);
    else own.table = await openWhole(database, name, log);
  }
  return own;
}

async function openWhole(database: Connection, name: string, log: Log): Promise<Table | undefined> {
  try {
    const table = await database.openTable(name);
    await table.query().limit(1).toArray();
    return table;
  } catch (error) {
    log.warn({ err: error }, "vectors of a channel are damaged; they are made anew");
    await database.dropTable(name);
    return undefined;
  }
}

export async function readWindows(table: Table | undefined): Promise<ReadonlyMap<string, number>> {
  if (!table) return new Map();
  const rows: { readonly id: string; readonly day: number }[] = await table.query().select(["id", "day"]).toArray();
  return new Map(rows.map(({ id, day }) => [id, day]));
}

interface Changing extends Opened {
  readonly key: string;
  readonly added: readonly TalkWindow[];
  readonly removed: readonly string[];
}

export async function changeTable(own: PlaceTable, change: Changing): Promise<void> {
  const { added, removed, database, dimensions, key } = change;
  const rows = added.length > 0 ? windowRows(added, dimensions) : undefined;
  if (!own.table) {
    if (rows) own.table = await database.createTable(`${key}-${(own.number += 1)}`, rows, { schema: rows.schema });
    return;
  }
  const { table } = own;
  if (removed.length > 0) await table.delete(`id IN (${removed.map(idLiteral).join(", ")})`);
  if (rows) await table.add(rows);
  const { fragmentStats } = await table.stats();
  if (removed.length > 0 || fragmentStats.numFragments > MOST_FRAGMENTS) await writeAnew(own, table, change);
}

/** A table of the same rows in the place of the old one, whose files are deleted: LanceDB's own compaction leaves deleted rows where they are few. */
async function writeAnew(own: PlaceTable, table: Table, { database, dimensions, key }: Changing): Promise<void> {
  const rows = await table.query().toArrow();
  const before = `${key}-${own.number}`;
  own.number += 1;
  const schema = windowSchema(dimensions);
  own.table = rows.numRows === 0 ? undefined : await database.createTable(`${key}-${own.number}`, rows, { schema });
  table.close();
  await database.dropTable(before);
}

function idLiteral(id: string): string {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new Error("A window's id must be 32 hexadecimal digits");
  return `'${id}'`;
}

/** Every vector is looked at. Distances are 1 - cosine, as the vectors have unit length. */
export async function search(table: Table | undefined, vector: Float32Array, limit: number): Promise<NearWindow[]> {
  if (!table) return [];
  const near = table.query().nearestTo(vector).distanceType("dot").select(["messages", "_distance"]).limit(limit);
  const rows: { readonly messages: string; readonly _distance: number }[] = await near.toArray();
  return rows.map(({ messages, _distance: distance }) => ({ messages: messages.split(" "), similarity: 1 - distance }));
}
