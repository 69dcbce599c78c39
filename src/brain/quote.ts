import type { Hit, Passage, Quote } from "../chat.ts";
import type { Term } from "../knowledge/knowledge.ts";
import { shareOf } from "../knowledge/ranking.ts";
import { countWords } from "../knowledge/split-block.ts";
import { wordsOf } from "../knowledge/words.ts";
import { sentencesOf, type Sentence } from "./sentences.ts";

/** Words that an answer may have, and passages it may be taken from. */
export const MOST_WORDS = 60;
const PASSAGES = 10;
/** A list's lead-in is quoted with its item while it has at most so many words. */
const LONGEST_CONTEXT = 15;

// Chosen from plateaus on both public question sets together; bench/answers.ts measures them.
/** Worth of standing in a passage that ranks well, beside the words of the sentence itself. */
const PASSAGE = 0.7;
/** Worth of a number where a number is asked for; cost of being a question itself, or code. */
const NUMBER = 0.3;
const QUESTION = 0.2;
const CODE = 0.3;
/** Worth of a second document: it may be the right one, or the other half of the answer. */
const ANOTHER_DOCUMENT = 0.3;
/** A passage with less than this share of the best passage's score is beside the point. */
const RELEVANT = 0.6;
/** A sentence worth less than this share of the best one would only fill the answer up. */
const WORTHWHILE = 0.5;
/** BM25 within sentences: saturation, length normalisation, typical length in words. */
const K1 = 0.45;
const B = 0.85;
const TYPICAL = 15;

const ASKS_NUMBER =
  /\bhow (?:many|much|long|often|far|big|large|old|soon)\b|\b(?:max|maximum|min|minimum|cap|limit|most|least|number|cost|price|rate|amount|deadline)\b|\bwhen\b/i;
const HAS_NUMBER =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|once|daily|weekly|monthly|hours?|days?|weeks?|months?|years?)\b/i;

/** A sentence that may be quoted, with what it is worth by itself. */
interface Candidate {
  readonly sentence: Sentence;
  readonly passage: Passage;
  readonly order: number;
  readonly words: number;
  readonly worth: number;
}

/**
 * The few sentences that answer: whole ones, at most 60 words together, from the best passages; list items with their lead-in, table
 * rows with their header. Gives the quotes and the passages they stand in, both in the order of the ranking; none when no
 * passage has a sentence. Pure.
 */
export function pickQuotes(
  question: string,
  { hits, terms }: { readonly hits: readonly Hit[]; readonly terms: readonly Term[] },
): { readonly quotes: Quote[]; readonly passages: Passage[] } {
  const floor = RELEVANT * (hits[0]?.score ?? 0);
  const relevant = hits.slice(0, PASSAGES).filter(({ score }) => score >= floor);
  const candidates = relevant.flatMap((hit, rank) => candidatesOf(hit, { rank, hits, terms, question }));
  const chosen = choose(candidates);
  const passages = hits
    .map(({ passage }) => passage)
    .filter((passage) => chosen.some((one) => one.passage === passage));
  const inOrder = chosen.toSorted(
    (one, other) => passages.indexOf(one.passage) - passages.indexOf(other.passage) || one.order - other.order,
  );
  return {
    passages,
    quotes: inOrder.map((candidate, place) => toQuote(candidate, { passages, before: inOrder.slice(0, place) })),
  };
}

function candidatesOf(
  { passage, score }: Hit,
  given: {
    readonly rank: number;
    readonly hits: readonly Hit[];
    readonly terms: readonly Term[];
    readonly question: string;
  },
): Candidate[] {
  const { rank, hits, terms, question } = given;
  const prior = PASSAGE * (score / (hits[0]?.score || 1));
  const asksNumber = ASKS_NUMBER.test(question);
  const sentences = sentencesOf(passage.text);
  const leadIns = new Set(sentences.map(({ context }) => context?.range[0]));
  // A lead-in says nothing without an item, and comes along with each.
  const quotable = sentences.filter(({ range, kind }) => kind !== "sentence" || !leadIns.has(range[0]));
  return quotable.map((sentence, place) => {
    const extra =
      (asksNumber && HAS_NUMBER.test(sentence.text) ? NUMBER : 0) -
      (/[?？]\s*$/.test(sentence.text) ? QUESTION : 0) -
      (sentence.kind === "code" ? CODE : 0);
    const words = countWords(sentence.text);
    const worth = prior + extra + matchOf(sentence, { terms, words });
    return { sentence, passage, order: rank * 1_000 + place, words, worth };
  });
}

/** The share of the question's weight that a sentence has, more for a short sentence. */
function matchOf(
  sentence: Sentence,
  { terms, words }: { readonly terms: readonly Term[]; readonly words: number },
): number {
  const own = new Set(wordsOf(`${sentence.text} ${sentence.context?.text ?? ""}`).map(({ stem }) => stem));
  const known = terms.filter(({ isKnown }) => isKnown);
  const total = known.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const length = Math.max(1 - B + (B * Math.max(words, 6)) / TYPICAL, 0.5);
  const match = (1 + K1) / (1 + K1 * length);
  const said = known.map((term) => term.weight * shareOf(term, (stem) => own.has(stem)));
  return (match * said.reduce((sum, weight) => sum + weight, 0)) / total;
}

/** Takes the best that still fits, again and again; a document that has not been quoted yet has an advantage. */
function choose(candidates: readonly Candidate[]): Candidate[] {
  const left = new Set(candidates.filter(({ words }) => words <= MOST_WORDS));
  const chosen: Candidate[] = [];
  let words = 0;
  while (left.size > 0) {
    const documents = new Set(chosen.map(({ passage }) => passage.documentId));
    const worth = ({ passage, worth: own }: Candidate) =>
      own + (chosen.length > 0 && !documents.has(passage.documentId) ? ANOTHER_DOCUMENT : 0);
    const best = [...left].reduce((one, other) => (worth(other) > worth(one) ? other : one));
    left.delete(best);
    if (chosen.length > 0 && best.worth < WORTHWHILE * (chosen[0]?.worth ?? 0)) continue;
    const isNewContext = chosen.every(
      ({ passage, sentence }) =>
        passage !== best.passage || sentence.context?.range[0] !== best.sentence.context?.range[0],
    );
    const cost = best.words + (isNewContext ? contextWords(best.sentence) : 0);
    if (words + cost > MOST_WORDS) continue;
    chosen.push(best);
    words += cost;
  }
  return chosen;
}

/** A row's header is shown within its text already; only what leads into an item or into code is put in front. */
function contextWords({ kind, context }: Sentence): number {
  if (kind === "row" || !context) return 0;
  const words = countWords(context.text);
  return words <= LONGEST_CONTEXT ? words : 0;
}

function toQuote(
  { sentence, passage }: Candidate,
  { passages, before }: { readonly passages: readonly Passage[]; readonly before: readonly Candidate[] },
): Quote {
  const { context } = sentence;
  const isShown = before.some(
    (one) =>
      one.passage === passage &&
      [one.sentence.range[0], one.sentence.context?.range[0]].includes(context?.range[0] ?? -1),
  );
  const leadIn = context && contextWords(sentence) > 0 && !isShown ? [context] : [];
  const header = context && sentence.kind === "row" ? [context.range] : [];
  return {
    passage: passages.indexOf(passage),
    text: [...leadIn.map(({ text }) => text), sentence.text].join(" "),
    ranges: [...leadIn.map(({ range }) => range), ...header, sentence.range],
  };
}
