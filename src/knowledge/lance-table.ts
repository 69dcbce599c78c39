import { randomUUID } from "node:crypto";
import type { Connection, Table } from "@lancedb/lancedb";
import { Schema, Table as Rows } from "apache-arrow";
import PQueue from "p-queue";
import { connectLance, emptyLance, type LancePlace } from "./lance-place.ts";
import { MADE } from "./lance-remembered.ts";
import { documentsFilter } from "./lance-query.ts";
import { makeIndexes, tendAfterMany, tendAfterWrite, tendIdle, type Upkeep } from "./lance-upkeep.ts";

/** Where an index lives, and whether this process keeps it. */
export type IndexPlace = LancePlace & {
  /** True for the one process that may write. Only it starts an index anew that can no longer be read, as it can be built again. */
  readonly mayWrite: boolean;
  readonly onWarning?: (sentence: string) => void;
};

/** What a table is made of: rows with an `id`, each of a `document_id`. */
export interface TableMake extends Pick<Upkeep, "indexes" | "mostUnindexed"> {
  readonly name: string;
  readonly schema: Schema;
  /** Reads a little of everything that a search needs, so that damage shows when the table is opened. */
  readonly probe: (table: Table) => Promise<void>;
  /** Which other tables of the place are of no use beside this one, and so are dropped by the one who may write. */
  readonly supersedes?: (name: string) => boolean;
}

/** A table that need not be there yet. */
export interface LanceTable extends AsyncDisposable {
  /** The table, once something was written, here or by another process. */
  readonly current: () => Promise<Table | undefined>;
  /** In one commit the rows of the named documents are taken out and the given ones put in their place. Writes queue up. */
  replace(change: { readonly rows: Rows; readonly documents: readonly string[] }): Promise<void>;
  /** After many writes: brings the indexes up to date where they lack more than searches can look through. */
  readonly catchUp: () => Promise<void>;
  /** Upkeep for idle time: beside writes, but never twice at once. */
  readonly optimize: () => Promise<void>;
}

/** Writes that go on while upkeep after an earlier one is in hand; the next one waits. */
const MOST_MEANWHILE = 50;

/** Opens a table. Throws when it is damaged and not this process's to start anew. */
export async function openLanceTable(place: IndexPlace, make: TableMake): Promise<LanceTable> {
  const database = await openDatabase(place, make);
  let table = await openWhole(database, make);
  // Where another process writes, the table may come after this one has looked.
  const current = async () => (table ??= await openWhole(database, make));
  const upkeep: Upkeep = { ...make, ...(place.onWarning && { onWarning: place.onWarning }) };
  const writes = new PQueue({ concurrency: 1 });
  const tending = createTending(() => table, upkeep);
  return {
    current,
    replace: ({ rows, documents }) =>
      writes.add(async () => {
        if (documents.length === 0 || (!table && rows.numRows === 0)) return;
        tending.onCommit();
        if (!table) table = await createTable(database, make, rows);
        else await replaceRows(table, rows, documentsFilter(documents));
        tending.onCommit();
        await tending.afterWrite();
      }),
    catchUp: tending.afterMany,
    optimize: tending.whenIdle,
    async [Symbol.asyncDispose]() {
      await writes.onIdle();
      await tending.onIdle();
      table?.close();
      database.close();
    },
  };
}

