import type { ChatMessage } from "../chat.ts";

/** A message and what it goes on from: the place in the list of the message that it most likely answers or continues. */
export interface Said {
  readonly message: ChatMessage;
  readonly place: number;
  readonly after?: number;
  /** Whether somebody else said what it goes on from: then it is an answer, not more of the same. */
  readonly isAnswer: boolean;
  /** People it speaks to, by the names that they write under. */
  readonly to: readonly string[];
}

/** Whoever speaks again so soon goes on with what they said, whoever spoke in between. */
const SAME_BREATH = 3 * 60_000;
/** Who is spoken to by name is answered for so long. */
const REMEMBERED = 60 * 60_000;
/** A pause in which a conversation ends where nothing else says that it goes on. */
const PAUSE = 20 * 60_000;

/**
 * What each message goes on from, as far as that shows: the message that it replies to, else the last of its thread or what that hangs on, else what the
 * person said whom it names, else its author's words of a moment ago, else the message before it. Messages are of one channel, in the
 * order of time. Pure.
 */
export function follow(messages: readonly ChatMessage[]): Said[] {
  const places = new Map(messages.map(({ id }, place) => [id, place]));
  const lastOf = new Map<string, number>();
  const lastIn = new Map<string, number>();
  const found: Said[] = [];
  /** The message that a thread hangs on has the thread's id. */
  const rootOf = (thread: string, place: number) => {
    const root = places.get(thread);
    return root !== undefined && root < place ? root : undefined;
  };
  for (const [place, message] of messages.entries()) {
    const author = nameOf(message.author.name);
    const to = addressed(message.text, lastOf).filter((name) => name !== author);
    const thread = message.conversation.thread ?? "";
    const replied = message.replyTo === undefined ? undefined : places.get(message.replyTo);
    const within = (other: number | undefined, most: number) => {
      const earlier = other === undefined ? undefined : messages[other];
      const isSame = earlier && (earlier.conversation.thread ?? "") === thread;
      return isSame && apart(earlier, message) <= most ? other : undefined;
    };
    const after =
      (replied !== undefined && replied < place ? replied : undefined) ??
      (thread === "" ? undefined : (lastIn.get(thread) ?? rootOf(thread, place))) ??
      within(
        to.map((name) => lastOf.get(name) ?? -1).find((other) => other >= 0),
        REMEMBERED,
      ) ??
      within(lastOf.get(author), SAME_BREATH) ??
      within(lastIn.get(thread), PAUSE);
    const isAnswer = after !== undefined && nameOf(messages[after]?.author.name ?? "") !== author;
    found.push({ message, place, to, isAnswer, ...(after !== undefined && { after }) });
    lastOf.set(author, place);
    lastIn.set(thread, place);
  }
  return found;
}

/** Milliseconds from one message to a later one. */
function apart(earlier: ChatMessage, later: ChatMessage): number {
  return Date.parse(later.sentAt) - Date.parse(earlier.sentAt);
}

/** No platform has longer names. */
const LONGEST_NAME = 200;

/** A name as it is compared: in lower case, without what is neither letter nor digit around it. */
export function nameOf(name: string): string {
  // The pattern takes the square of a long text's time.
  const lower = name.slice(0, LONGEST_NAME).toLowerCase();
  return lower.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu, "") || lower;
}

/** The names of people who spoke before that a text begins with ("ann: …", "ann, bob: …"), and those behind an @. */
function addressed(text: string, known: ReadonlyMap<string, unknown>): string[] {
  const lead = /^\s*@?([^\s:,]+(?:\s*,\s*@?[^\s:,]+){0,3})\s*[:,]/u.exec(text)?.[1]?.split(/\s*,\s*/) ?? [];
  const marked = [...text.matchAll(/(?<![\p{L}\p{N}])@([\p{L}\p{N}_.|-]+)/gu)].map(([, name = ""]) => name);
  return [...new Set([...lead, ...marked].map(nameOf))].filter((name) => known.has(name));
}

/** Messages that a vector is made of: one, what it goes on from, and what that goes on from. */
const EXCHANGE = 3;

/** What was said with what it goes on from, each behind its speaker's name: of this a message's vector is made, since an answer alone says little. Pure. */
export function exchangeText(place: number, said: readonly Said[]): string {
  const lines: string[] = [];
  for (let at: number | undefined = place; at !== undefined && lines.length < EXCHANGE; at = said[at]?.after) {
    const message = said[at]?.message;
    if (message) lines.unshift(`${message.author.name}: ${message.text}`);
  }
  return lines.join("\n");
}
