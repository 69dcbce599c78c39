import { countWords } from "../knowledge/split-block.ts";
import { hideMarks, ITEM, readable, textSentences, trimmed, type Sentence } from "../knowledge/sentences.ts";

/** An item longer than this is quoted by the sentence. */
const LONG_ITEM = 25;
/** What is longer than this is never quoted whole, and its parts have at most so many words. */
const LONG = 45;
const PART = 30;
/** Where a sentence can be cut so that both sides can be read. */
const CLAUSE = /[;:,–—]\s+|\s[–—-]\s+/g;

/**
 * What can be quoted of a sentence, an item, a row or code that stands in a passage's Markdown: itself, or where it is long its sentences,
 * clauses, cells (each with the first one) or lines. Ranges cut the words that are shown, those of cells the whole row. Pure.
 */
export function partsOf(sentence: Sentence, markdown: string): readonly Sentence[] {
  const words = countWords(sentence.text);
  if (sentence.kind === "item" && words > LONG_ITEM) return partsOfItem(sentence, markdown);
  if (words <= LONG) return [sentence];
  if (sentence.kind === "code") return partsOfCode(sentence, markdown);
  if (sentence.kind === "row") return partsOfRow(sentence);
  return clausesOf(sentence, markdown);
}

function partsOfItem(item: Sentence, markdown: string): Sentence[] {
  const whole = markdown.slice(...item.range);
  const text = whole.replace(ITEM, "");
  const sentences = textSentences({ text, start: item.range[1] - text.length });
  return sentences
    .map((part) => ({ ...part, kind: "item" as const, ...(item.context && { context: item.context }) }))
    .flatMap((part) => (countWords(part.text) > LONG ? clausesOf(part, markdown) : [part]));
}

/** Neighbouring clauses together while they are short enough; an ellipsis stands where the sentence goes on. */
function clausesOf(sentence: Sentence, markdown: string): Sentence[] {
  const [start, end] = sentence.range;
  const text = markdown.slice(start, end);
  const ends = [...hideMarks(text).matchAll(CLAUSE)].map((mark) => mark.index + mark[0].length);
  const pieces = packed(slicesAt(text, [...ends, text.length]), "");
  let offset = start;
  return pieces.map((piece, index) => {
    const range = trimmed(piece, offset);
    offset += piece.length;
    const shown = readable(piece);
    return { ...sentence, range, text: `${index > 0 ? "… " : ""}${shown}${index < pieces.length - 1 ? " …" : ""}` };
  });
}

function slicesAt(text: string, ends: readonly number[]): string[] {
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end)).filter((slice) => slice !== "");
}

/** The first cell names what a row is about, so that it stands in front of each part. */
function partsOfRow(row: Sentence): Sentence[] {
  const [name = "", ...cells] = row.text.split("; ");
  const sentences = (text: string) =>
    countWords(text) > PART ? textSentences({ text, start: 0 }).map((of) => of.text) : [text];
  if (countWords(name) > PART) return packed(sentences(row.text), " ").map((text) => ({ ...row, text }));
  return packed(cells.flatMap(sentences), "; ").map((text) => ({ ...row, text: `${name}; ${text}` }));
}

/** Lines that stand together, as many as fit. */
function partsOfCode(code: Sentence, markdown: string): Sentence[] {
  const from = markdown.slice(...code.range).indexOf(code.text);
  let offset = code.range[0] + Math.max(0, from);
  return packed(code.text.split(/(?<=\n)/), "").flatMap((lines) => {
    const range = trimmed(lines, offset);
    offset += lines.length;
    const text = lines.trim();
    return text === "" ? [] : [{ ...code, text, range }];
  });
}

/** Neighbours joined while they have at most 30 words together. */
function packed(pieces: readonly string[], between: string): string[] {
  return pieces.reduce<string[]>((done, piece) => {
    const last = done.at(-1);
    const joined = `${last}${between}${piece}`;
    return last !== undefined && countWords(joined) <= PART ? [...done.slice(0, -1), joined] : [...done, piece];
  }, []);
}
