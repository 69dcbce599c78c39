import type { Span } from "./dates.ts";
import { timelinessOf } from "./recall-time.ts";
import type { Sighting } from "./record.ts";

/** Where what is sought stands in one place, and what finding it tells (its rarity). */
export interface WeighedHits {
  readonly weight: number;
  readonly hits: readonly Sighting[];
}

/** A message that is worth looking around: its number, and how much of what is sought stands in it and near it in time. */
export interface Promising {
  readonly number: number;
  readonly score: number;
}

/** What stands near in time counts so much beside what a message has itself, the less the further it is; see recall-score.ts for the measure itself. */
const CONTEXT = 0.5;
const NEAR_MS = 20 * 60_000;
/** Messages that are looked around in time: those that have most themselves. */
const MOST_LOOKED_AROUND = 500;

/**
 * The messages that recall will likely choose from, by where words stand alone: those that have much of what is sought in them or
 * near them, at the time that is named. Best first. Pure.
 */
export function promising(
  sought: readonly WeighedHits[],
  { most, span, now }: { readonly most: number; readonly span: Span | undefined; readonly now: number },
): Promising[] {
  const own = new Map<number, { readonly at: number; score: number }>();
  for (const { weight, hits } of sought) {
    for (const [number, at] of hits) {
      if (at > now) continue;
      const one = own.get(number) ?? { at, score: 0 };
      one.score += weight;
      own.set(number, one);
    }
  }
  const all = [...own].map(([number, { at, score }]) => ({
    number,
    at,
    score,
    timeliness: timelinessOf(at, { span, now }),
  }));
  const found = all.sort(bestFirst).slice(0, MOST_LOOKED_AROUND);
  for (const { weight, hits } of sought) addNear(found, { weight, times: hits.map(([, at]) => at) });
  return found
    .sort(bestFirst)
    .slice(0, most)
    .map(({ number, score, timeliness }) => ({ number, score: score * timeliness }));
}

type Timed = Promising & { readonly timeliness: number };

/** The better for its time first; among equals the later. */
function bestFirst(one: Timed, other: Timed): number {
  return other.score * other.timeliness - one.score * one.timeliness || other.number - one.number;
}

/** Adds to each message what of one thing stands nearest to it in time. */
function addNear(
  found: { readonly at: number; score: number }[],
  { weight, times }: { readonly weight: number; readonly times: number[] },
): void {
  const sorted = Float64Array.from(times).sort();
  for (const one of found) {
    const next = firstFrom(sorted, one.at);
    const apart = Math.min((sorted[next] ?? Infinity) - one.at, one.at - (sorted[next - 1] ?? -Infinity));
    if (apart < NEAR_MS) one.score += weight * CONTEXT * (1 - apart / NEAR_MS);
  }
}

/** The place of the first that is not less, in what is sorted. */
function firstFrom(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
