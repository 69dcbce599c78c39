import { stemmer } from "@orama/stemmers/english";

/** Scripts that write no spaces between words: Unicode's rules have to find them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
const known = new Map<string, string>();
const MOST_KNOWN = 50_000;

/** A word of a text, its stem, and where it stands. */
export interface Word {
  readonly word: string;
  readonly stem: string;
  readonly start: number;
  readonly end: number;
}

/** The words of a text in order, in lower case and without accents, with English stems as the passage index makes them. */
export function wordsOf(text: string): Word[] {
  const found: Word[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (!UNSPACED.test(match[0])) found.push(toWord(match[0], match.index));
    else
      for (const { segment, index, isWordLike } of segmenter.segment(match[0]))
        if (isWordLike) found.push(toWord(segment, match.index + index));
  }
  return found;
}

/** The stem of one word. */
export function stemOf(word: string): string {
  const plain = word.toLowerCase().normalize("NFD").replaceAll(/\p{M}/gu, "");
  const before = known.get(plain);
  if (before !== undefined) return before;
  const stem = /^[a-z]+$/.test(plain) ? stemmer(plain) : plain;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(plain, stem);
  return stem;
}

function toWord(text: string, start: number): Word {
  return { word: text.toLowerCase(), stem: stemOf(text), start, end: start + text.length };
}
