import { hash } from "node:crypto";
import type { Answer, Passage } from "../chat.ts";
import { createCiter, type Carrier } from "./cite.ts";
import { sentencesOf } from "../knowledge/sentences.ts";
import { piecesOf } from "./write-pieces.ts";

/** By what a stretch of text is known again without keeping it: its length, a hash that can be rolled along a text, and SHA-256. */
export interface Fingerprint {
  readonly length: number;
  readonly rolling: number;
  readonly sha256: string;
}

/** A passage that an answer was taken from, and the stretches of it that have to stand for the answer to stand. */
export interface Taken {
  readonly passage: Passage;
  readonly stretches: readonly Fingerprint[];
}

const BASE = 0x01000193;

/**
 * What an answer was taken from: of each passage the quoted sentences, and those that carry what a model wrote; all of a passage
 * that is marked and of which neither is known. Passages that are only shown do not count. Pure.
 */
export function takenFrom(answer: Answer): readonly Taken[] {
  if (answer.kind !== "quoted" && answer.kind !== "cited") return [];
  const ranges = answer.quotes.map(({ passage, ranges: own }) => [passage, own] as const);
  const places = Map.groupBy([...ranges, ...(answer.kind === "cited" ? carriedIn(answer) : [])], ([place]) => place);
  return answer.passages.flatMap((passage, place) => {
    const own = places.get(place)?.flatMap(([, found]) => found);
    if (!own) return [];
    const texts = own.map(([start, end]) => passage.text.slice(start, end)).filter((text) => plain(text) !== "");
    const stretches = [...new Set(texts.length > 0 ? texts : [passage.text])].map(fingerprintOf);
    return [{ passage, stretches }];
  });
}

/** The passages that a model's sentences are marked with, each with the ranges that carry them; without any where they are not found. */
function carriedIn({ text, passages }: Extract<Answer, { kind: "cited" }>) {
  const citer = createCiter(passages);
  const sentences = passages.map((passage) => sentencesOf(passage.text).map(({ range }) => range));
  const found: (readonly [place: number, ranges: readonly (readonly [number, number])[]])[] = [];
  let after: Carrier | undefined;
  for (const piece of piecesOf(text, { isWhole: true })) {
    const marks = piece.marks.map((mark) => mark - 1);
    const carriers = piece.kind === "code" ? citer.checkCode(piece.text) : citer.check(piece.text, { marks, after });
    for (const { passage, first, last } of carriers) {
      found.push([passage, sentences[passage]?.slice(first, last + 1) ?? []]);
    }
    const isKnown = new Set(carriers.map(({ passage }) => passage));
    for (const mark of marks) if (!isKnown.has(mark)) found.push([mark, []]);
    after = carriers.at(-1) ?? after;
  }
  return found;
}

/** The fingerprint of a text, whatever white space stands between its words. Pure. */
export function fingerprintOf(text: string): Fingerprint {
  const words = plain(text);
  return { length: words.length, rolling: rollingOf(words), sha256: hash("sha256", words) };
}

/** Tells whether a stretch stands in a text, word for word. Time grows with the text for each new stretch. Pure. */
export function standingIn(text: string): (stretch: Fingerprint) => boolean {
  const words = plain(text);
  const known = new Map<string, boolean>();
  return (stretch) => {
    const stands = known.get(stretch.sha256) ?? standsIn(words, stretch);
    known.set(stretch.sha256, stands);
    return stands;
  };
}

/** Rolls a window of the stretch's length along the text, and looks closer where the cheap hash is the same. */
function standsIn(words: string, { length, rolling, sha256 }: Fingerprint): boolean {
  if (length > words.length) return false;
  let leading = 1;
  for (let place = 1; place < length; place += 1) leading = Math.imul(leading, BASE);
  let rolled = rollingOf(words.slice(0, length));
  for (let start = 0; ; start += 1) {
    const end = start + length;
    if (rolled === rolling && hash("sha256", words.slice(start, end)) === sha256) return true;
    if (end >= words.length) return false;
    const rest = rolled - Math.imul(words.charCodeAt(start), leading);
    rolled = (Math.imul(rest, BASE) + words.charCodeAt(end)) | 0;
  }
}

function rollingOf(words: string): number {
  let rolled = 0;
  for (let place = 0; place < words.length; place += 1) {
    rolled = (Math.imul(rolled, BASE) + words.charCodeAt(place)) | 0;
  }
  return rolled;
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
