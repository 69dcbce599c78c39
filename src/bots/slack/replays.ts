import { createHash } from "node:crypto";
import type { Log } from "../../log.ts";
import { openSqliteFile } from "../../sqlite-file.ts";
import { statementsOf } from "../inbox-statements.ts";

const TABLES = `
  CREATE TABLE IF NOT EXISTS requests (signature TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS requests_at ON requests (at);`;
/** Twice as long as a signature is taken for. */
const KEPT_MS = 10 * 60_000;
const PRUNE_MS = 60_000;

/** Which signed requests were taken already, on disk: a signature is good once, also after a restart. */
export interface Replays extends Disposable {
  has(signature: string): boolean;
  /** False where it cannot be written down, such as on a full disk. */
  add(signature: string): boolean;
}

/** A table in a file (":memory:" keeps none). It holds hashes of signatures and times. */
export function openReplays({ path, log }: { readonly path: string; readonly log: Log }): Replays {
  const database = openSqliteFile(
    { path, name: "the list of Slack's requests", version: 1, synchronous: "NORMAL", tables: TABLES },
    { log },
  );
  const statements = statementsOf(database);
  const hash = (signature: string) => createHash("sha256").update(signature).digest("base64url");
  const tryTo = (work: () => void): boolean => {
    // A request may end after all was closed.
    if (!database.isOpen) return false;
    try {
      work();
      return true;
    } catch (error) {
      log.error({ err: error }, "The list of Slack's requests could not be written");
      return false;
    }
  };
  const prune = () => statements.run("DELETE FROM requests WHERE at < :before", { before: Date.now() - KEPT_MS });
  const timer = setInterval(() => tryTo(prune), PRUNE_MS).unref();
  return {
    has: (signature) =>
      statements.first("SELECT at FROM requests WHERE signature = :signature", { signature: hash(signature) }) !==
      undefined,
    add: (signature) =>
      tryTo(() =>
        statements.run("INSERT OR REPLACE INTO requests (signature, at) VALUES (:signature, :at)", {
          signature: hash(signature),
          at: Date.now(),
        }),
      ),
    [Symbol.dispose]() {
      clearInterval(timer);
      if (database.isOpen) database.close();
    },
  };
}
