import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { ChatMessage, Conversation, Turn } from "../chat.ts";
import { LONGEST_TEXT } from "../chat.ts";
import type { Log } from "../log.ts";
import { eraseTraces, inOneStep, isBusy, openSqliteFile } from "../sqlite-file.ts";
import type { Memory, MemoryScope, MessageRevision } from "./memory.ts";

const KEPT_MS = 30 * 24 * 60 * 60_000;
const PRUNE_MS = 60 * 60_000;
/** Three thousand a day for all that time; most take less than 1 kB. */
const MOST_MESSAGES = 100_000;
const NAME = "the memory of what was said";
/** Counts up when the tables change. */
const VERSION = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL,
    id TEXT NOT NULL, author TEXT NOT NULL, is_answer INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, reply_to TEXT NOT NULL,
    UNIQUE (platform, space, channel, id)) STRICT;
  CREATE INDEX IF NOT EXISTS messages_thread ON messages (platform, space, channel, thread, at);
  CREATE INDEX IF NOT EXISTS messages_reply ON messages (platform, space, channel, reply_to);
  CREATE INDEX IF NOT EXISTS messages_at ON messages (at);`;

const PLACE = "platform = :platform AND space = :space AND channel = :channel";
const MESSAGE = `${PLACE} AND id = :id`;
const KEEP = `
  INSERT INTO messages (platform, space, channel, thread, id, author, is_answer, text, at, reply_to)
  VALUES (:platform, :space, :channel, :thread, :id, :author, :is_answer, :text, :at, :reply_to)`;
/** A thread's last messages, and the one that it hangs on, which stands in the channel and whose id is the thread's. */
const IN_THREAD = `
  SELECT is_answer, text FROM (
    SELECT * FROM messages WHERE ${PLACE} AND text <> '' AND (thread = :thread OR (thread = '' AND id = :thread AND id <> ''))
    ORDER BY at DESC, number DESC LIMIT :limit) ORDER BY at, number`;
/** A message, what it replies to, and so on back. */
const BACK = `
  WITH RECURSIVE back (number, reply_to, step) AS (
    SELECT number, reply_to, 1 FROM messages WHERE ${MESSAGE}
    UNION ALL
    SELECT messages.number, messages.reply_to, step + 1 FROM back JOIN messages ON ${PLACE} AND id = back.reply_to
    WHERE step < :limit)
  SELECT is_answer, text FROM back JOIN messages USING (number) WHERE text <> '' ORDER BY step DESC`;
const PRUNE = "DELETE FROM messages WHERE at < :before OR number <= (SELECT max(number) FROM messages) - :most";

type Values = Record<string, SQLInputValue>;
type Run = (query: string, values: Values) => number;

/**
 * What was said in a SQLite file (":memory:" keeps nothing), for 30 days. Where the file cannot be used, it is kept as long as the process
 * lives, and the log says so.
 */
export function openMemory({ path, log }: { readonly path: string; readonly log: Log }): Memory {
  const database = openSafely(path, log);
  /** Does all of the work or none; of what was there before, no byte stays. Gives how many rows were changed. */
  const erase = (work: (run: Run) => number): number => {
    const run: Run = (query, values) => Number(database.prepare(query).run(values).changes);
    const changed = inOneStep(database, () => work(run));
    if (changed > 0) eraseTraces(database);
    return changed;
  };
  const prune = (now: number) => void erase((run) => run(PRUNE, { before: now - KEPT_MS, most: MOST_MESSAGES }));
  const stopPruning = pruneHourly(prune, log);
  return {
    keep: (messages) => void erase((run) => countOf(messages, (message) => keepOne(message, run))),
    turns: (of, { limit }) => turnsIn(database, { ...of, limit }),
    revise: (revisions) => {
      let kept = 0;
      erase((run) =>
        countOf(revisions, (revision) => {
          const changed = reviseOne(revision, run);
          if (changed > 0) kept += 1;
          return changed;
        }),
      );
      return kept;
    },
    forget: (of) => erase((run) => countOf([of].flat(), (scope) => forgetOne(scope, run))),
    prune,
    [Symbol.dispose]() {
      stopPruning();
      database.close();
    },
  };
}

/** Prunes now and every hour; gives what ends it. */
function pruneHourly(prune: (now: number) => void, log: Log): () => void {
  const pruneOrLog = () => {
    try {
      prune(Date.now());
    } catch (error) {
      log.error({ err: error }, "what was said too long ago could not be deleted");
    }
  };
  pruneOrLog();
  const timer = setInterval(pruneOrLog, PRUNE_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Keeps a message; gives how many there were of it before. */
function keepOne(message: ChatMessage, run: Run): number {
  const { conversation, id, author, text, sentAt, replyTo = "" } = message;
  const before = run(`DELETE FROM messages WHERE ${MESSAGE}`, messageOf(conversation, id));
  run(KEEP, {
    ...messageOf(conversation, id),
    thread: conversation.thread ?? "",
    author: author.id,
    is_answer: Number(author.isBot),
    text: shortened(text),
    at: Date.parse(sentAt),
    reply_to: replyTo,
  });
  return before;
}

function reviseOne({ conversation, id, text }: MessageRevision, run: Run): number {
  const message = messageOf(conversation, id);
  if (text === undefined)
    return run(deleteWhere(`${PLACE} AND (id = :id OR (reply_to = :id AND is_answer = 1))`), message);
  return run(`UPDATE messages SET text = :text WHERE ${MESSAGE}`, { ...message, text: shortened(text) });
}

function forgetOne(of: MemoryScope, run: Run): number {
  const [condition, values] = conditionOf(of);
  return run(deleteWhere(condition), values);
}

function turnsIn(
  database: DatabaseSync,
  { conversation, replyTo, limit }: Parameters<Memory["turns"]>[0] & Parameters<Memory["turns"]>[1],
): Turn[] {
  const { thread = isDirect(conversation) ? "" : undefined } = conversation;
  const place = placeOf(conversation);
  if (thread !== undefined)
    return database
      .prepare(IN_THREAD)
      .all({ ...place, thread, limit })
      .map(toTurn);
  if (replyTo === undefined) return [];
  return database
    .prepare(BACK)
    .all({ ...place, id: replyTo, limit })
    .map(toTurn);
}

function countOf<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}

/** Discord's own name for the space of direct messages; Slack's channels of one person begin with a D. */
function isDirect({ platform, space, channel }: Conversation): boolean {
  return platform === "slack" ? channel.startsWith("D") : space === "@me";
}

function placeOf({ platform, space, channel }: Conversation): Values {
  return { platform, space, channel };
}

function messageOf(conversation: Conversation, id: string): Values {
  return { ...placeOf(conversation), id };
}

/** The beginning of a text that is too long to be of use as an earlier turn, up to a space. */
function shortened(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const beginning = text.slice(0, LONGEST_TEXT - 2).replace(/[\ud800-\udbff]$/, "");
  return `${beginning.replace(/(?<=\s)\S{0,100}$/, "").trimEnd()} …`;
}

function toTurn({ is_answer: isAnswer, text }: Record<string, SQLOutputValue>): Turn {
  return { role: isAnswer === 1 ? "assistant" : "user", text: String(text) };
}

/** Deletes messages, and what Hearth answered to them, wherever in the channel it stands. */
function deleteWhere(condition: string): string {
  return `
    WITH RECURSIVE gone (number, platform, space, channel, id) AS (
      SELECT number, platform, space, channel, id FROM messages WHERE ${condition}
      UNION
      SELECT messages.number, messages.platform, messages.space, messages.channel, messages.id FROM gone JOIN messages
        ON messages.platform = gone.platform AND messages.space = gone.space AND messages.channel = gone.channel
        AND messages.reply_to = gone.id AND is_answer = 1)
    DELETE FROM messages WHERE number IN (SELECT number FROM gone)`;
}

function conditionOf(of: MemoryScope): [condition: string, values: Values] {
  const { platform, space, channel, thread, messageId: id, authorId: author, since } = of;
  const named = Object.entries({ platform, space, channel, thread, id, author }).flatMap(([column, value]) =>
    value === undefined ? [] : [[column, value] as const],
  );
  const conditions = named.map(([column]) => `${column} = :${column}`);
  const values = Object.fromEntries(named);
  if (since === undefined) return [conditions.join(" AND "), values];
  return [[...conditions, "at >= :since"].join(" AND "), { ...values, since: Date.parse(since) }];
}

function openSafely(path: string, log: Log): DatabaseSync {
  // What a power failure takes back is a turn or two; waiting for the disk after every answer would cost more.
  const file = { name: NAME, version: VERSION, tables: TABLES, synchronous: "NORMAL" } as const;
  try {
    return openSqliteFile({ path, ...file }, { log });
  } catch (error) {
    if (isBusy(error)) log.warn(`another Hearth keeps ${NAME}, so follow-ups here know it until this one stops`);
    else log.error({ err: error }, `${NAME} cannot be used`);
    return openSqliteFile({ path: ":memory:", ...file }, { log });
  }
}
