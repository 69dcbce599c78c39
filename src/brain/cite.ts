import type { Passage } from "../chat.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { isCarried, type Stretch } from "./cite-align.ts";
import { claimWordsOf, type ClaimWord } from "./cite-words.ts";
import { readable, sentencesOf, type Sentence } from "../knowledge/sentences.ts";

/** A stretch of a passage that carries a sentence: which passage, and its first and last sentence there. */
export interface Carrier {
  readonly passage: number;
  readonly first: number;
  readonly last: number;
  /** What leads into it there and is not said by the sentence: it has to be said in front of it. */
  readonly leadIn?: string;
}

/** Checks sentences against the passages that a model was given. */
export interface Citer {
  /**
   * The passages that carry a sentence, those it names first; empty when none does. `after` is what carried the sentence before it,
   * which "it" or "this" at its beginning needs.
   */
  check(
    sentence: string,
    options: { readonly marks: readonly number[]; readonly after?: Carrier | undefined },
  ): readonly Carrier[];
  /** The passages in which every line of a piece of code stands. */
  checkCode(code: string): readonly Carrier[];
}

/** Neighbouring items of one list are one sentence; more of them than this are not read together. */
const ITEMS_TOGETHER = 6;
/** Text counts as English when so large a share of its words are words of English grammar. */
const ENGLISH_SHARE = 0.15;
/** Words at the beginning of a sentence that lean on the sentence before. */
const LEANS =
  /^(?:it|its|they|them|their|this|that|these|those|he|she|his|her|such|there|then|so|but|and|or|however|otherwise|instead|therefore|thus|also|both|neither|either|else|same|in that case|if so|if not)\b/i;

interface Placed extends Stretch {
  readonly first: number;
  readonly last: number;
  /** How its first sentence begins. */
  readonly begins: string;
  readonly leadIn?: string;
}

