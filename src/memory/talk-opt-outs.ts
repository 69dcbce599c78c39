import type { DatabaseSync } from "node:sqlite";
import type { Log } from "../log.ts";
import { eraseTraces, openSqliteFile } from "../sqlite-file.ts";
import type { OptedOut } from "./record.ts";

/** Who wants nothing of theirs kept, and where. */
export interface OptOuts extends Disposable {
  optOut(person: OptedOut, isOut: boolean): void;
  isOut(person: OptedOut): boolean;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS opted_out (
    platform TEXT NOT NULL, space TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (platform, space, person)) STRICT, WITHOUT ROWID;`;

/**
 * The list of people who opted out, in a file of its own: it is seldom written, and outlives the list of places where that is damaged.
 * Throws SQLite's error where the file cannot be used.
 */
export function openOptOuts({ path, log }: { readonly path: string; readonly log: Log }): OptOuts {
  const name = "the list of people who opted out of channels' memory";
  // What people take back has to outlive a power failure.
  const database = openSqliteFile({ path, name, version: 1, tables: TABLES, synchronous: "FULL" }, { log });
  let people = readPeople(database);
  return {
    optOut: ({ platform, space, personId }, isOut) => {
      const query = isOut
        ? "INSERT OR IGNORE INTO opted_out VALUES (:platform, :space, :personId)"
        : "DELETE FROM opted_out WHERE platform = :platform AND space = :space AND person = :personId";
      database.prepare(query).run({ platform, space, personId });
      people = readPeople(database);
      if (!isOut) eraseTraces(database);
    },
    isOut: ({ platform, space, personId }) => people.has(JSON.stringify([platform, space, personId])),
    [Symbol.dispose]: () => database.close(),
  };
}

function readPeople(database: DatabaseSync): Set<string> {
  const rows = database.prepare("SELECT platform, space, person FROM opted_out").all();
  return new Set(rows.map(({ platform, space, person }) => JSON.stringify([platform, space, person])));
}
