import type { AttachedFile, Passage, Quote } from "../chat.ts";
import { cleanQuestion } from "../knowledge/clean-question.ts";
import { sentencesOf, type Sentence } from "../knowledge/sentences.ts";
import { countWords } from "../knowledge/split-block.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import type { QuotedAnswer } from "./brain.ts";
import { MOST_WORDS } from "./quote.ts";
import { partsOf } from "./sentence-parts.ts";

/** A question that came with files. */
interface Asking {
  /** What is to be looked for: without what only points at the files. */
  readonly text: string;
  /** Whether it asks what the files say, rather than what is known. */
  readonly isAboutFiles: boolean;
  /** Whether there is nothing to be looked for, so that the files' beginnings are all there is to show. */
  readonly saysNothing: boolean;
}

const KIND = String.raw`(?:files?|documents?|attachments?|pdfs?|spreadsheets?|presentations?|slides|decks?|reports?|letters?|contracts?|uploads?)`;
/** How people point at what they attach. English, as the words of grammar are. */
const POINTS_AT_FILE = new RegExp(
  String.raw`\b(?:(?:in|from|of|to|at)\s+)?(?:(?:the|this|that|these|those|my)\s+(?:(?:attached|enclosed|uploaded|following|pdf|word|excel|text|csv)\s+)*${KIND}|(?:attached|enclosed|uploaded)(?:\s+${KIND})?|attachments?)\b`,
  "gi",
);
/** Asks for what a thing says that is not named: with a file beside it, that file. */
const WHAT_IT_SAYS =
  /\b(?:does|do|did|is|are) (?:it|this|that|they|these) (?:say|mention|contain|state|about)\b|\bsummar(?:y|i[sz]e|ies)\b|\btl;?dr\b/gi;
const SAYS = /\b(?:says?|said|saying|mention(?:s|ed)?|contain(?:s|ed)?|states?|stated)\b/gi;
/** Words that ask for all of a file, or for nothing. */
const ASKS_FOR_ALL = new Set(
  "explain describe overview read see look check point points main key brief briefly short content contents inside open give write written summary summarize summarise tldr translate review analyze analyse text page pages whole".split(
    " ",
  ),
);

/** What a question that came with these files asks. Without files it is as it stands. Pure. */
export function readAsking(text: string, files: readonly AttachedFile[]): Asking {
  if (files.length === 0) return { text, isAboutFiles: false, saysNothing: false };
  const unnamed = files.reduce((left, { name }) => left.replaceAll(name, " "), text);
  const left = unnamed.replaceAll(POINTS_AT_FILE, " ").replaceAll(WHAT_IT_SAYS, " ");
  const isAboutFiles = left !== text;
  const asked = isAboutFiles ? left.replaceAll(SAYS, " ") : text;
  const content = wordsOf(cleanQuestion(asked)).filter(
    ({ word, stem }) => !isFunctionWord(stem) && !ASKS_FOR_ALL.has(word),
  );
  const saysNothing = content.length === 0 && !/\d/.test(asked);
  return { text: saysNothing ? text : asked.trim(), isAboutFiles, saysNothing };
}

/** The beginnings of files, quoted: of each as much as fits. Undefined where none has a sentence. Pure. */
export function beginningOf(beginnings: readonly (readonly Passage[])[]): QuotedAnswer | undefined {
  const room = Math.floor(MOST_WORDS / Math.max(1, beginnings.length));
  const passages: Passage[] = [];
  const quotes: Quote[] = [];
  for (const file of beginnings) {
    let words = 0;
    const taken = file.flatMap((passage) =>
      sentencesOf(passage.text)
        .flatMap((sentence) => partsOf(sentence, passage.text))
        .flatMap((sentence) => {
          words += countWords(sentence.text);
          return words <= room ? [{ passage, sentence }] : [];
        }),
    );
    for (const { passage, sentence } of taken) {
      if (passages.at(-1) !== passage) passages.push(passage);
      quotes.push(toQuote(sentence, passages.length - 1));
    }
  }
  const [firstQuote, ...quotesAfter] = quotes;
  const [firstPassage, ...passagesAfter] = passages;
  if (!firstQuote || !firstPassage) return undefined;
  return { kind: "quoted", quotes: [firstQuote, ...quotesAfter], passages: [firstPassage, ...passagesAfter] };
}

function toQuote({ kind, text, range, context }: Sentence, passage: number): Quote {
  const header = kind === "row" && context ? [context.range] : [];
  return { passage, text: text.trimStart(), ranges: [...header, range] };
}
