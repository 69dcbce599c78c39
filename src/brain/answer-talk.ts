import type { Answer, Passage, Quote } from "../chat.ts";
import { countWords } from "../knowledge/split-block.ts";
import { sentencesOf, type Range } from "../knowledge/sentences.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import type { QuotedAnswer } from "./brain.ts";
import type { Recalled } from "./channel-brain.ts";

/**
 * How much of a question's subject has to be talked about in or around the best two messages for talk to answer it: where the question
 * asks for talk (fitted on the memory questions), where it does not and documents hold nothing either (what any talk covers of the
 * documents' questions is mostly less), and for talk to stand beside what documents answer. docs/digests.md says how well they do.
 */
const [ASKED_FOR, NOT_ASKED_FOR, BESIDE] = [0.25, 0.5, 0.9];
/** Messages that an answer is taken from, at most, and words of all of them, of one, and of what stands second. */
export const MOST_MESSAGES = 5;
const MOST_WORDS = 80;
const LONGEST_MESSAGE = 40;
const BESIDE_WORDS = 30;

/**
 * The answer from documents and talk together: what asks for talk is answered from it first, everything else from documents first;
 * the one stands behind the other where both hold something. Where neither does, it names what is nearest. Pure.
 */
export function withTalk(fromDocuments: Answer, recalled: Recalled, question: string): Answer {
  if (fromDocuments.kind !== "quoted" && fromDocuments.kind !== "unknown") return fromDocuments;
  const said = recalled.hits.map(({ passage }) => passage);
  const { coverage, asksForTalk } = recalled;
  const isHeld = said.length > 0 && coverage >= (asksForTalk ? ASKED_FOR : NOT_ASKED_FOR);
  if (fromDocuments.kind === "unknown") {
    const answer = isHeld ? quoted(quotesOf(said, question, MOST_WORDS)) : undefined;
    return answer ?? { kind: "unknown", nearest: nearestOf(fromDocuments.nearest, recalled) };
  }
  if (isHeld && asksForTalk) {
    return together(quotesOf(said, question, MOST_WORDS), upTo(BESIDE_WORDS, fromDocuments)) ?? fromDocuments;
  }
  if (!isHeld || coverage < BESIDE) return fromDocuments;
  return together(fromDocuments, quotesOf(said, question, BESIDE_WORDS)) ?? fromDocuments;
}

/** The nearest places in documents, and the nearest messages where they have to do with the question: these first where it asks for them. */
function nearestOf(inDocuments: readonly Passage[], { hits, coverage, asksForTalk }: Recalled): Passage[] {
  const said = coverage >= ASKED_FOR ? hits.slice(0, MOST_MESSAGES).map(({ passage }) => passage) : [];
  return asksForTalk ? [...said, ...inDocuments] : [...inDocuments, ...said];
}

interface Quoting {
  readonly quotes: readonly Quote[];
  readonly passages: readonly Passage[];
  readonly conflicts?: QuotedAnswer["conflicts"];
}

function quoted({ quotes, passages, conflicts }: Quoting): QuotedAnswer | undefined {
  const [quote, ...quotesAfter] = quotes;
  const [passage, ...passagesAfter] = passages;
  if (!quote || !passage) return undefined;
  return {
    kind: "quoted",
    quotes: [quote, ...quotesAfter],
    passages: [passage, ...passagesAfter],
    ...(conflicts && { conflicts }),
  };
}

/** One after the other; conflicts stand between documents, wherever these come. */
function together(first: Quoting, second: Quoting): QuotedAnswer | undefined {
  const shift = first.passages.length;
  const quotes = second.quotes.map((quote) => ({ ...quote, passage: quote.passage + shift }));
  const later = (second.conflicts ?? []).map(([one, other]) => [one + shift, other + shift] as const);
  const conflicts = [...(first.conflicts ?? []), ...later];
  return quoted({
    quotes: [...first.quotes, ...quotes],
    passages: [...first.passages, ...second.passages],
    ...(conflicts.length > 0 && { conflicts }),
  });
}

/** The first quotes of an answer, with at most so many words, and their passages. What disagrees with one that is left out is not told. */
function upTo(words: number, { quotes, passages }: QuotedAnswer): Quoting {
  let left = words;
  const kept = quotes.filter(({ text }) => (left -= countWords(text)) >= 0);
  const used = passages.filter((_, place) => kept.some(({ passage }) => passage === place));
  const placed = kept.map((quote) => ({ ...quote, passage: used.indexOf(passages[quote.passage] ?? passages[0]) }));
  return { quotes: placed, passages: used };
}

/** What was said, best first, each message whole or the sentences of a long one that have most of the question. */
function quotesOf(said: readonly Passage[], question: string, words: number): Quoting {
  const stems = new Set(wordsOf(question).flatMap(({ stem }) => (isFunctionWord(stem) ? [] : [stem])));
  const passages: Passage[] = [];
  const quotes: Quote[] = [];
  let left = words;
  for (const passage of said) {
    if (passages.length === MOST_MESSAGES) break;
    const range = stretchOf(passage.text, stems);
    const text = passage.text.slice(...range).trim();
    const cost = countWords(text);
    if (text === "" || (cost > left && passages.length > 0)) continue;
    left -= cost;
    quotes.push({ passage: passages.length, text, ranges: [range] });
    passages.push(passage);
  }
  return { quotes, passages };
}

/** All of a short message; of a long one the sentence with most of the question's words, and what follows it as far as there is room. */
function stretchOf(text: string, stems: ReadonlySet<string>): Range {
  if (countWords(text) <= LONGEST_MESSAGE) return [0, text.length];
  const sentences = sentencesOf(text);
  const held = sentences.map((one) => wordsOf(one.text).filter(({ stem }) => stems.has(stem)).length);
  const best = held.indexOf(Math.max(...held));
  const start = sentences[best]?.range[0] ?? 0;
  const ends = sentences.slice(best).map(({ range }) => range[1]);
  const fitting = ends.filter((end) => countWords(text.slice(start, end)) <= LONGEST_MESSAGE).at(-1);
  return [start, fitting ?? beginningOf(text, start)];
}

/** Where so many words from a place on end: no sentence of a message is as long, unless it is none. */
function beginningOf(text: string, start: number): number {
  const words = [...text.slice(start).matchAll(/\S+/g)].slice(0, LONGEST_MESSAGE);
  const last = words.at(-1);
  return last ? start + last.index + last[0].length : text.length;
}
