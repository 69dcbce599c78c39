import type { Hit, Passage } from "../chat.ts";
import type { Term } from "./knowledge.ts";
import { wordsOf } from "../words/words.ts";

/** A passage's words, counted once for everything that is computed from them. */
export interface Counted {
  readonly hit: Hit;
  readonly body: ReadonlyMap<string, number>;
  readonly length: number;
  /** Stems of the title and of all headings. */
  readonly head: ReadonlySet<string>;
}

/** How BM25 is set: saturation, length normalisation (towards `typical` words), and what a match in title or headings adds. */
interface Setting {
  readonly k1: number;
  readonly b: number;
  readonly typical: number;
  readonly head: number;
}

// Chosen from plateaus on both public question sets together; bench/answers.ts measures them.
const RANKING: Setting = { k1: 1.6, b: 0.4, typical: 100, head: 2 };
/** What having many different words of the question is worth beside having them often. */
const COVERAGE = 0.3;
/** What the two best other passages of the same document add: a document about the subject says it more than once. */
const SAME_DOCUMENT = 0.15;

/** A hit with its words counted. */
export function countWordsOf(hit: Hit): Counted {
  const { title, headings, text } = hit.passage;
  const body = new Map<string, number>();
  const words = wordsOf(text);
  for (const { stem } of words) body.set(stem, (body.get(stem) ?? 0) + 1);
  return { hit, body, length: words.length, head: headStems({ title, headings }) };
}

/** The stems of a passage's title and headings. */
export function headStems({ title, headings }: Pick<Passage, "title" | "headings">): ReadonlySet<string> {
  return new Set(wordsOf([title, ...headings].join(" ")).map(({ stem }) => stem));
}

/** BM25 of one passage for weighed terms. Pure. */
export function bm25(counted: Counted, terms: readonly Term[], setting: Setting = RANKING): number {
  const { k1, b, typical, head } = setting;
  const saturation = k1 * (1 - b + (b * counted.length) / typical);
  const countOf = (stem: string) => (counted.body.get(stem) ?? 0) + (counted.head.has(stem) ? head : 0);
  const saturated = (count: number) => (count === 0 ? 0 : (count * (k1 + 1)) / (count + saturation));
  return terms.reduce((sum, { stem, weight, variants }) => {
    const same = variants.filter(({ share }) => share === 1);
    const own = saturated(same.reduce((count, variant) => count + countOf(variant.stem), countOf(stem)));
    const others = variants.map((variant) => variant.share * saturated(countOf(variant.stem)));
    return sum + weight * Math.max(own, ...others);
  }, 0);
}

/** The hits in a new order, best first: BM25 with weighed terms, plus coverage, plus a share of the document's other passages. */
export function rankHits(hits: readonly Hit[], terms: readonly Term[]): Hit[] {
  const total = terms.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const scored = hits.map(countWordsOf).map((counted) => ({
    ...counted.hit,
    score: (bm25(counted, terms) + COVERAGE * covered(counted, terms)) / total,
  }));
  const byDocument = Map.groupBy(scored, ({ passage }) => passage.documentId);
  const best = new Map(
    [...byDocument].map(([id, group]) => [id, group.map(({ score }) => score).sort((a, b) => b - a)]),
  );
  return scored
    .map((hit) => {
      const { passage, score } = hit;
      const scores = best.get(passage.documentId) ?? [];
      const others = scores.toSpliced(scores.indexOf(score), 1).slice(0, 2);
      return { ...hit, score: score + (SAME_DOCUMENT * others.reduce((sum, other) => sum + other, 0)) / 2 };
    })
    .sort((one, other) => other.score - one.score);
}

function covered(counted: Counted, terms: readonly Term[]): number {
  return terms.reduce((sum, term) => sum + term.weight * shareOf(term, (stem) => hasStem(counted, stem)), 0);
}

/** Whether a passage has a stem, in its text or above it. */
export function hasStem({ body, head }: Counted, stem: string): boolean {
  return body.has(stem) || head.has(stem);
}

/** How well a text has a term, told by which stems it has: 1 for the word itself, less for a related word, 0 for neither. */
export function shareOf({ stem, variants }: Pick<Term, "stem" | "variants">, has: (stem: string) => boolean): number {
  if (has(stem)) return 1;
  return Math.max(0, ...variants.filter((variant) => has(variant.stem)).map(({ share }) => share));
}
