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
  const isSpaced = !UNSPACED.test(text);
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (isSpaced || !UNSPACED.test(match[0])) found.push(toWord(match[0], match.index));
    else
      for (const { segment, index, isWordLike } of segmenter.segment(match[0]))
        if (isWordLike) found.push(toWord(segment, match.index + index));
  }
  return found;
}

/** The stem of one word. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase();
  const before = known.get(lower);
  if (before !== undefined) return before;
  const plain = /^[a-z0-9]*$/.test(lower) ? lower : withoutAccents(lower);
  const stem = /^[a-z]+$/.test(plain) ? stemmer(plain) : plain;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(lower, stem);
  return stem;
}

/** Marks that are left out in writing: accents of Latin, Greek and Cyrillic, points of Hebrew, vowels of Arabic. Elsewhere (as in Hindi or Thai) marks are vowels. */
// oxlint-disable-next-line no-misleading-character-class -- each of them is meant by itself
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/g;
/** Letters that are often written as others: Latin ones that many keyboards lack, and Arabic and Persian forms of one letter. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  ى: "ي",
  ی: "ي",
  ک: "ك",
  ة: "ه",
};

/** One form for what is typed in several: full width and half width, with and without accents. */
function withoutAccents(word: string): string {
  const plain = word.normalize("NFKD").replaceAll(ACCENTS, "").normalize("NFC");
  return plain.replaceAll(/[ßæœøđðþłıىیکة]/g, (letter) => PLAIN[letter] ?? letter);
}

function toWord(text: string, start: number): Word {
  return { word: text.toLowerCase(), stem: stemOf(text), start, end: start + text.length };
}
