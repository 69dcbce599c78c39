import { closeSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Log } from "./log.ts";

/** SQLite's own codes for a file that another process has locked, a full disk, a file that is damaged, and one that is no database. */
const BUSY = 5;
const FULL = 13;
const DAMAGED: readonly number[] = [11, 26];

/** A database in a file (":memory:" keeps none). `name` is how the log calls it; `version` counts up when the tables change. */
export interface SqliteFile {
  readonly path: string;
  readonly name: string;
  readonly version: number;
  /** Statements that make what is missing. */
  readonly tables: string;
  /** "FULL" waits for the disk at each commit; "NORMAL" loses the last ones with the power, though never with the process. */
  readonly synchronous: "FULL" | "NORMAL";
  /** Several processes may have it at a time; one waits some seconds for another's step. */
  readonly isShared?: boolean;
}

/** How long one process waits for another's step in a file that they share. */
const SHARED_MS = 5_000;

/**
 * Opens a database that this user alone can read, in which deleted rows are overwritten; one process has it at a time, unless it is shared. A damaged one,
 * or one of another version, is put aside as `.damaged` and begun anew, and the log says so. Throws SQLite's or the system's error.
 */
export function openSqliteFile(file: SqliteFile, { log }: { readonly log: Log }): DatabaseSync {
  try {
    return openDatabase(file);
  } catch (error) {
    if (!DAMAGED.includes(sqliteCode(error))) throw error;
  }
  renameSync(file.path, `${file.path}.damaged`);
  for (const end of ["-wal", "-shm"]) rmSync(file.path + end, { force: true });
  log.warn(`${file.name} was damaged; it is put aside and begun anew`);
  return openDatabase(file);
}

/** Whether another process has the file. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === BUSY;
}

/** Whether there is no room on the disk. */
export function isFull(error: unknown): boolean {
  return sqliteCode(error) === FULL;
}

/** Does all of the work or nothing of it. */
export function inOneStep<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite takes some failed steps back by itself, such as those of a full disk.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Statements of a database by their SQL, each prepared once. Those that write count in bigints: FTS5's own rows have larger numbers than a JavaScript number can be. */
export function prepareOnce(database: DatabaseSync): (query: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (query) => {
    const known = statements.get(query);
    if (known) return known;
    const statement = database.prepare(query);
    if (!/^\s*SELECT\b/.test(query)) statement.setReadBigInts(true);
    statements.set(query, statement);
    return statement;
  };
}

/** Takes what was deleted out of the write-ahead log, where it would stand for a while. */
export function emptyWriteAheadLog(database: DatabaseSync): void {
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/**
 * Writes the file anew, so that nothing of what was deleted or changed stays in it: SQLite overwrites deleted rows, but not the copies of
 * them that it made when it moved rows between pages. Takes about a second for 100 MB.
 */
export function eraseTraces(database: DatabaseSync): void {
  // What is moved meanwhile must not stand in a file elsewhere.
  database.exec("PRAGMA temp_store = MEMORY; VACUUM");
  emptyWriteAheadLog(database);
}

function openDatabase({ path, name, version, tables, synchronous, isShared = false }: SqliteFile): DatabaseSync {
  if (path !== ":memory:") {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite gives the files beside it the same rights.
    closeSync(openSync(path, "a", 0o600));
  }
  const database = new DatabaseSync(path, isShared ? { timeout: SHARED_MS } : {});
  try {
    if (!isShared) database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON");
    database.exec(`PRAGMA synchronous = ${synchronous}`);
    const state = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (state !== "ok" || ![0, version].includes(found)) {
      throw Object.assign(new Error(`${name} is damaged`), { errcode: DAMAGED[0] });
    }
    database.exec(`${tables}; PRAGMA user_version = ${version}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function sqliteCode(error: unknown): number {
  // The higher bits say more than is needed.
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
}
