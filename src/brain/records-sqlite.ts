import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { Audience, TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import { emptyWriteAheadLog, eraseTraces, inOneStep, isBusy, openSqliteFile } from "../sqlite-file.ts";
import type { AnswerScope, StaleAnswer } from "./brain.ts";
import { keepWhys, WHY_TABLES } from "./records-why.ts";
import type { AnswerRecord, AnswerRecords, KeptSource, SourceRecord } from "./records.ts";

/** People act on an answer for some weeks; what is older is nobody's business any more. */
const KEPT_MS = 30 * 24 * 60 * 60_000;
/** More than a thousand answers a day for all that time; a record takes some 4 kB. */
const MOST_ANSWERS = 50_000;
/** Counts up when the tables change; records of another version are put aside. */
const VERSION = 1;
const NAME = "the record of answers";

const PLATFORMS = ["discord", "slack", "web", "terminal"] as const;

const TABLES = `
  CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
    platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, message TEXT NOT NULL,
    asker TEXT NOT NULL, clearance TEXT NOT NULL, stale_since INTEGER, told_at INTEGER,
    UNIQUE (platform, space, channel, thread, message)) STRICT;
  CREATE TABLE IF NOT EXISTS sources (
    key INTEGER PRIMARY KEY AUTOINCREMENT, answer INTEGER NOT NULL REFERENCES answers (number) ON DELETE CASCADE,
    document TEXT NOT NULL, path TEXT NOT NULL, title TEXT NOT NULL, change TEXT, record TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS answers_at ON answers (at);
  CREATE INDEX IF NOT EXISTS answers_untold ON answers (platform, stale_since) WHERE told_at IS NULL AND stale_since IS NOT NULL;
  CREATE INDEX IF NOT EXISTS sources_answer ON sources (answer);
  CREATE INDEX IF NOT EXISTS sources_document ON sources (document);`;

const ADD = `
  INSERT OR REPLACE INTO answers (id, at, platform, space, channel, thread, message, asker, clearance)
  VALUES (:id, :at, :platform, :space, :channel, :thread, :message, :asker, :clearance)`;
const ADD_SOURCE = `
  INSERT INTO sources (answer, document, path, title, record) VALUES (:answer, :document, :path, :title, :record)`;
const ANSWERED = `
  SELECT message FROM answers
  WHERE platform = :platform AND space = :space AND channel = :channel AND message IN (SELECT value FROM json_each(:ids))`;
const SOURCES_IN =
  "SELECT key, change, record, clearance, platform, space, channel, message FROM sources JOIN answers ON number = answer WHERE document = ?";
const AMONG = "AND json_extract(record, '$.passageId') IN (SELECT value FROM json_each(?))";
const JUDGE = "UPDATE sources SET change = :change WHERE key = :key";
const STALE_SINCE = `
  UPDATE answers SET stale_since =
    CASE WHEN EXISTS (SELECT 1 FROM sources WHERE answer = number AND change IS NOT NULL) THEN coalesce(stale_since, :at) END
  WHERE number = (SELECT answer FROM sources WHERE key = :key)`;
const MOVE = "UPDATE sources SET document = :document, path = :path, title = :title, record = :record WHERE key = :key";
/** The "+" keeps SQLite from going through every answer of the platform, where a few ids are asked for. */
const STALE = `
  SELECT answers.*, document, path, title, change FROM answers JOIN sources ON answer = number
  WHERE +platform = :platform AND id IN (SELECT value FROM json_each(:ids)) AND change IS NOT NULL ORDER BY number, key`;
const UNTOLD = `
  SELECT id FROM answers WHERE platform = :platform AND told_at IS NULL AND stale_since IS NOT NULL AND (stale_since <= :before
    OR EXISTS (SELECT 1 FROM sources WHERE answer = number AND change IS NOT NULL AND document GLOB 'talk:*'))
  ORDER BY stale_since, number`;

const PRUNE = "DELETE FROM answers WHERE at < :before OR number <= (SELECT max(number) FROM answers) - :most";

type Values = Record<string, SQLInputValue>;
type Row = Record<string, SQLOutputValue>;

/**
 * Records of answers in a SQLite file (":memory:" keeps none), readable by this user alone, in which deleted rows are overwritten. One
 * process has the file at a time. A damaged file is put aside as `.damaged`; where the file cannot be used at all, records last only
 * as long as the process. The log says so.
 */
export function openAnswerRecords({ path, log }: { readonly path: string; readonly log: Log }): AnswerRecords {
  const database = openSafely(path, log);
  const [all, run] = queriesOf(database);
  const { add: addWhy, forgetRatings, ...whys } = keepWhys(database, conditionOf);
  return {
    add: (record) =>
      inOneStep(database, () => {
        const { lastInsertRowid: answer } = run(ADD, answerValues(record));
        for (const source of record.sources) run(ADD_SOURCE, { answer, ...sourceValues(source) });
        addWhy(answer, record.why);
      }),
    answered: (place, ids) => answeredIn(database, { place, ids }),
    documents: () => all("SELECT DISTINCT document FROM sources").map((row) => String(row["document"])),
    sourcesIn: (documentId, passageIds) => sourcesIn(database, { documentId, passageIds }),
    judge: (key, change, at) =>
      inOneStep(database, () => {
        run(JUDGE, { change: change ?? null, key });
        run(STALE_SINCE, { at, key });
      }),
    move: (key, source) => void run(MOVE, { key, ...sourceValues(source) }),
    stale: (platform, ids) => toStale(all(STALE, { platform, ids: JSON.stringify(ids) })),
    untold: (platform, before) => all(UNTOLD, { platform, before }).map((row) => String(row["id"])),
    told: (id, at) => void run("UPDATE answers SET told_at = :at WHERE id = :id", { id, at }),
    ...whys,
    forget(scope) {
      const [condition, values] = conditionOf(scope);
      const forgotten = inOneStep(database, () => ({
        ratings: forgetRatings(scope),
        answers: Number(run(`DELETE FROM answers WHERE ${condition}`, values).changes),
      }));
      if (forgotten.ratings + forgotten.answers > 0) eraseTraces(database);
      return forgotten;
    },
    prune(now) {
      const { changes } = run(PRUNE, { before: now - KEPT_MS, most: MOST_ANSWERS });
      if (Number(changes) > 0) emptyWriteAheadLog(database);
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function queriesOf(database: DatabaseSync) {
  return [
    (query: string, values: Values = {}) => database.prepare(query).all(values),
    (query: string, values: Values) => database.prepare(query).run(values),
  ] as const;
}

function sourcesIn(
  database: DatabaseSync,
  { documentId, passageIds }: { readonly documentId: string; readonly passageIds: readonly string[] | undefined },
): KeptSource[] {
  const rows =
    passageIds === undefined
      ? database.prepare(SOURCES_IN).all(documentId)
      : database.prepare(`${SOURCES_IN} ${AMONG}`).all(documentId, JSON.stringify(passageIds));
  return rows.map(toSource);
}

function answeredIn(
  database: DatabaseSync,
  { place: { platform, space, channel }, ids }: { readonly place: TalkPlace; readonly ids: readonly string[] },
): ReadonlySet<string> {
  const rows = database.prepare(ANSWERED).all({ platform, space, channel, ids: JSON.stringify(ids) });
  return new Set(rows.map((row) => String(row["message"])));
}

function answerValues({ id, answeredAt, conversation, messageId, askerId, clearance }: AnswerRecord): Values {
  const { platform, space, channel, thread = "" } = conversation;
  const place = { platform, space, channel, thread, message: messageId, asker: askerId };
  return { id, at: Date.parse(answeredAt), ...place, clearance: JSON.stringify(clearance) };
}

function sourceValues(source: Omit<SourceRecord, "change">): Values {
  const { documentId: document, path, title } = source;
  return { document, path, title, record: JSON.stringify(source) };
}

function toSource({ key, change, record, clearance, space, channel, message, ...row }: Row): KeptSource {
  const source: SourceRecord = JSON.parse(String(record));
  const readers: readonly Audience[] = JSON.parse(String(clearance));
  const place = { platform: platformIn(row), space: String(space), channel: String(channel) };
  const question = { ...place, messageId: String(message) };
  return { ...source, key: Number(key), clearance: readers, question, ...changeIn(change) };
}

function changeIn(change: SQLOutputValue | undefined): Pick<SourceRecord, "change"> {
  return change === "changed" || change === "removed" ? { change } : {};
}

/** Rows of answers with their sources, as answers; a document that several passages were taken from is named once. */
function toStale(rows: readonly Row[]): StaleAnswer[] {
  return [...Map.groupBy(rows, ({ number }) => number).values()].flatMap((group) => {
    const documents = new Map(group.map((row) => [row["document"], row]));
    const [first, ...rest] = [...documents.values()].map(({ title, path, change }) => {
      return { title: String(title), path: String(path), change: changeIn(change).change ?? "changed" };
    });
    const [row] = group;
    return first && row ? [{ ...placeOf(row), sources: [first, ...rest] }] : [];
  });
}

function placeOf({ id, at, space, channel, thread, message, asker, ...row }: Row): Omit<StaleAnswer, "sources"> {
  const place = { platform: platformIn(row), space: String(space), channel: String(channel) };
  return {
    id: String(id),
    answeredAt: new Date(Number(at)).toISOString(),
    conversation: thread === "" ? place : { ...place, thread: String(thread) },
    messageId: String(message),
    askerId: String(asker),
  };
}

function platformIn(row: Row): AnswerScope["platform"] {
  const platform = PLATFORMS.find((one) => one === row["platform"]);
  if (!platform) throw new Error("The record of an answer names no platform");
  return platform;
}

function conditionOf(of: AnswerScope): [condition: string, values: Values] {
  const { platform, space, channel, thread, messageId: message, askerId: asker, since } = of;
  const named = Object.entries({ platform, space, channel, thread, message, asker }).flatMap(([column, value]) =>
    value === undefined ? [] : [[column, value] as const],
  );
  const conditions = [
    ...named.map(([column]) => `${column} = :${column}`),
    ...(since === undefined ? [] : ["at >= :at"]),
  ];
  return [
    conditions.join(" AND "),
    { ...Object.fromEntries(named), ...(since !== undefined && { at: Date.parse(since) }) },
  ];
}

function openSafely(path: string, log: Log): DatabaseSync {
  // A record that a power failure takes back is no loss; waiting for the disk before every answer would be.
  const file = { name: NAME, version: VERSION, tables: TABLES + WHY_TABLES, synchronous: "NORMAL" } as const;
  try {
    return openSqliteFile({ path, ...file }, { log });
  } catch (error) {
    if (isBusy(error)) log.warn("another Hearth keeps the record of answers, so what is answered here is not followed");
    else log.error({ err: error }, "the record of answers cannot be used");
    return openSqliteFile({ path: ":memory:", ...file }, { log });
  }
}