/** A check of sentences against passages. Strict: what is not clearly said in one place of one passage is not said. Pure. */
export function createCiter(passages: readonly Passage[]): Citer {
  const stretches = passages.map(stretchesOf);
  const carrierIn = (
    passage: number,
    words: readonly ClaimWord[],
    given: { by: string | undefined; after: Carrier | undefined; isEnded: boolean },
  ) => {
    const found = stretches[passage]?.find(
      (stretch) => isHeld(stretch, { ...given, passage }) && isCarried(words, stretch, given),
    );
    if (!found) return undefined;
    const { first, last, leadIn } = found;
    return { passage, first, last, ...(leadIn !== undefined && { leadIn }) };
  };
  return {
    check(sentence, { marks, after }) {
      const text = readable(sentence);
      const words = claimWordsOf(text);
      if (/[?？]\s*$/.test(text) || !words.some(({ kind }) => kind !== "limit")) return [];
      // What does not end may have been cut off: then nothing may be left out.
      const isEnded = /[.!。！…]["'”’)\]]*$/.test(text);
      const by = leaningWord(text);
      const inOrder = [...new Set([...marks, ...passages.keys()])].filter((place) => place in passages);
      const carriers = inOrder.flatMap((place) => carrierIn(place, words, { by, after, isEnded }) ?? []);
      const named = carriers.filter(({ passage }) => marks.includes(passage));
      return named.length > 0 ? named : carriers.slice(0, 1);
    },
    checkCode(code) {
      const lines = linesOf(code);
      const carriers = passages.flatMap(({ text }, passage) => {
        const sentences = withWholeContext(sentencesOf(text));
        const place = sentences.findIndex(({ range }) => holdsLines(text.slice(...range), lines));
        const leadIn = sentences[place]?.context?.text;
        return place < 0 ? [] : [{ passage, first: place, last: place, ...(leadIn !== undefined && { leadIn }) }];
      });
      return lines.length === 0 ? [] : carriers.slice(0, 1);
    },
  };
}

/** The word by which a text leans on what was said before it; "IT" is a name. */
function leaningWord(text: string): string | undefined {
  const word = LEANS.exec(text)?.[0];
  return word !== undefined && /^\p{Lu}{2,}$/u.test(word) ? undefined : word?.toLowerCase();
}

/** What leans on the sentence before has to do so in the passage too, behind the very sentence that was said before. */
function isHeld(
  stretch: Placed,
  {
    by,
    after,
    passage,
  }: { readonly by: string | undefined; readonly after: Carrier | undefined; readonly passage: number },
): boolean {
  // What "it" is there must not be filled in here.
  if (by === undefined) return leaningWord(stretch.begins) === undefined;
  const isNext = after?.passage === passage && after.last === stretch.first - 1;
  return isNext && stretch.begins.toLowerCase().startsWith(by);
}

/** Every sentence by itself, every two neighbours, and the neighbouring items of a list together. */
function stretchesOf(passage: Passage): Placed[] {
  const above = [passage.title, ...passage.headings].map((heading) => claimWordsOf(readable(heading)));
  const sentences = withWholeContext(sentencesOf(passage.text));
  const isEnglish = isEnglishText(passage.text);
  const toStretches = (first: number, last: number): Placed[] => {
    const own = sentences.slice(first, last + 1);
    const begins = own[0]?.text ?? "";
    return readingsOf(own).map(({ text, leadIn }) => {
      return {
        above,
        words: claimWordsOf(text),
        isEnglish,
        first,
        last,
        begins,
        ...(leadIn !== undefined && { leadIn }),
      };
    });
  };
  const singles = sentences.flatMap((_, place) => toStretches(place, place));
  const pairs = sentences.slice(1).flatMap((_, place) => toStretches(place, place + 1));
  const lists = sentences.flatMap((sentence, place) => {
    const end = endOfItems(sentences, place);
    return sentence.kind === "item" && end > place + 1 ? toStretches(place, end) : [];
  });
  return [...singles, ...pairs, ...lists];
}

/** What leads into an item, with what leads into that: "You must not:", "On laptops:", "install games". */
function withWholeContext(sentences: readonly Sentence[]): Sentence[] {
  const whole: Sentence[] = [];
  for (const sentence of sentences) {
    const { context } = sentence;
    const leading = context && whole.find(({ range }) => range[0] === context.range[0])?.context;
    whole.push(leading ? { ...sentence, context: { ...context, text: `${leading.text} ${context.text}` } } : sentence);
  }
  return whole;
}

function endOfItems(sentences: readonly Sentence[], from: number): number {
  const context = sentences[from]?.context?.range[0];
  const rest = sentences.slice(from, from + ITEMS_TOGETHER);
  const other = rest.findIndex(({ kind, context: own }) => kind !== "item" || own?.range[0] !== context);
  return from + (other < 0 ? rest.length : other) - 1;
}

/** A row's cells behind their headers, before them, or without: the first as one likes, and the others. */
function readingsOfRow(row: string): string[] {
  const cells = row.split("; ").map((cell) => /^([^:]+): (.+)$/s.exec(cell)?.slice(1) ?? [cell]);
  const forms = [
    (header: string, value: string) => `${header} ${value}`,
    (header: string, value: string) => `${value} ${header}`,
    (_: string, value: string) => value,
  ];
  const say = (cell: readonly string[], form = forms[2]) => {
    const [header = "", value] = cell;
    return value === undefined || !form ? header : form(header, value);
  };
  return forms.flatMap((first) =>
    forms.map((rest) => cells.map((cell, at) => say(cell, at === 0 ? first : rest)).join("; ")),
  );
}

/**
 * The ways to read sentences as one text: items with what leads into them, or without it where it can be said in front; a row's cells
 * behind their headers or before them.
 */
function readingsOf(sentences: readonly Sentence[]): { readonly text: string; readonly leadIn?: string }[] {
  const [start] = sentences;
  const texts = sentences.map(({ text }) => text);
  const flat = texts.join(" \n ");
  const context = start?.context?.text;
  const isLed =
    (start?.kind === "item" || start?.kind === "code") &&
    sentences.every((one) => one.kind === start.kind && one.context?.text === context);
  if (context !== undefined && isLed) return [{ text: `${context} ${flat}` }, { text: flat, leadIn: context }];
  if (start?.kind === "row") return sentences.length > 1 ? [] : readingsOfRow(start.text).map((text) => ({ text }));
  if (sentences.some(({ kind }) => kind === "row")) return [];
  const leads = sentences.map(({ context: own }, place) => {
    const isSaid = own === undefined || sentences[place - 1]?.text === own.text;
    return isSaid ? "" : `${own.text} `;
  });
  return [{ text: texts.map((text, place) => (leads[place] ?? "") + text).join(" \n ") }];
}

function isEnglishText(text: string): boolean {
  const words = wordsOf(text);
  return words.filter(({ stem }) => isFunctionWord(stem)).length >= ENGLISH_SHARE * words.length;
}

/** Whether lines stand in a text one after the other, none changed. */
function holdsLines(text: string, lines: readonly string[]): boolean {
  const own = linesOf(text);
  const start = own.indexOf(lines[0] ?? "");
  return start >= 0 && lines.every((line, index) => own[start + index] === line);
}

function linesOf(code: string): string[] {
  return code
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
