import { rmSync } from "node:fs";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import { emptyWriteAheadLog, inOneStep, isBusy, openSqliteFile } from "../sqlite-file.ts";
import type { Digested } from "./channel-brain.ts";
import type { Note } from "./digest-note.ts";
import { afterEdit, linesIn, messagesIn, withoutMessages } from "./digest-standing.ts";
import type { DigestStore, KeptNotes } from "./digests.ts";
import { tracesIn, type Traces } from "./digests-traces.ts";

const DAY_MS = 24 * 60 * 60_000;
const KEPT_MS = 30 * DAY_MS;
/** Notes are for digests to come: a catch-up goes back seven days. */
const NOTES_KEPT_MS = 8 * DAY_MS;
/** Some hundred places with a digest a day. */
const MOST_DIGESTS = 5_000;
const MOST_NOTES = 50_000;
const VERSION = 1;
const NAME = "the file of digests";

const PLACE = "platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL";
const TABLES = `
  CREATE TABLE IF NOT EXISTS digests (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, ${PLACE}, record TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS digested (
    digest INTEGER NOT NULL REFERENCES digests (number) ON DELETE CASCADE, message TEXT NOT NULL,
    PRIMARY KEY (message, digest)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS digested_digest ON digested (digest);
  CREATE TABLE IF NOT EXISTS notes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, ${PLACE}, writer TEXT NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS notes_place ON notes (platform, space, channel, writer);
  CREATE TABLE IF NOT EXISTS noted (
    note INTEGER NOT NULL REFERENCES notes (number) ON DELETE CASCADE, message TEXT NOT NULL,
    PRIMARY KEY (message, note)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS noted_note ON noted (note);`;

const HERE = "platform = :platform AND space = :space AND channel = :channel";
const AMONG = "message IN (SELECT value FROM json_each(:ids))";
const DIGESTS_OF = `
  SELECT number, record FROM digests WHERE ${HERE} AND number IN (SELECT digest FROM digested WHERE ${AMONG})`;
const NOTES_OF = `${HERE} AND number IN (SELECT note FROM noted WHERE ${AMONG})`;

type Values = Record<string, SQLInputValue>;

/**
 * Digests and notes in a SQLite file (":memory:" keeps none). A damaged file is deleted: they are made of talk, and nobody could forget
 * what stands in it. Where it cannot be used at all, digests are known as long as the process lives, and the log says so.
 */
export function openDigests({ path, log }: { readonly path: string; readonly log: Log }): DigestStore {
  const database = openSafely(path, log);
  const traces = tracesIn(database, { name: NAME, log });
  return {
    add: (place, digested, at) => inOneStep(database, () => addDigest(database, { place, digested, at })),
    get: (id) => readDigest(database.prepare("SELECT record FROM digests WHERE id = ?").get(id)?.["record"]),
    addNotes: (place, of, at) => inOneStep(database, () => addNotes(database, { place, of, at })),
    notes: (place, writer) => readNotes(database, { ...placeValues(place), writer }),
    ...erasing(database, traces),
    prune(now) {
      const changes = inOneStep(
        database,
        () =>
          prune(database, { table: "digests", before: now - KEPT_MS, most: MOST_DIGESTS }) +
          prune(database, { table: "notes", before: now - NOTES_KEPT_MS, most: MOST_NOTES }),
      );
      if (changes > 0 || traces.mayBe()) traces.erase();
      else emptyWriteAheadLog(database);
    },
    [Symbol.dispose]() {
      traces[Symbol.dispose]();
      database.close();
    },
  };
}

/** What takes something away: all of it or nothing, and of what was there before no byte stays; after edits, within the minute. */
function erasing(database: DatabaseSync, traces: Traces): Pick<DigestStore, "erase" | "edit" | "age" | "drop"> {
  const run = (query: string, values: Values) => Number(database.prepare(query).run(values).changes);
  const erase = <Result>(work: () => Result): Result => ifChanged(database, { work, onChange: traces.erase });
  const ofMessages = (place: TalkPlace, ids: readonly string[]) => ({
    ...placeValues(place),
    ids: JSON.stringify(ids),
  });
  const dropNotes = (of: Values) => run(`DELETE FROM notes WHERE ${NOTES_OF}`, of);
  const rewrite = (of: Values, change: (digested: Digested) => Digested) => () => {
    dropNotes(of);
    return changeDigests(database, of, change);
  };
  return {
    erase: (place, ids) => {
      const gone = new Set(ids);
      return erase(rewrite(ofMessages(place, ids), (digested) => withoutMessages(digested, gone)));
    },
    edit: (place, messages) => {
      const ids = messages.map(({ id }) => id);
      const edit = rewrite(ofMessages(place, ids), (digested) => messages.reduce(afterEdit, digested));
      return ifChanged(database, { work: edit, onChange: traces.eraseSoon });
    },
    age: (place, ids) =>
      erase(() => {
        const of = ofMessages(place, ids);
        dropNotes(of);
        run(`DELETE FROM digests WHERE number IN (SELECT number FROM (${DIGESTS_OF}))`, of);
      }),
    drop: (place) =>
      erase(() => {
        const lines = linesOf(database, place);
        for (const table of ["digests", "notes"]) run(`DELETE FROM ${table} WHERE ${HERE}`, placeValues(place));
        return lines;
      }),
  };
}

