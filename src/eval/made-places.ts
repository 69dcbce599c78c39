import type { Passage } from "../chat.ts";

/** A sentence that a question can be made from: where it stands, and the one number or name in it. */
export interface Place {
  readonly path: string;
  /** The heading, with the document's title before it where the heading alone does not say which. */
  readonly label: string;
  readonly sentence: string;
  readonly key: { readonly kind: "number" | "name"; readonly text: string };
}

/** A name in more documents than these is what everything is about, and no answer. */
const MOST_DOCUMENTS = 3;
const FEWEST_WORDS = 6;
const MOST_WORDS = 30;
const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
/** Sentences that lean on the one before them. */
const LEANS =
  /^(?:it|this|that|these|those|they|he|she|we|i|his|her|its|their|such|also|but|and|or|so|then|however|therefore|instead|otherwise|here|there|for example|if so|both|each|es|dies|das|er|sie|el|ella|esto|eso|cela|il|elle)\b/i;
/** No sentences of a text: code, tables, lists' marks, headings, quotes, HTML, and lines of settings. */
const NO_TEXT = /^\s*(?:[|#>`~<:]|!\[|import\s|export\s|\w+:\s*$)/;

/** Every sentence that stands in one document alone and holds one number or name, under a heading. Pure. */
export function placesOf(passages: readonly Passage[]): Place[] {
  const documents = (of: (passage: Passage) => readonly string[]) => {
    const pairs = passages.flatMap((passage) => of(passage).map((what) => [what, passage.path] as const));
    const groups = Map.groupBy(pairs, ([what]) => what.toLowerCase());
    return (what: string) => new Set(groups.get(what.toLowerCase())?.map(([, path]) => path)).size;
  };
  const withHeading = documents((passage) => [headingOf(passage)]);
  const withSentence = documents(({ text }) => sentencesOf(text));
  const withName = documents(({ text }) => sentencesOf(text).flatMap(namesIn));
  return passages.flatMap((passage) => {
    const heading = headingOf(passage);
    const label = withHeading(heading) > 1 && heading !== passage.title ? `${passage.title}, ${heading}` : heading;
    return sentencesOf(passage.text).flatMap((sentence) => {
      const key = label === "" || withSentence(sentence) > 1 ? undefined : keyOf(sentence);
      const isCommon = key?.kind === "name" && withName(key.text) > MOST_DOCUMENTS;
      return key && !isCommon ? [{ path: passage.path, label, sentence, key }] : [];
    });
  });
}

function headingOf({ headings, title }: Passage): string {
  return plain(headings.at(-1) ?? title);
}

/** The whole sentences of a passage's paragraphs, as people read them. */
function sentencesOf(markdown: string): string[] {
  return markdown
    .replaceAll(/^(`{3,}|~{3,})[\s\S]*?^\1.*$/gm, "")
    .split(/\n\s*\n/)
    .filter((block) => !NO_TEXT.test(block))
    .map((block) => plain(block.replaceAll(/\n\s*/g, " ")))
    .filter((block) => !/^\s*(?:[-*+]|\d+[.)])\s/.test(block))
    .flatMap((block) => Array.from(segmenter.segment(block), ({ segment }) => segment.trim()))
    .filter(isWhole);
}

function isWhole(sentence: string): boolean {
  const words = sentence.split(/\s+/).length;
  if (words < FEWEST_WORDS || words > MOST_WORDS || /\b(?:e\.g|i\.e|etc)\.$/.test(sentence)) return false;
  return (
    /^\p{Lu}/u.test(sentence) && /[^.(][.!。]$/.test(sentence) && !LEANS.test(sentence) && !/[[\]{}<>|`]/.test(sentence)
  );
}

/** Links as their words, without marks of emphasis. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^()]*\)/g, "$1")
    .replaceAll(/(\*\*|__|[*_])(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .trim();
}

/** The only number of a sentence, or else its only name. */
function keyOf(sentence: string): Place["key"] | undefined {
  const numbers = sentence.match(/(?<=\s)\d+(?:[.,]\d+)*(?=[\s.,;)])/gu) ?? [];
  const [number] = numbers;
  if (number !== undefined) {
    // A part of a date, a version or an address is a number that nobody asks for.
    return numbers.length === 1 && sentence.match(/\d+/g)?.length === number.match(/\d+/g)?.length
      ? { kind: "number", text: number }
      : undefined;
  }
  if (/\d/.test(sentence)) return undefined;
  const names = namesIn(sentence);
  const [name] = names;
  if (name === undefined || names.length > 1 || name.length < 3 || !/^[\s.,;)]/.test(sentence.split(name)[1] ?? ""))
    return undefined;
  // Where every noun begins with a capital, as in German, a capital says nothing.
  return sentence.split(name).length === 2 ? { kind: "name", text: name } : undefined;
}

/** Words with a capital behind a word without one. */
function namesIn(sentence: string): string[] {
  return [...sentence.matchAll(/(?<=(?<![\p{L}\p{N}])\p{Ll}+,?\s)\p{Lu}[\p{L}\p{N}]+(?:\s\p{Lu}[\p{L}\p{N}]+)*/gu)].map(
    ([name]) => name,
  );
}
