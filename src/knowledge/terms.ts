import type { Term } from "./knowledge.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { variantsOf, type Variant } from "../words/variants.ts";
import { wordsOf } from "../words/words.ts";

/** How much a grammar word, and a word of an earlier turn, counts beside a word of the question itself. */
const FUNCTION_WEIGHT = 0.25;
const EARLIER_WEIGHT = 0.8;
/** Turns that a follow-up may refer to: what was asked before those is another subject. */
const EARLIER_TURNS = 2;
/** Words that point back, or go on from what was said. */
const POINTS_BACK =
  /\b(?:it|its|that|this|those|these|they|them|there|then|ones?|instead|same|else|either|afterwards|him|her)\b|^\W*(?:and|but|or|so|also|ok|even|what about|how about|why)\b/i;
/** A question with fewer words of its own than this says too little to stand alone. */
const STANDS_ALONE = 3;
/** Words counted in one question: more are not asked, only pasted. */
const MOST_TERMS = 40;
/** Counting stops here: a word in so many passages tells little, however many more there are. */
export const FREQUENCY_CAP = 2_000;

/** Rarity is counted against at least so many passages: in a handful of them every word of the question stands often. */
const FEWEST_PASSAGES = 1_000;

/** A term before it is known how rare it is. */
export interface Unweighed extends Pick<Term, "word" | "stem" | "isFunction" | "isEarlier"> {
  readonly variants: readonly Variant[];
}

/** Whether a question's words point back to what was said before, or go on from it. */
export function pointsBack(text: string): boolean {
  return POINTS_BACK.test(text);
}

/**
 * What of the earlier turns belongs to a question: the last two where it points back or says too little by itself, nothing where it
 * stands alone, so that a new subject is not mixed with the old one. Where no English word tells, it counts as a follow-up.
 */
export function earlierOf(text: string, earlier: readonly string[]): readonly string[] {
  const words = wordsOf(text);
  const own = new Set(words.map(({ stem }) => stem).filter((stem) => !isFunctionWord(stem)));
  const isEnglish = own.size < words.length;
  const isFollowUp = !isEnglish || pointsBack(text) || own.size < STANDS_ALONE;
  return isFollowUp ? earlier.slice(-EARLIER_TURNS) : [];
}

/** The different words of a question and of what was said before it, each once, the question's own first. */
export function termsOf(text: string, earlier: readonly string[]): Unweighed[] {
  const terms = new Map<string, Unweighed>();
  const add = (part: string, isEarlier: boolean) => {
    for (const { word, stem } of wordsOf(part)) {
      if (terms.size < MOST_TERMS && !terms.has(stem)) {
        const isFunction = isFunctionWord(stem);
        const variants = isFunction ? [] : variantsOf({ word, stem });
        terms.set(stem, { word, stem, isEarlier, isFunction, variants });
      }
    }
  };
  add(text, false);
  for (const turn of earlier.toReversed()) add(turn, true);
  return [...terms.values()];
}

/**
 * The weight of a term that stands in `count` of `total` passages: its inverse document frequency as in BM25 (Robertson and Zaragoza
 * 2009) as a share of the most that any word could have here, so that small and large sets of documents compare; less for grammar words and for words of earlier turns.
 */
export function weigh(term: Unweighed, { count, total }: { readonly count: number; readonly total: number }): Term {
  const all = Math.max(total, count, FEWEST_PASSAGES);
  const most = Math.log(2 + 2 * all);
  const rarity = Math.log(1 + (all - count + 0.5) / (count + 0.5)) / most;
  const weight = rarity * (term.isFunction ? FUNCTION_WEIGHT : 1) * (term.isEarlier ? EARLIER_WEIGHT : 1);
  return { ...term, rarity, weight, isKnown: count > 0 };
}
