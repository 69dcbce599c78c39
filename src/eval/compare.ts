import { FIGURES, figureOf, figuresOf, percentile, shareWithin, type Figure, type FigureKey } from "./figures.ts";
import type { Outcome } from "./outcome.ts";
import { bootstrapTest, signedRankTest, signTest } from "./significance.ts";

/** Below this chance a difference is taken for one. */
const RARE = 0.05;
/** Slower by less than both is not noticed by anybody, whatever a test says. */
const NOTICED = { share: 0.1, seconds: 0.05 };
const SEED = 20_261_124;

/** One figure under two settings, over the questions that have it under both. */
export interface Compared {
  readonly key: FigureKey;
  readonly before: Figure;
  readonly after: Figure;
  /** `after` less `before`. */
  readonly difference: number;
  /** Questions on which it is better and worse than before (for a figure that is neither good nor bad: more and less). */
  readonly better: number;
  readonly worse: number;
  /** How often chance alone makes so large a difference, two-sided. */
  readonly p: number;
  /** The test in plain words. */
  readonly words: string;
  /** Significantly worse than before. */
  readonly isWorse: boolean;
}

interface Pair {
  readonly before: Outcome;
  readonly after: Outcome;
}

/** The same questions under two settings, figure by figure; questions that only one of them has are left out. Pure. */
export function compare(before: readonly Outcome[], after: readonly Outcome[]): Compared[] {
  const pairs = pairsOf(before, after);
  const slowerByNature = writes(pairs.map((pair) => pair.after)) !== writes(pairs.map((pair) => pair.before));
  const shown = new Set([before, after].flatMap((side) => figuresOf(side).map(({ key }) => key)));
  return FIGURES.flatMap(({ key, better }) => {
    if (!shown.has(key)) return [];
    if (key === "secondsMiddle" || key === "secondsMost") return compareSeconds(key, { pairs, slowerByNature });
    const values = pairs.flatMap((pair) => {
      const [one, other] = [pair.before.scores[key], pair.after.scores[key]];
      return one === undefined || other === undefined ? [] : [{ pair, difference: other - one }];
    });
    const both = bothFigures(
      key,
      values.map(({ pair }) => pair),
    );
    if (!both) return [];
    const sign = better === "less" ? -1 : 1;
    const gains = values.map(({ difference }) => sign * difference);
    return [{ ...both, ...judgeGains(gains, better), key }];
  });
}

/** The questions that both have, by id and words. */
export function pairsOf(before: readonly Outcome[], after: readonly Outcome[]): Pair[] {
  const earlier = new Map(before.map((outcome) => [outcome.id, outcome]));
  return after.flatMap((outcome) => {
    const other = earlier.get(outcome.id);
    return other?.question === outcome.question ? [{ before: other, after: outcome }] : [];
  });
}

/** Whether a model was asked to write any of the answers: then they take longer, which is no fault of the settings. */
function writes(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ modelSeconds }) => modelSeconds !== undefined);
}

function bothFigures(
  key: FigureKey,
  pairs: readonly Pair[],
): Pick<Compared, "before" | "after" | "difference"> | undefined {
  const [before, after] = (["before", "after"] as const).map((side) =>
    figureOf(
      key,
      pairs.map((pair) => pair[side]),
    ),
  );
  return before && after && { before, after, difference: after.value - before.value };
}

function judgeGains(
  gains: readonly number[],
  direction: "more" | "less" | "neither",
): Pick<Compared, "better" | "worse" | "p" | "words" | "isWorse"> {
  const better = gains.filter((gain) => gain > 0).length;
  const worse = gains.filter((gain) => gain < 0).length;
  const p = signTest(better, worse);
  const [up, down] = direction === "neither" ? ["more", "less"] : ["better", "worse"];
  const words = inWords({ up: [up ?? "", better], down: [down ?? "", worse], p });
  return { better, worse, p, words, isWorse: direction !== "neither" && p < RARE && worse > better };
}

function compareSeconds(
  key: "secondsMiddle" | "secondsMost",
  { pairs, slowerByNature }: { readonly pairs: readonly Pair[]; readonly slowerByNature: boolean },
): Compared[] {
  const both = bothFigures(key, pairs);
  if (!both) return [];
  const differences = pairs.map(({ before, after }) => after.seconds - before.seconds);
  const better = differences.filter((difference) => difference < 0).length;
  const worse = differences.filter((difference) => difference > 0).length;
  const at = (side: keyof Pair) => (drawn: readonly Pair[]) =>
    percentile(
      drawn.map((pair) => pair[side].seconds),
      shareWithin(key),
    );
  const statistic = (drawn: readonly Pair[]) => at("after")(drawn) - at("before")(drawn);
  const p = key === "secondsMiddle" ? signedRankTest(differences) : bootstrapTest(pairs, { statistic, seed: SEED });
  const isNoticed = both.difference > Math.max(NOTICED.seconds, NOTICED.share * both.before.value);
  const isWorse = p < RARE && isNoticed && !slowerByNature;
  const words = inWords({ up: ["faster", better], down: ["slower", worse], p });
  return [{ ...both, key, better, worse, p, words, isWorse }];
}

/** "better on 7 questions, worse on 2, p = .18: may be chance". */
function inWords(found: {
  readonly up: readonly [word: string, count: number];
  readonly down: readonly [word: string, count: number];
  readonly p: number;
}): string {
  const { up, down, p } = found;
  if (up[1] + down[1] === 0) return "the same on every question";
  const verdict = p < RARE ? "hardly chance" : "may be chance";
  const questions = up[1] === 1 ? "question" : "questions";
  return `${up[0]} on ${up[1]} ${questions}, ${down[0]} on ${down[1]}, p ${shownChance(p)}: ${verdict}`;
}

/** "= .18", "< .001". */
function shownChance(p: number): string {
  if (p < 0.001) return "< .001";
  const digits = p < 0.1 ? 3 : 2;
  return p >= 0.995 ? "= 1" : `= ${p.toFixed(digits).replace(/^0/, "")}`;
}
