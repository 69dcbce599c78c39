import type { Hit, Passage } from "../chat.ts";
import type { Term } from "../knowledge/knowledge.ts";
import { shareOf } from "../knowledge/ranking.ts";
import { countWords } from "../knowledge/split-block.ts";
import { wordsOf } from "../words/words.ts";
import { partsOf } from "./sentence-parts.ts";
import { sentencesOf, type Sentence } from "../knowledge/sentences.ts";

/** A sentence that may be quoted, with what its words say about it; see quote.ts for what it is worth. */
export interface Candidate {
  readonly sentence: Sentence;
  readonly passage: Passage;
  /** Places in the order of the ranking, then of the text. */
  readonly order: number;
  readonly words: number;
  readonly stems: ReadonlySet<string>;
  /** How well its passage ranks: 1 for the first, less by its score. */
  readonly rank: number;
  /** The cosine of its passage and the question, where there is one. */
  readonly similarity: number | undefined;
  /** The share of the question's weight that it has, more for a short sentence. */
  readonly match: number;
  /** What speaks for it or against it whatever it is about: a number or code where one is asked for, being a question. */
  readonly fit: number;
}

const PASSAGES = 10;
/** A passage with less than this share of the best passage's score is beside the point. */
const RELEVANT = 0.6;
/** A list's lead-in is quoted with its item while it has at most so many words. */
const LONGEST_CONTEXT = 15;

// Chosen from plateaus on both public question sets together; bench/answers.ts measures them.
/** Worth of a number where a number is asked for; cost of being a question itself, or code where none is asked for. */
const NUMBER = 0.3;
const QUESTION = 0.2;
const CODE = 0.3;
/** Earlier turns choose the passage; among its sentences the question's own words tell. */
const EARLIER = 0.3;
/** BM25 within sentences: saturation, length normalisation, typical and least length in words. */
const K1 = 0.45;
const B = 0.85;
const TYPICAL = 15;
const SHORTEST = 6;

const ASKS_CODE = /\b(?:code|command|snippet|script|syntax|config(?:uration)?|curl|json|yaml|regex|example)\b/i;
const ASKS_NUMBER =
  /\bhow (?:many|much|long|often|far|big|large|old|soon)\b|\b(?:max|maximum|min|minimum|cap|limit|most|least|number|cost|price|rate|amount|deadline)\b|\bwhen\b/i;
const HAS_NUMBER =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|once|daily|weekly|monthly|hours?|days?|weeks?|months?|years?)\b/i;

/**
 * Everything of the best passages that may be quoted: whole sentences, list items, table rows and code, of long ones a part; in the
 * order of the ranking. Pure.
 */
export function candidatesOf(
  question: string,
  { hits, terms }: { readonly hits: readonly Hit[]; readonly terms: readonly Term[] },
): Candidate[] {
  const best = hits[0]?.score || 1;
  const relevant = hits.slice(0, PASSAGES).filter(({ score }) => score >= RELEVANT * best);
  const asked = askedIn(question, terms);
  return relevant.flatMap(({ passage, score, similarity }, place) =>
    quotableOf(passage).map((sentence, index) => ({
      sentence,
      passage,
      order: place * 10_000 + index,
      rank: score / best,
      similarity,
      ...asked(sentence),
    })),
  );
}

/** All that can be quoted of a passage. A lead-in says nothing without an item, and comes along with each. */
function quotableOf({ text }: Passage): Sentence[] {
  const sentences = sentencesOf(text);
  const leadIns = new Set(sentences.map(({ context }) => context?.range[0]));
  return sentences
    .filter(({ range, kind }) => kind !== "sentence" || !leadIns.has(range[0]))
    .flatMap((sentence) => partsOf(sentence, text));
}

/** What a sentence has of a question, and how it fits it. */
function askedIn(question: string, terms: readonly Term[]) {
  const asksNumber = ASKS_NUMBER.test(question);
  const asksCode = ASKS_CODE.test(question);
  const known = terms
    .filter(({ isKnown }) => isKnown)
    .map((term) => ({ ...term, weight: term.weight * (term.isEarlier ? EARLIER : 1) }));
  const total = known.reduce((sum, { weight }) => sum + weight, 0) || 1;
  return ({ text, kind, context }: Sentence): Pick<Candidate, "words" | "stems" | "match" | "fit"> => {
    const words = countWords(text);
    const stems = new Set(wordsOf(text).map(({ stem }) => stem));
    const above = new Set(wordsOf(context?.text ?? "").map(({ stem }) => stem));
    const length = Math.max(1 - B + (B * Math.max(words, SHORTEST)) / TYPICAL, 0.5);
    const said = known.map((term) => term.weight * shareOf(term, (stem) => stems.has(stem) || above.has(stem)));
    return {
      words,
      stems,
      match: (((1 + K1) / (1 + K1 * length)) * said.reduce((sum, weight) => sum + weight, 0)) / total,
      fit:
        (asksNumber && HAS_NUMBER.test(text) ? NUMBER : 0) -
        (/[?？]\s*$/.test(text) ? QUESTION : 0) -
        (kind === "code" && !asksCode ? CODE : 0),
    };
  };
}

/** The words of what is shown in front of a sentence: a short lead-in. A row's header is shown within its text already. */
export function contextWords({ kind, context }: Sentence): number {
  if (kind === "row" || !context) return 0;
  const words = countWords(context.text);
  return words <= LONGEST_CONTEXT ? words : 0;
}