/** Upkeep of a table, one at a time and beside writes, so that documents are read on meanwhile. */
function createTending(table: () => Table | undefined, upkeep: Upkeep) {
  const queue = new PQueue({ concurrency: 1 });
  // The beginning and the end of each commit count.
  let commits = 0;
  const tend = (how: (table: Table, upkeep: Upkeep) => Promise<void>): Promise<void> =>
    queue.add(async () => {
      const before = commits;
      const tended = table();
      try {
        if (tended) await how(tended, upkeep);
      } catch (error) {
        // Of a write and upkeep at once LanceDB lets the write win; upkeep comes again.
        if (commits === before) throw error;
      }
    });
  // Upkeep after the latest writes, and how many there were since it began.
  let [inHand, meanwhile] = [Promise.resolve(), 0];
  const settled = async () => {
    const before = inHand;
    [inHand, meanwhile] = [Promise.resolve(), 0];
    await before;
  };
  return {
    onCommit: () => void (commits += 1),
    /** Begins upkeep, where none is in hand; waits for that after many writes. Rejects when the upkeep before failed. */
    afterWrite: async () => {
      meanwhile += 1;
      if (queue.size + queue.pending > 0 && meanwhile < MOST_MEANWHILE) return;
      await settled();
      inHand = tend(tendAfterWrite);
      // Whoever waits for it hears of a failure.
      inHand.catch(() => {});
    },
    afterMany: async () => {
      await settled();
      await tend(tendAfterMany);
    },
    whenIdle: () => tend(tendIdle),
    onIdle: () => queue.onIdle(),
  };
}

async function openDatabase(place: IndexPlace, make: TableMake): Promise<Connection> {
  const { mayWrite, onWarning } = place;
  const startedAt = performance.now();
  const database = await connectLance(place);
  try {
    const table = mayWrite ? await openTable(database, make) : await openWhole(database, make);
    if (table && !(await isWhole(table, make))) throw new Error("Whoever made the table did not finish it");
    if (table) await make.probe(table);
    if (mayWrite) await dropSuperseded(database, make);
    return database;
  } catch (error) {
    database.close();
    // Storage that cannot be used says nothing of the index.
    if (!mayWrite || ("s3" in place && place.s3.whyFailed(startedAt) !== undefined)) throw error;
    onWarning?.(`The index is damaged (${error instanceof Error ? error.name : "error"}); rebuilding it`);
    await emptyLance(place);
    return connectLance(place);
  }
}

async function dropSuperseded(database: Connection, { name: own, supersedes }: TableMake): Promise<void> {
  if (!supersedes) return;
  for (const name of await database.tableNames()) if (name !== own && supersedes(name)) await database.dropTable(name);
}

async function openTable(database: Connection, { name }: TableMake): Promise<Table | undefined> {
  if (!(await database.tableNames()).includes(name)) return undefined;
  return database.openTable(name).catch((error: unknown) => {
    // A table's first files are there before it is.
    if (error instanceof Error && error.message.includes("was not found")) return undefined;
    throw error;
  });
}

/** The table once its indexes are there: whoever makes it may be a process elsewhere, and in the middle of it. */
async function openWhole(database: Connection, make: TableMake): Promise<Table | undefined> {
  const table = await openTable(database, make);
  if (!table || (await isWhole(table, make))) return table;
  table.close();
  return undefined;
}

async function isWhole(table: Table, { indexes }: TableMake): Promise<boolean> {
  const columns = (await table.listIndices()).flatMap(({ columns: [column] }) => column ?? []);
  return indexes.every(({ column, fromRows }) => fromRows > 0 || columns.includes(column));
}

async function createTable(database: Connection, { name, schema, indexes }: TableMake, rows: Rows): Promise<Table> {
  const isThere = (await database.tableNames()).includes(name);
  // A table that was made anew gives its rows' addresses anew: by this it is told from the one before.
  const made = new Schema(schema.fields, new Map([[MADE, randomUUID()]]));
  const named = new Rows(made, rows.batches);
  const table = await database.createTable(name, named, { schema: made, mode: isThere ? "overwrite" : "create" });
  await makeIndexes(table, indexes);
  return table;
}

/** Where no row goes, adding is enough: putting in place looks through the ids of the whole table. */
async function replaceRows(table: Table, rows: Rows, where: string): Promise<void> {
  if (rows.numRows === 0) await table.delete(where);
  else if ((await table.countRows(where)) === 0) await table.add(rows);
  else {
    await table
      .mergeInsert("id")
      .whenMatchedUpdateAll()
      .whenNotMatchedInsertAll()
      .whenNotMatchedBySourceDelete({ where })
      .execute(rows);
  }
}
