import { createHash } from "node:crypto";
import type { Passage, Quote, Turn } from "../chat.ts";
import { withoutUnseen } from "../unseen.ts";
import { readable, sentencesOf } from "../knowledge/sentences.ts";
import { dayOf } from "./talk-passages.ts";

/** Passages in one prompt, and tokens of each: reading them is most of the time that an answer takes. */
export const MOST_PASSAGES = 4;
const PASSAGE_TOKENS = 250;
/** A passage cut shorter than this says nothing. */
const FEWEST_TOKENS = 40;
const TALK_TOKENS = 200;
/** Tokens of the chat's own format, of marks, and of what counting piece by piece misses. */
const FRAME_TOKENS = 96;
const LONGEST_PLACE = 160;
const LONGEST_QUESTION = 2_000;
const LONGEST_TURN = 600;

/** A line of a passage as it stands in a prompt: a sentence, an item, a row, code. */
export interface Line {
  readonly text: string;
  readonly range: readonly [start: number, end: number];
  /** What parts it from the line before. */
  readonly gap: " " | "\n";
}

/** What may stand in a prompt, and how many tokens each part has. */
export interface Material {
  readonly question: string;
  /** Oldest first. */
  readonly turns: readonly Turn[];
  readonly passages: readonly Passage[];
  readonly quotes: readonly Quote[];
  /** The number of each passage, counted from 1 through a whole conversation. */
  readonly numbers: readonly number[];
  /** Which passages stand in an earlier message of the conversation already. */
  readonly shown: ReadonlySet<number>;
}

/** A prompt's parts that were fitted in: the last message, and what was left out. */
export interface Fitted {
  readonly message: string;
  readonly tokens: number;
  /** Places in `passages` of those that the message holds. */
  readonly held: readonly number[];
  readonly leftOut: { readonly passages: number; readonly turns: number };
}

/** A passage as lines that read well: no Markdown, nothing unseen. Pure. */
export function linesOf({ text }: Pick<Passage, "text">): Line[] {
  return sentencesOf(text).map(({ kind, text: own, range }, place, all) => ({
    text: (kind === "item" ? "- " : "") + withoutUnseen(own),
    range,
    gap: kind === "sentence" && all[place - 1]?.kind === "sentence" ? " " : "\n",
  }));
}

/** All texts of a prompt whose tokens have to be counted, in the order that `fitPrompt` takes the counts in. Pure. */
export function textsToCount(material: Material): string[] {
  const { turns, passages } = material;
  return [
    askedIn(material),
    ...turns.map(toTalk),
    ...passages.flatMap((passage, place) => textsOf(passage, material.numbers[place] ?? 0)),
  ];
}

/**
 * Fits the question, its passages and the talk before it into `room` tokens: the question whole, then each passage's lines around
 * what is quoted from it, then the last turns. Pure.
 */
export function fitPrompt(
  material: Material,
  { counts, room, id }: { readonly counts: readonly number[]; readonly room: number; readonly id: string },
): Fitted {
  const { turns, passages, shown } = material;
  const [asked = 0, ...rest] = counts;
  const talk = fitTalk(turns, rest.slice(0, turns.length), Math.min(TALK_TOKENS, Math.max(0, room - asked) / 4));
  let left = room - asked - FRAME_TOKENS - talk.tokens;
  let from = turns.length;
  const held: { readonly place: number; readonly text: string }[] = [];
  for (const [place, passage] of passages.entries()) {
    const lines = linesOf(passage);
    const [head = 0, ...own] = rest.slice(from, (from += lines.length + 1));
    if (shown.has(place) || held.length === MOST_PASSAGES) continue;
    const most = Math.min(PASSAGE_TOKENS, left - head);
    if (most < FEWEST_TOKENS) continue;
    const cut = cutLines(lines, { tokens: own, quotes: quotesIn(material, place), most });
    if (cut.text === "") continue;
    left -= head + cut.tokens;
    held.push({ place, text: `${placeOf(passage, material.numbers[place] ?? 0)}\n${cut.text}` });
  }
  const leftOut = passages.length - held.length - shown.size;
  return {
    message: messageOf({ documents: held.map(({ text }) => text), talk: talk.text, asked: askedIn(material), id }),
    tokens: room - left,
    held: held.map(({ place }) => place),
    leftOut: { passages: leftOut, turns: turns.length - talk.turns },
  };
}

function messageOf(given: {
  readonly documents: readonly string[];
  readonly talk: string;
  readonly asked: string;
  readonly id: string;
}): string {
  // No document can end the part that is data: it cannot know the question's id.
  const mark = `documents ${createHash("sha256").update(given.id).digest("hex").slice(0, 6)}`;
  const data = given.documents.length > 0 ? `<${mark}>\n${given.documents.join("\n\n")}\n</${mark}>` : "";
  return [data, given.talk, given.asked].filter((part) => part !== "").join("\n\n");
}

function askedIn({ question }: Material): string {
  return `Question: ${oneLine(question, LONGEST_QUESTION)}\nWhich sentences answer it?`;
}

function textsOf(passage: Passage, number: number): string[] {
  return [placeOf(passage, number), ...linesOf(passage).map(({ text }) => text)];
}

function placeOf({ title, headings, said }: Passage, number: number): string {
  if (said) return `Document ${number}: a chat message by ${oneLine(said.by, LONGEST_PLACE)} on ${dayOf(said.at)}`;
  return `Document ${number}: ${oneLine([title, ...headings].map(readable).join(" > "), LONGEST_PLACE)}`;
}

/** The last turns that fit, as lines. */
function fitTalk(turns: readonly Turn[], tokens: readonly number[], most: number) {
  let used = 0;
  let first = turns.length;
  while (first > 0 && used + (tokens[first - 1] ?? 0) <= most) used += tokens[--first] ?? 0;
  const kept = turns.slice(first);
  const text = kept.length > 0 ? `Said before:\n${kept.map(toTalk).join("\n")}` : "";
  return { text, tokens: used, turns: kept.length };
}

function toTalk({ role, text }: Turn): string {
  return `${role === "user" ? "Asked" : "Answered"}: ${oneLine(text, LONGEST_TURN)}`;
}

/** As many lines as fit: those that are quoted first, then what stands around them, in order and without a gap. */
function cutLines(
  lines: readonly Line[],
  given: { readonly tokens: readonly number[]; readonly quotes: readonly Quote[]; readonly most: number },
): { readonly text: string; readonly tokens: number } {
  const costs = lines.map((_, place) => (given.tokens[place] ?? 0) + 1);
  const quoted = lines.findIndex(({ range }) =>
    given.quotes.some(({ ranges }) => ranges.some((one) => one[0] === range[0])),
  );
  let from = Math.max(0, quoted);
  let to = from;
  let used = 0;
  for (;;) {
    const after = costs[to];
    const before = costs[from - 1];
    if (after !== undefined && used + after <= given.most) {
      used += after;
      to += 1;
    } else if (to > from && before !== undefined && used + before <= given.most) {
      used += before;
      from -= 1;
    } else break;
  }
  const text = lines
    .slice(from, to)
    .reduce((whole, line) => (whole === "" ? line.text : whole + line.gap + line.text), "");
  return { text, tokens: used };
}

function quotesIn({ quotes }: Material, place: number): readonly Quote[] {
  return quotes.filter(({ passage }) => passage === place);
}

function oneLine(text: string, longest: number): string {
  const line = withoutUnseen(text).replaceAll(/\s+/g, " ").trim();
  return line.length <= longest ? line : `${line.slice(0, longest).toWellFormed()}…`;
}
