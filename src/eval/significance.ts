import { randomFrom } from "./random.ts";

/** Beyond so many pairs the exact distribution of ranks is so near to the normal one that it is not worth its time. */
const MOST_EXACT = 200;
const RESAMPLES = 2_000;

/**
 * How often chance alone parts so many questions at least this unevenly, counting both sides: the exact sign test, which is McNemar's
 * exact test where a question is either right or wrong. 1 where nothing differs.
 */
export function signTest(better: number, worse: number): number {
  const count = better + worse;
  const logs = logFactorials(count);
  const log = (n: number) => logs[n] ?? 0;
  let tail = 0;
  for (let k = 0; k <= Math.min(better, worse); k += 1) {
    tail += Math.exp(log(count) - log(k) - log(count - k) - count * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}

function logFactorials(upTo: number): number[] {
  const logs = [0];
  for (let n = 1; n <= upTo; n += 1) logs.push((logs[n - 1] ?? 0) + Math.log(n));
  return logs;
}

/**
 * Wilcoxon's signed-rank test of paired differences, two-sided; those of zero are left out and equal ones share their ranks. Exact up
 * to 200 pairs, beyond that by the normal distribution.
 */
export function signedRankTest(differences: readonly number[]): number {
  const changed = differences.filter((difference) => difference !== 0);
  if (changed.length === 0) return 1;
  const ranks = doubledRanks(changed.map(Math.abs));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const up = ranks.reduce((sum, rank, index) => ((changed[index] ?? 0) > 0 ? sum + rank : sum), 0);
  const lesser = Math.min(up, total - up);
  if (changed.length <= MOST_EXACT) return Math.min(1, 2 * shareUpTo(lesser, { ranks, total }));
  const deviation = Math.sqrt(ranks.reduce((sum, rank) => sum + rank ** 2, 0) / 4);
  return Math.min(1, 2 * normalTail((total / 2 - lesser - 1) / deviation));
}

/** Twice the rank of each value, so that shared ranks are whole numbers too. */
function doubledRanks(values: readonly number[]): number[] {
  const sorted = values.toSorted((one, other) => one - other);
  return values.map((value) => sorted.indexOf(value) + 1 + sorted.lastIndexOf(value) + 1);
}

/** The share of all ways to give the ranks their signs in which those above zero add up to at most `limit`. */
function shareUpTo(
  limit: number,
  { ranks, total }: { readonly ranks: readonly number[]; readonly total: number },
): number {
  const shares = new Float64Array(total + 1);
  shares[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum -= 1) {
      shares[sum] = ((shares[sum] ?? 0) + (sum >= rank ? (shares[sum - rank] ?? 0) : 0)) / 2;
    }
  }
  return shares.subarray(0, limit + 1).reduce((sum, share) => sum + share, 0);
}

/** The share of the normal distribution above `z` (Abramowitz and Stegun, 26.2.17; wrong by less than 1e-7). */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.31938153) * t;
  return (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/**
 * How often a statistic of pairs, drawn anew from the same pairs, comes out on the other side of zero; two-sided. The same seed
 * gives the same result.
 */
export function bootstrapTest<Pair>(
  pairs: readonly Pair[],
  { statistic, seed }: { readonly statistic: (pairs: readonly Pair[]) => number; readonly seed: number },
): number {
  const random = randomFrom(seed);
  let above = 0;
  let below = 0;
  for (let sample = 0; sample < RESAMPLES; sample += 1) {
    const drawn = pairs.flatMap(() => {
      const at = Math.floor(random() * pairs.length);
      return pairs.slice(at, at + 1);
    });
    const value = statistic(drawn);
    if (value >= 0) above += 1;
    if (value <= 0) below += 1;
  }
  return Math.min(1, (2 * (Math.min(above, below) + 1)) / (RESAMPLES + 1));
}
