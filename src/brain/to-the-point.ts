import type { Quote } from "../chat.ts";
import type { Term } from "../knowledge/knowledge.ts";
import { shareOf } from "../knowledge/ranking.ts";
import { wordsOf } from "../words/words.ts";

/** A sentence with less of the question than this share of what the best quote has would only fill the answer up. */
const WORTHWHILE = 0.5;

/**
 * Whether a sentence has to do with the question: a small model copies what stands beside the answer as readily as the answer. Told by
 * the words of the question, and by what the best of the quoted sentences has of them. Pure.
 */
export function createPoint(terms: readonly Term[], quotes: readonly Quote[]): (sentence: string) => boolean {
  const telling = terms.filter(({ isKnown, isFunction }) => isKnown && !isFunction);
  const worthOf = (text: string) => {
    const stems = new Set(wordsOf(text).map(({ stem }) => stem));
    return telling.reduce((sum, term) => sum + term.weight * shareOf(term, (stem) => stems.has(stem)), 0);
  };
  const best = Math.max(0, ...quotes.map(({ text }) => worthOf(text)));
  return (sentence) => worthOf(sentence) >= WORTHWHILE * best;
}
