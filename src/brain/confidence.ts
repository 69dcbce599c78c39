import type { Found, Term } from "../knowledge/knowledge.ts";
import { bm25, countWordsOf, hasStem, shareOf, type Counted } from "../knowledge/ranking.ts";
import type { Nearness } from "./nearness.ts";

/**
 * What speaks for and against an answer in the documents: in rarities (0 to 1 a word, see terms.ts), so that sets of documents of
 * any size compare, and in nearness (0 to 1, see nearness.ts), so that embedding models do.
 */
export interface Signs {
  /** Mean BM25 of the three passages with the most evidence: how much of the question they hold, in rare words and often. */
  readonly evidence: number;
  /** How much more of the question's words one document holds than the tenth: what any document holds is no evidence. */
  readonly standsOut: number;
  /** How far the thirtieth passage, by its words, ranks below the first. */
  readonly fallsOff: number;
  /** Words of the question that stand nowhere and cannot well be put otherwise: names and things rather than doings. */
  readonly unknown: number;
  /** How near the nearest sentences are to the question, where an embedding model tells. */
  readonly near?: number;
  /** How much of the question's meaning is in words that the best passage lacks, where an embedding model tells. */
  readonly lost?: number;
}

/** How many passages the signs look at. */
export const CONSIDERED = 60;
const BEST_PASSAGES = 3;
const AMONG_FIRST = 20;
const LATER_DOCUMENT = 9;
const LATER_PASSAGE = 29;
/** Softer saturation and stronger length normalisation than in the ranking: evidence counts here, not order. */
const EVIDENCE = { k1: 2, b: 0.75, typical: 110, head: 1 };

/** The signs of what a search found (its first 60 passages), with those of meaning where there are any. Pure. */
export function signsOf({ hits, terms }: Found, nearness?: Pick<Nearness, "near" | "lost">): Signs {
  const counted = hits.slice(0, CONSIDERED).map(countWordsOf);
  const rarities = terms.map((term) => ({ ...term, weight: term.rarity }));
  const evidence = counted.slice(0, AMONG_FIRST).map((one) => bm25(one, rarities, EVIDENCE));
  const held = heldByDocuments(counted, terms);
  const ranks = descending(counted.map((one) => bm25(one, terms)));
  return {
    evidence: sumOf(descending(evidence).slice(0, BEST_PASSAGES)) / BEST_PASSAGES,
    standsOut: (held[0] ?? 0) - (held[LATER_DOCUMENT] ?? 0),
    fallsOff: (ranks[0] ?? 0) - (ranks[LATER_PASSAGE] ?? 0),
    unknown: terms.filter(isUnknownThing).length,
    ...(nearness && { near: nearness.near, lost: nearness.lost }),
  };
}

/** What each document holds of the question's words in all its passages, most first. */
function heldByDocuments(counted: readonly Counted[], terms: readonly Term[]): number[] {
  const documents = Map.groupBy(counted, ({ hit }) => hit.passage.documentId);
  const held = [...documents.values()].map((passages) =>
    sumOf(terms.map((term) => term.rarity * shareOf(term, (stem) => passages.some((one) => hasStem(one, stem))))),
  );
  return descending(held);
}

/** English endings of doings and manners, and numbers, which people bring along, tell nothing where no document has them. */
function isUnknownThing({ word, isKnown, isFunction, isEarlier }: Term): boolean {
  return !isKnown && !isFunction && !isEarlier && !/(?:ing|ed|ly)$|^\d+$/.test(word);
}

function descending(values: readonly number[]): number[] {
  return values.toSorted((one, other) => other - one);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** A logistic regression over the signs: what each counts; nothing where it is left out. */
export type Model = Readonly<Partial<Record<keyof Signs, number>> & { bias: number }>;

// Fitted by bench/fit-confidence.ts on both public question sets together; docs/answers.md says how, and how well they do.
const BY_WORDS: Model = { bias: -2.392, evidence: 0.816, standsOut: 1.274, fallsOff: 0.496, unknown: -1.465 };
const BY_MEANING: Model = {
  bias: -3.591,
  evidence: 0.752,
  standsOut: 1.251,
  unknown: -1.329,
  near: 2.464,
  lost: -0.805,
};

/** The signs by name. */
export const SIGNS = ["evidence", "standsOut", "fallsOff", "unknown", "near", "lost"] as const;

/**
 * How sure it is that the documents hold an answer: from 0 on they do, as far as words, and meaning where there are its signs, can
 * tell. Pure.
 */
export function confidence(signs: Signs, model: Model = signs.near === undefined ? BY_WORDS : BY_MEANING): number {
  return SIGNS.reduce((sum, name) => sum + (model[name] ?? 0) * (signs[name] ?? 0), model.bias);
}

/** Where less than this share of the question's words stands anywhere (another language, quite other words), words tell nothing. */
const WORDS_TELL = 0.5;
/** How near the nearest sentences then have to be: half of such questions are answered, and one in six that has no answer (XQuAD, e5). */
const NEAR_ENOUGH = 0.6;

/** Whether the documents hold an answer, as far as words and meaning tell. Pure. */
export function holdsAnswer(found: Found, nearness: Pick<Nearness, "near" | "lost"> | undefined): boolean {
  const own = found.terms.filter(({ isFunction, isEarlier }) => !isFunction && !isEarlier);
  const known = own.filter(({ isKnown }) => isKnown).length;
  if (nearness && known < WORDS_TELL * own.length) return nearness.near >= NEAR_ENOUGH;
  return confidence(signsOf(found, nearness)) >= 0;
}
