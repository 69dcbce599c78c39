import { createHash } from "node:crypto";
import type { TalkMessage } from "../chat.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { withoutUnseen } from "../unseen.ts";
import { createLineCheck } from "./digest-check.ts";
import type { Note } from "./digest-note.ts";
import type { Engine } from "./engine.ts";
import type { ModelLabel } from "./brain.ts";
import type { NotePrompt } from "./prompts.ts";

/** Lets a model take notes of what was said. */
export interface NoteWriter {
  label(): ModelLabel;
  /** Names model and prompt: what another wrote is not taken for its own. */
  id(): string;
  /** Up to three lines about messages of one conversation, each carried by those that it names; what is not is left out. */
  write(messages: readonly TalkMessage[], options: { readonly signal: AbortSignal }): Promise<readonly Note[]>;
}

/** Tokens of the notes on one conversation, and room for the chat's own format. */
const NOTE_TOKENS = 140;
const FORMAT_TOKENS = 64;
const MOST_NOTES = 3;
const [SHORTEST, LONGEST] = [12, 240];
const LONGEST_MESSAGE = 400;
const LONGEST_NAME = 60;
/** Messages that a line is looked for in, where those that it names do not carry it. */
const MOST_CARRIERS = 3;

/** What models put in front of a line, which its section says as well. */
const LABEL =
  /^(?:decisions?|decided|agreed|actions?(?: items?)?|to-?do|tasks?|open questions?|questions?|links?|topics?|notes?|summary)\s*:\s*/i;
const MARKS = /\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]/g;

/** A writer of notes. What it reads is kept nowhere by the model. */
export function createNoteWriter({
  engine,
  prompt,
}: {
  readonly engine: Engine;
  readonly prompt: NotePrompt;
}): NoteWriter {
  return {
    label: () => engine.label(),
    id: () => {
      const { kind, name, hash = "" } = engine.label();
      return [kind, name, hash, prompt.hash].join(" ");
    },
    async write(messages, { signal }) {
      const { contextTokens } = await engine.ready({ signal });
      const asked = { role: "user", text: askFor(messages) } as const;
      const all = [...prompt.messages, asked];
      const counts = await engine.countTokens(
        all.map(({ text }) => text),
        { signal },
      );
      const tokens = counts.reduce((sum, count) => sum + count, 0);
      if (tokens + NOTE_TOKENS + FORMAT_TOKENS > contextTokens) return [];
      const request = { messages: all, stable: prompt.messages.length, maxTokens: NOTE_TOKENS, isPassing: true };
      const { text, ended } = await engine.generate(request, { signal });
      return notesIn(ended === "stop" ? text : text.slice(0, Math.max(0, text.lastIndexOf("\n"))), messages);
    },
  };
}

/** The messages as data, numbered from 1; no message can end that part, since it cannot know the mark. */
function askFor(messages: readonly TalkMessage[]): string {
  const ids = messages.map(({ id }) => id).join("\n");
  const mark = `chat ${createHash("sha256").update(ids).digest("hex").slice(0, 6)}`;
  const lines = messages.map(
    ({ author, text }, place) =>
      `${place + 1} ${oneLine(author.name, LONGEST_NAME)}: ${oneLine(text, LONGEST_MESSAGE)}`,
  );
  return `<${mark}>\n${lines.join("\n")}\n</${mark}>\n\nWhich notes?`;
}

/** What a model wrote as notes: lines that messages carry and that say it otherwise than one of them. Pure. */
export function notesIn(written: string, messages: readonly TalkMessage[]): Note[] {
  const { check } = createLineCheck(messages);
  const carriersOf = carriers(messages);
  const notes: Note[] = [];
  for (const line of written.split("\n")) {
    const text = withoutUnseen(line.replaceAll(MARKS, " "))
      .replace(/^[\s\-*•#>]+/, "")
      .replace(LABEL, "")
      .replaceAll(/\s+/g, " ")
      .trim();
    if (text.length < SHORTEST || text.length > LONGEST || notes.length === MOST_NOTES) continue;
    const named = marksIn(line).flatMap((mark) => messages[mark - 1]?.id ?? []);
    const ids = [named, ...carriersOf(text)].find((some) => check(text, some).kind === "carried");
    const [first, ...rest] = ids ?? [];
    if (first === undefined || isCopy(text, messages) || notes.some((note) => note.text === text)) continue;
    notes.push({ text, ids: [first, ...rest] });
  }
  return notes;
}

function marksIn(line: string): number[] {
  const marks = [...line.matchAll(MARKS)].flatMap(([, inside = ""]) => inside.split(/[^\d]+/).map(Number));
  return [...new Set(marks)].toSorted((one, other) => one - other);
}

/** The messages that have most of a line's words: the first, the first two, and so on. */
function carriers(messages: readonly TalkMessage[]): (text: string) => string[][] {
  const stems = messages.map(({ author, text }) => new Set(wordsOf(`${author.name}: ${text}`).map(({ stem }) => stem)));
  return (text) => {
    const own = wordsOf(text).filter(({ stem }) => !isFunctionWord(stem));
    const held = stems.map((has, place) => ({ place, count: own.filter(({ stem }) => has.has(stem)).length }));
    const best = held.filter(({ count }) => count > 0).toSorted((one, other) => other.count - one.count);
    const ids = best.slice(0, MOST_CARRIERS).flatMap(({ place }) => messages[place]?.id ?? []);
    return ids.map((_, last) => ids.slice(0, last + 1));
  };
}

/** Names in front of a line: who says it, or to whom. */
const NAMES = /^(?:\s*@?[^\s:,]{1,40}\s*[:,])+/;

/** Whether a line only repeats what somebody wrote, whomever it names in front: then it is better shown as theirs. */
function isCopy(line: string, messages: readonly TalkMessage[]): boolean {
  const words = plain(line.replace(NAMES, ""));
  return messages.some(({ author, text }) => plain(`${author.name}: ${text}`).includes(words));
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function oneLine(text: string, longest: number): string {
  const line = withoutUnseen(text).replaceAll(/\s+/g, " ").trim();
  return line.length <= longest ? line : `${line.slice(0, longest).toWellFormed()}…`;
}
