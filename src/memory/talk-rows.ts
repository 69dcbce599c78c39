import type { SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import { wordsOf } from "../words/words.ts";
import { DAY_MS } from "./record.ts";
import { wordsCalled } from "./recall-terms.ts";
import { nameOf } from "./talk.ts";

type Row = Record<string, SQLOutputValue>;

const KEEP = `
  INSERT INTO messages (id, at, person, thread, reply_to, address, reactions, edited, text)
  VALUES (:id, :at, :person, :thread, :reply_to, :address, :reactions, :edited, :text)`;
const CHANGE = `
  UPDATE messages SET at = :at, person = :person, thread = :thread, reply_to = :reply_to, address = :address, reactions = :reactions,
  edited = :edited, text = :text WHERE id = :id`;
/** The columns that `toMessage` reads. */
export const MESSAGE = `
  SELECT messages.number, messages.id, at, people.id AS author, name, is_bot, thread, reply_to, form, reactions, edited, text
  FROM messages JOIN people ON people.number = person LEFT JOIN addresses ON addresses.number = address`;
/** Longer words are cut, here and where they are looked for. */
const LONGEST_STEM = 64;

interface Keeping {
  readonly query: (sql: string) => StatementSync;
  readonly onTouch: () => void;
}

/** Keeps a message; gives it, with the days that it changed (none where it is kept already), unless it is gone or what is kept is newer. */
export function keepMessage(
  message: TalkMessage,
  { query, onTouch }: Keeping,
): { readonly message: TalkMessage; readonly days: readonly number[] } | undefined {
  if (query("SELECT 1 FROM gone WHERE id = ?").get(message.id)) return undefined;
  const values = toValues(message, query);
  const before = query("SELECT * FROM messages WHERE id = ?").get(message.id);
  if (!before) {
    const { lastInsertRowid: number } = query(KEEP).run(values);
    query("INSERT INTO words (rowid, stems) VALUES (?, ?)").run(number, stemsOf(message.text));
    return { message, days: [dayOf(values["at"])] };
  }
  if (Number(before["edited"]) > Number(values["edited"])) return undefined;
  const changed = Object.keys(values).filter((column) => before[column] !== values[column]);
  if (changed.length === 0) return { message, days: [] };
  if (changed.every((column) => column === "reactions")) {
    query(CHANGE).run(values);
    return { message, days: [] };
  }
  onTouch();
  query(CHANGE).run(values);
  replaceWords(Number(before["number"]), message.text, query);
  return { message, days: [dayOf(before["at"]), dayOf(values["at"])] };
}

/** Puts another text in a message's place, changed at a time; gives the days that changed, or undefined where there is no such message. */
export function editMessage(
  { id, text, at }: { readonly id: string; readonly text: string; readonly at: number },
  { query, onTouch }: Keeping,
): readonly number[] | undefined {
  const before = query("SELECT number, at, text FROM messages WHERE id = ?").get(id);
  if (!before || before["text"] === text) return before && [];
  onTouch();
  query("UPDATE messages SET text = ?, edited = ? WHERE id = ?").run(text, at, id);
  replaceWords(Number(before["number"]), text, query);
  return [dayOf(before["at"])];
}

function replaceWords(number: number, text: string, query: Keeping["query"]): void {
  query("DELETE FROM words WHERE rowid = ?").run(number);
  query("INSERT INTO words (rowid, stems) VALUES (?, ?)").run(number, stemsOf(text));
}

/** A row of `MESSAGE` as a message of its place. */
export function toMessage(row: Row, { platform, space, channel }: TalkPlace): TalkMessage {
  const id = String(row["id"]);
  const optional = (column: string) => (row[column] === null ? undefined : String(row[column]));
  const [thread, replyTo, form] = ["thread", "reply_to", "form"].map(optional);
  const [edited, reactions] = [row["edited"], row["reactions"]];
  return {
    id,
    conversation: { platform, space, channel, ...(thread !== undefined && { thread }) },
    author: { id: String(row["author"]), name: String(row["name"]), isBot: row["is_bot"] === 1 },
    text: String(row["text"]),
    sentAt: new Date(Number(row["at"])).toISOString(),
    ...(replyTo !== undefined && { replyTo }),
    ...(form !== undefined && { url: fromForm(form, { id, thread }) }),
    ...(edited !== null && { editedAt: new Date(Number(edited)).toISOString() }),
    ...(reactions !== null && { reactions: Number(reactions) }),
  };
}

/** A stem as FTS5 has it, which takes letters and digits of ASCII and all else that is not ASCII for a word. */
export function toToken(stem: string): string {
  return stem.replaceAll(/[^a-z0-9\u0080-\uffff]/gi, "").slice(0, LONGEST_STEM);
}

function stemsOf(text: string): string {
  return [...new Set(wordsOf(text).map(({ stem }) => toToken(stem)))].join(" ");
}

/** The day of an instant in milliseconds: whole days since 1970, UTC. */
export function dayOf(at: unknown): number {
  return Math.floor(Number(at) / DAY_MS);
}

function toValues(message: TalkMessage, query: Keeping["query"]): Record<string, SQLInputValue> {
  const { id, conversation, author, text, sentAt, replyTo, url, editedAt, reactions } = message;
  const { thread } = conversation;
  return {
    id,
    at: Date.parse(sentAt),
    person: personOf(author, query),
    thread: thread ?? null,
    reply_to: replyTo ?? null,
    address: url === undefined ? null : addressOf(toForm(url, { id, thread }), query),
    reactions: reactions ?? null,
    edited: editedAt === undefined ? null : Date.parse(editedAt),
    text,
  };
}

/** The number of a person under a name; one who is new is kept with the words that they are called by. */
function personOf({ id, name, isBot }: TalkMessage["author"], query: Keeping["query"]): number {
  const values = { id, name, is_bot: Number(isBot) };
  const known = query("SELECT number FROM people WHERE id = :id AND name = :name AND is_bot = :is_bot").get(values);
  if (known) return Number(known["number"]);
  const { lastInsertRowid } = query("INSERT INTO people (id, name, is_bot) VALUES (:id, :name, :is_bot)").run(values);
  for (const word of wordsCalled(nameOf(name))) {
    query("INSERT OR IGNORE INTO called VALUES (?, ?)").run(word, lastInsertRowid);
  }
  return Number(lastInsertRowid);
}

function addressOf(form: string, query: Keeping["query"]): number {
  const known = query("SELECT number FROM addresses WHERE form = ?").get(form);
  return Number(known?.["number"] ?? query("INSERT INTO addresses (form) VALUES (?)").run(form).lastInsertRowid);
}

/** Marks in an address: what differs from message to message, and so is put in when it is read. No address holds them. */
const [ID, DIGITS, THREAD] = ["\u0001", "\u0002", "\u0003"];

/** An address without the message's own id, as it stands or its digits alone (as in Slack's), and its thread's: one for many messages. */
function toForm(url: string, { id, thread }: { readonly id: string; readonly thread: string | undefined }): string {
  const digits = id.replaceAll(/\D/g, "");
  const own = url.replaceAll(id, ID).replaceAll(digits.length > 5 ? digits : id, DIGITS);
  return thread === undefined ? own : own.replaceAll(thread, THREAD);
}

function fromForm(form: string, { id, thread }: { readonly id: string; readonly thread: string | undefined }): string {
  return form
    .replaceAll(ID, id)
    .replaceAll(DIGITS, id.replaceAll(/\D/g, ""))
    .replaceAll(THREAD, thread ?? "");
}
