import type { StatementSync } from "node:sqlite";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import { nameOf } from "./talk.ts";
import { DAY_MS, type Sighted, type Sighting, type Sought, type TalkRecord, type Unsettled } from "./record.ts";
import { MESSAGE, toMessage, toToken } from "./talk-rows.ts";

type Query = (sql: string) => StatementSync;

const LISTED = "(SELECT value FROM json_each(?))";
const BETWEEN = `${MESSAGE} WHERE at >= :from AND at < :to ORDER BY at DESC, messages.number DESC LIMIT :most`;
const BETWEEN_IN_THREAD = `
  ${MESSAGE} WHERE at >= :from AND at < :to AND (thread = :thread OR messages.id = :thread)
  ORDER BY at DESC, messages.number DESC LIMIT :most`;
/** Of what stands nearly everywhere, the last so many count. */
const MOST_HITS = 1_000;
const HITS =
  "SELECT number, at FROM words JOIN messages ON number = words.rowid WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ?";
const SAID = `SELECT number, at FROM messages WHERE person IN ${LISTED} ORDER BY at DESC LIMIT ?`;

/** Messages around one that are loaded with it: before and after it, as far as recall looks. */
const REACH = 7;
const NEAR_MS = 20 * 60_000;
/** In its thread, and of those that answer it. */
const THREAD_REACH = 6;
const AROUND = `
  SELECT number FROM (SELECT number FROM messages WHERE at <= :at AND at > :at - :near ORDER BY at DESC, number DESC LIMIT :reach)
  UNION ALL SELECT number FROM (SELECT number FROM messages WHERE at >= :at AND at < :at + :near ORDER BY at, number LIMIT :reach)
  UNION ALL SELECT number FROM (SELECT number FROM messages WHERE reply_to = :id LIMIT :few)
  UNION ALL SELECT number FROM messages WHERE id = :replyTo
  UNION ALL SELECT number FROM (SELECT number FROM messages WHERE thread = :thread AND at <= :at ORDER BY at DESC LIMIT :few)
  UNION ALL SELECT number FROM (SELECT number FROM messages WHERE thread = :thread AND at >= :at ORDER BY at LIMIT :few)
  UNION ALL SELECT number FROM messages WHERE id = :thread`;

/** Messages sent in a stretch of time, the last so many, in the order of time. */
export function readBetween(
  query: Query,
  { place, thread, ...stretch }: { readonly place: TalkPlace } & Parameters<TalkRecord["between"]>[1],
): TalkMessage[] {
  const rows =
    thread === undefined ? query(BETWEEN).all(stretch) : query(BETWEEN_IN_THREAD).all({ ...stretch, thread });
  return rows.toReversed().map((row) => toMessage(row, place));
}

/** Messages by their ids, in the order of the ids. */
export function readMessages(query: Query, place: TalkPlace, ids: readonly string[]): TalkMessage[] {
  const one = query(`${MESSAGE} WHERE messages.id = ?`);
  return ids.flatMap((id) => {
    const row = one.get(id);
    return row ? [toMessage(row, place)] : [];
  });
}

/** Where each of what is sought stands. */
export function findIn(query: Query, sought: readonly Sought[]): Sighted[] {
  const isOfPeople = sought.some(({ names = [] }) => names.length > 0);
  const people = isOfPeople ? query("SELECT number, name FROM people").all() : [];
  const hitsOf = (sql: string, value: string) =>
    query(sql)
      .all(value, MOST_HITS)
      .map(({ number, at }): Sighting => [Number(number), Number(at)]);
  return sought.map(({ stems, names = [] }) => {
    const words = stems
      .map(toToken)
      .filter((token) => token !== "")
      .map((token) => `"${token}"`)
      .join(" OR ");
    const named = words === "" ? [] : hitsOf(HITS, words);
    if (names.length === 0) return { hits: named, count: countOf(query, { words, found: named.length }) };
    const own = people.filter(({ name }) => names.includes(nameOf(String(name)))).map(({ number }) => number);
    const said = hitsOf(SAID, JSON.stringify(own));
    return { hits: [...said, ...named], count: countSaid(query, { own: JSON.stringify(own), found: said.length }) };
  });
}

function countOf(query: Query, { words, found }: { readonly words: string; readonly found: number }): number {
  if (found < MOST_HITS) return found;
  return Number(query("SELECT count(*) AS count FROM words WHERE words MATCH ?").get(words)?.["count"]);
}

function countSaid(query: Query, { own, found }: { readonly own: string; readonly found: number }): number {
  if (found < MOST_HITS) return found;
  return Number(query(`SELECT count(*) AS count FROM messages WHERE person IN ${LISTED}`).get(own)?.["count"]);
}

/** Messages with those around them, in the order of time. */
export function readAround(
  query: Query,
  { place, numbers, ids }: { readonly place: TalkPlace } & Parameters<TalkRecord["around"]>[1],
): TalkMessage[] {
  const seeds = [
    ...query(`SELECT number, id, at, thread, reply_to FROM messages WHERE number IN ${LISTED}`).all(
      JSON.stringify(numbers),
    ),
    ...query(`SELECT number, id, at, thread, reply_to FROM messages WHERE id IN ${LISTED}`).all(JSON.stringify(ids)),
  ];
  const wanted = new Set<number>();
  for (const { id = null, at = null, thread = null, reply_to: replyTo = null } of seeds) {
    const values = { id, at, thread, replyTo, near: NEAR_MS, reach: REACH + 1, few: THREAD_REACH };
    for (const { number } of query(AROUND).all(values)) wanted.add(Number(number));
  }
  const rows = query(`${MESSAGE} WHERE messages.number IN ${LISTED} ORDER BY at, messages.number`).all(
    JSON.stringify([...wanted]),
  );
  return rows.map((row) => toMessage(row, place));
}

/** Names of people who are called by one of the words, as they are compared. */
export function readNames(query: Query, words: readonly string[]): string[] {
  const sql = `SELECT DISTINCT name FROM called JOIN people ON people.number = person WHERE word IN ${LISTED}`;
  const rows = query(sql).all(JSON.stringify(words));
  return [...new Set(rows.map(({ name }) => nameOf(String(name))))];
}

/** When a person last said something. */
export function readLast(query: Query, authorId: string): number | undefined {
  const sql = "SELECT max(at) AS at FROM messages WHERE person IN (SELECT number FROM people WHERE id = ?)";
  const at = query(sql).get(authorId)?.["at"];
  return at == null ? undefined : Number(at);
}

/** How many messages there are, and when the first was sent. */
export function readCount(query: Query): { readonly messages: number; readonly oldest?: number } {
  const row = query("SELECT count(*) AS messages, min(at) AS oldest FROM messages").get();
  const oldest = row?.["oldest"];
  return { messages: Number(row?.["messages"]), ...(oldest != null && { oldest: Number(oldest) }) };
}

/** Days that something was changed on, the latest first. */
export function readUnsettled(query: Query): Unsettled[] {
  const rows = query("SELECT day, times FROM unsettled ORDER BY day DESC").all();
  return rows.map(({ day, times }) => ({ day: Number(day), times: Number(times) }));
}

/** Days of which there are messages. */
export function readDays(query: Query): number[] {
  return query(`SELECT DISTINCT at / ${DAY_MS} AS day FROM messages`)
    .all()
    .map(({ day }) => Number(day));
}
