import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { TalkMessage } from "../chat.ts";
import type { Log } from "../log.ts";
import { emptyWriteAheadLog, eraseTraces, inOneStep, openSqliteFile, prepareOnce } from "../sqlite-file.ts";
import { DAY_MS } from "./record.ts";
import { dayOf, editMessage, keepMessage } from "./talk-rows.ts";

/**
 * One place's messages. `words` is FTS5 over our own stems, whatever the script: no positions, and no text besides. `edited` is when it was
 * last changed; `unsettled` and `gone` are as the port says (record.ts). Numbers stand for people and addresses, which repeat; `called` are the words that somebody is
 * named by.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS people (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, is_bot INTEGER NOT NULL, UNIQUE (id, name, is_bot)) STRICT;
  CREATE TABLE IF NOT EXISTS called (word TEXT NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (word, person)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS addresses (number INTEGER PRIMARY KEY, form TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, person INTEGER NOT NULL, thread TEXT, reply_to TEXT,
    address INTEGER, reactions INTEGER, edited INTEGER, text TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS messages_at ON messages (at);
  CREATE INDEX IF NOT EXISTS messages_person ON messages (person, at);
  CREATE INDEX IF NOT EXISTS messages_thread ON messages (thread, at) WHERE thread IS NOT NULL;
  CREATE INDEX IF NOT EXISTS messages_reply ON messages (reply_to) WHERE reply_to IS NOT NULL;
  CREATE VIRTUAL TABLE IF NOT EXISTS words
    USING fts5 (stems, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
  CREATE TABLE IF NOT EXISTS unsettled (day INTEGER PRIMARY KEY, times INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS gone (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;
/** Counts up when the tables change. */
const VERSION = 1;
/** Pages of the write-ahead log before it is written back (4 kB each): there are as many logs as places. */
const LOG_PAGES = 250;
const CACHE_KB = 1_000;
/** How long a deleted message is not kept again: it may stand in history that was read before. */
const GONE_MS = DAY_MS;

const UNSETTLE = "INSERT INTO unsettled VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET times = times + 1";
const LISTED = "(SELECT value FROM json_each(?))";

/** Which messages are meant, in SQL with its values. */
export interface Condition {
  readonly where: string;
  readonly values: Record<string, SQLInputValue>;
}

/** One place's file. */
export interface TalkFile extends Disposable {
  /** A statement, prepared once. */
  readonly query: (sql: string) => StatementSync;
  /** Keeps messages, all or none; gives those that are kept now. `onTouch` is told before something that was kept is changed. */
  keep(messages: readonly TalkMessage[], onTouch: () => void): TalkMessage[];
  /** Puts another text in a message's place; gives whether there is such a message. */
  edit(change: { readonly id: string; readonly text: string; readonly at: number }, onTouch: () => void): boolean;
  /** Deletes messages; gives their ids. Their bytes may stay in the file until `erase`. */
  remove(of: Condition, now: number): string[];
  unsettle(days: readonly number[]): void;
  /** Writes the file anew, without what was deleted or changed. */
  erase(): void;
  /** Takes the write-ahead log back to nothing, and forgets what has been gone for long enough. */
  tidy(now: number): void;
}

/** Opens a place's file, or makes it. Throws SQLite's error where it cannot be used. */
export function openTalkFile({ path, log }: { readonly path: string; readonly log: Log }): TalkFile {
  const name = "the talk of a channel";
  // What a power failure takes back are the last messages, which are read again from the platform.
  const database = openSqliteFile({ path, name, version: VERSION, tables: TABLES, synchronous: "NORMAL" }, { log });
  database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA cache_size = -${CACHE_KB}`);
  const query = prepareOnce(database);
  return {
    query,
    keep: (messages, onTouch) =>
      inOneStep(database, () => {
        const kept = messages.flatMap((message) => keepMessage(message, { query, onTouch }) ?? []);
        unsettle(
          query,
          kept.flatMap(({ days }) => days),
        );
        return kept.map(({ message }) => message);
      }),
    edit: (change, onTouch) =>
      inOneStep(database, () => {
        const days = editMessage(change, { query, onTouch });
        unsettle(query, days ?? []);
        return days !== undefined;
      }),
    remove: (condition, now) => inOneStep(database, () => remove(query, { ...condition, now })),
    unsettle: (days) => inOneStep(database, () => unsettle(query, days)),
    erase: () => {
      query("INSERT INTO words (words) VALUES ('optimize')").run();
      query("DELETE FROM people WHERE number NOT IN (SELECT person FROM messages)").run();
      query("DELETE FROM called WHERE person NOT IN (SELECT number FROM people)").run();
      query("DELETE FROM addresses WHERE number NOT IN (SELECT address FROM messages WHERE address IS NOT NULL)").run();
      eraseTraces(database);
    },
    tidy: (now) => {
      query("DELETE FROM gone WHERE at < ?").run(now - GONE_MS);
      emptyWriteAheadLog(database);
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function unsettle(query: TalkFile["query"], days: readonly number[]): void {
  for (const day of new Set(days)) query(UNSETTLE).run(day);
}

function remove(query: TalkFile["query"], { where, values, now }: Condition & { readonly now: number }): string[] {
  const found = query(`SELECT number, id, at FROM messages WHERE ${where}`).all(values);
  if (found.length === 0) return [];
  const numbers = JSON.stringify(found.map(({ number }) => number));
  const ids = found.map(({ id }) => String(id));
  query(`DELETE FROM words WHERE rowid IN ${LISTED}`).run(numbers);
  query(`DELETE FROM messages WHERE number IN ${LISTED}`).run(numbers);
  query("INSERT OR REPLACE INTO gone SELECT value, ? FROM json_each(?)").run(now, JSON.stringify(ids));
  unsettle(
    query,
    found.map(({ at }) => dayOf(at)),
  );
  return ids;
}