/** Does all of the work or nothing, and what is to follow where it changed something. */
function ifChanged<Result>(
  database: DatabaseSync,
  { work, onChange }: { readonly work: () => Result; readonly onChange: () => void },
): Result {
  const changesSoFar = () => Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]);
  const before = changesSoFar();
  const result = inOneStep(database, work);
  if (changesSoFar() !== before) onChange();
  return result;
}

function placeValues({ platform, space, channel }: TalkPlace): Values {
  return { platform, space, channel };
}

function addDigest(
  database: DatabaseSync,
  { place, digested, at }: { readonly place: TalkPlace; readonly digested: Digested; readonly at: number },
): void {
  const { lastInsertRowid: digest } = database
    .prepare(
      "INSERT INTO digests (id, at, platform, space, channel, record) VALUES (:id, :at, :platform, :space, :channel, :record)",
    )
    .run({ id: digested.id, at, ...placeValues(place), record: JSON.stringify(digested) });
  const add = database.prepare("INSERT INTO digested (digest, message) VALUES (?, ?)");
  for (const message of messagesIn(digested)) add.run(digest, message);
}

/** Changes the digests that are taken from messages; gives how many lines went. */
function changeDigests(database: DatabaseSync, of: Values, change: (digested: Digested) => Digested): number {
  const update = database.prepare("UPDATE digests SET record = :record WHERE number = :number");
  const forget = database.prepare("DELETE FROM digested WHERE digest = ?");
  const add = database.prepare("INSERT INTO digested (digest, message) VALUES (?, ?)");
  let lines = 0;
  for (const { number = null, record } of database.prepare(DIGESTS_OF).all(of)) {
    const before = readDigest(record);
    if (!before) continue;
    const after = change(before);
    lines += linesIn(before) - linesIn(after);
    update.run({ number, record: JSON.stringify(after) });
    forget.run(number);
    for (const message of messagesIn(after)) add.run(number, message);
  }
  return lines;
}

function linesOf(database: DatabaseSync, place: TalkPlace): number {
  const rows = database.prepare(`SELECT record FROM digests WHERE ${HERE}`).all(placeValues(place));
  return rows.reduce((sum, { record }) => {
    const digested = readDigest(record);
    return sum + (digested ? linesIn(digested) : 0);
  }, 0);
}

function readDigest(record: unknown): Digested | undefined {
  if (typeof record !== "string") return undefined;
  const digested: Digested = JSON.parse(record);
  return digested;
}

function addNotes(
  database: DatabaseSync,
  {
    place,
    of: { writer, notes, messages },
    at,
  }: { readonly place: TalkPlace; readonly of: KeptNotes & { readonly writer: string }; readonly at: number },
): void {
  const { lastInsertRowid: note } = database
    .prepare(
      "INSERT INTO notes (at, platform, space, channel, writer, record) VALUES (:at, :platform, :space, :channel, :writer, :record)",
    )
    .run({ at, ...placeValues(place), writer, record: JSON.stringify(notes) });
  const add = database.prepare("INSERT INTO noted (note, message) VALUES (?, ?)");
  for (const message of new Set(messages)) add.run(note, message);
}

function readNotes(database: DatabaseSync, of: Values): KeptNotes[] {
  const rows = database
    .prepare(
      `SELECT record, json_group_array(message) AS messages FROM notes JOIN noted ON note = number
       WHERE ${HERE} AND writer = :writer GROUP BY number ORDER BY number`,
    )
    .all(of);
  return rows.map(({ record, messages }) => {
    const notes: readonly Note[] = JSON.parse(String(record));
    const ids: readonly string[] = JSON.parse(String(messages));
    return { notes, messages: ids };
  });
}

function prune(
  database: DatabaseSync,
  { table, before, most }: { readonly table: "digests" | "notes"; readonly before: number; readonly most: number },
): number {
  const condition = `at < :before OR number <= (SELECT max(number) FROM ${table}) - :most`;
  return Number(database.prepare(`DELETE FROM ${table} WHERE ${condition}`).run({ before, most }).changes);
}

function openSafely(path: string, log: Log): DatabaseSync {
  const file = { name: NAME, version: VERSION, tables: TABLES, synchronous: "NORMAL" } as const;
  try {
    const database = openSqliteFile({ path, ...file }, { log });
    if (path !== ":memory:") rmSync(`${path}.damaged`, { force: true });
    return database;
  } catch (error) {
    if (isBusy(error)) log.warn(`another Hearth keeps ${NAME}, so digests made here are known until this one stops`);
    else log.error({ err: error }, `${NAME} cannot be used`);
    return openSqliteFile({ path: ":memory:", ...file }, { log });
  }
}
