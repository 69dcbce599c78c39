import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { FailedDocument } from "./knowledge.ts";

/** What is known of a file since it was looked at last. */
export interface LedgerEntry {
  /** The file's id. */
  readonly file: string;
  /** Its stamp then; "" where it had none to trust, so that it is looked at again. */
  readonly stamp: string;
  /** What it was read with besides its bytes. */
  readonly settings: string;
  /** The hash of its documents, and how many there are; "" and 0 for a file that could not be read. */
  readonly hash: string;
  readonly documents: number;
  /** What of it could not be read. */
  readonly failed: readonly FailedDocument[];
  /** When it was looked at, in milliseconds since 1970. */
  readonly lookedAt: number;
}

/**
 * What was found in each file, so that a file that has not changed need not be opened. Derived: where it is lost or damaged every file is
 * opened once more, and nothing else is lost.
 */
export interface Ledger extends Disposable {
  /** Everything, by the file's id. */
  entries(): ReadonlyMap<string, LedgerEntry>;
  /** Enters some files, anew where they are known, and strikes others out, all together or not at all. */
  note(change: { readonly entries: readonly LedgerEntry[]; readonly gone: readonly string[] }): void;
}

/** Another number means another layout, and so a new ledger. */
const FORMAT = 1;
const COLUMNS = ["file", "stamp", "settings", "hash", "documents", "failed", "lookedAt"] as const;

/** A ledger in a SQLite file, which is opened, or made, when it is first needed. For the one process that keeps the index. */
export function openLedger({ file }: { readonly file: string }): Ledger {
  let database: DatabaseSync | undefined;
  const attempt = <Result>(work: (database: DatabaseSync) => Result): Result => work((database ??= open(file)));
  const use = <Result>(work: (database: DatabaseSync) => Result): Result => {
    try {
      return attempt(work);
    } catch {
      // Damaged or of another layout: it is begun anew.
      database?.close();
      database = undefined;
      for (const suffix of ["", "-journal"]) rmSync(`${file}${suffix}`, { force: true });
      return attempt(work);
    }
  };
  return {
    entries: () => use(readAll),
    note: ({ entries, gone }) => {
      if (entries.length + gone.length > 0) use((opened) => write(opened, entries, gone));
    },
    [Symbol.dispose]: () => database?.close(),
  };
}

function open(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  try {
    // A power cut may damage it; then it is begun anew.
    database.exec("PRAGMA synchronous = OFF");
    if (database.prepare("PRAGMA quick_check").get()?.["quick_check"] !== "ok")
      throw new Error("The ledger is damaged");
    const format = database.prepare("PRAGMA user_version").get()?.["user_version"];
    if (format !== FORMAT && format !== 0) throw new Error("The ledger has another layout");
    database.exec(`
      CREATE TABLE IF NOT EXISTS files (
        file TEXT PRIMARY KEY, stamp TEXT, settings TEXT, hash TEXT, documents INTEGER, failed TEXT, lookedAt INTEGER
      ) STRICT, WITHOUT ROWID;
      PRAGMA user_version = ${FORMAT};`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function readAll(database: DatabaseSync): ReadonlyMap<string, LedgerEntry> {
  const rows = database.prepare(`SELECT ${COLUMNS.join(", ")} FROM files`).all();
  return new Map(rows.map((row) => [String(row["file"]), toEntry(row)]));
}

function toEntry(row: Readonly<Record<string, unknown>>): LedgerEntry {
  return {
    file: String(row["file"]),
    stamp: String(row["stamp"]),
    settings: String(row["settings"]),
    hash: String(row["hash"]),
    documents: Number(row["documents"]),
    failed: JSON.parse(String(row["failed"])),
    lookedAt: Number(row["lookedAt"]),
  };
}

function write(database: DatabaseSync, entries: readonly LedgerEntry[], gone: readonly string[]): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const strike = database.prepare("DELETE FROM files WHERE file = ?");
    for (const file of gone) strike.run(file);
    const places = COLUMNS.map(() => "?").join(", ");
    const enter = database.prepare(`INSERT OR REPLACE INTO files (${COLUMNS.join(", ")}) VALUES (${places})`);
    for (const { failed, ...entry } of entries) {
      const cells = { ...entry, failed: JSON.stringify(failed) };
      enter.run(...COLUMNS.map((column) => cells[column]));
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
