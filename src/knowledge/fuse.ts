import type { Hit } from "../chat.ts";

/** What nearness in meaning counts beside words: a plateau from .4 to .5 on both public question sets (bench/answers.ts measures them). */
const MEANING = 0.45;
/**
 * Where no passage holds so much of a question's words (BM25 as a share, see ranking.ts), words count less, by the cube of what is lacking:
 * a question in another language has its names in common with a text, and chance. On XQuAD from one language to another a plateau from .5 to .6.
 */
const WORDS_SAY_LITTLE = 0.5;

/**
 * Hits ranked by words, in a new order: their scores by words, and how near they are in meaning, from 0 (the last of the nearest) to 1
 * (the nearest), whatever range a model's cosines have. Among equals the newer comes first. Pure.
 */
export function fuse(hits: readonly Hit[]): Hit[] {
  const similarities = hits.flatMap(({ similarity }) => similarity ?? []);
  const [lowest, highest] = [Math.min(...similarities), Math.max(...similarities)];
  const nearness = (similarity = lowest) => (highest > lowest ? (similarity - lowest) / (highest - lowest) : 0);
  const best = hits.reduce((most, { score }) => Math.max(most, score), 0);
  const words = (1 - MEANING) * Math.min(1, best / WORDS_SAY_LITTLE) ** 3;
  const meaning = MEANING * Math.max(best, WORDS_SAY_LITTLE);
  return hits
    .map((hit) => ({ ...hit, score: words * hit.score + meaning * nearness(hit.similarity) }))
    .sort(byScoreAndAge);
}

/** Best first; among equals the newer before the older. */
export function byScoreAndAge(one: Hit, other: Hit): number {
  return other.score - one.score || (other.passage.modifiedAt ?? "").localeCompare(one.passage.modifiedAt ?? "");
}

/**
 * Two orders of the same kind of hits as one, by the ranks alone (reciprocal rank fusion, Cormack, Clarke and Büttcher 2009, with their
 * constant 60). Scores are those of the fusion.
 */
export function fuseRanks(orders: readonly (readonly Hit[])[]): Hit[] {
  const fused = new Map<string, Hit>();
  for (const order of orders) {
    for (const [rank, hit] of order.entries()) {
      const before = fused.get(hit.passage.id);
      fused.set(hit.passage.id, { ...hit, ...before, score: (before?.score ?? 0) + 1 / (60 + rank + 1) });
    }
  }
  return [...fused.values()].sort(byScoreAndAge);
}
