import type { Outcome } from "./outcome.ts";
import type { Scores } from "./scores.ts";

/** What is measured. `seconds` comes twice: the middle one, and the one that 95 % stay within. */
export type FigureKey = Exclude<keyof Scores, "seconds"> | "secondsMiddle" | "secondsMost";

/** How a figure is read: its name for people, and which way is better. */
export interface FigureKind {
  readonly key: FigureKey;
  readonly label: string;
  readonly better: "more" | "less" | "neither";
  /** What it needs of the question file, said where it is missing. */
  readonly needs?: string;
}

/** A figure over many questions. `value` is a share or seconds; `hits` of `of` are what the share was counted from. */
export interface Figure {
  readonly key: FigureKey;
  readonly value: number;
  readonly hits: number;
  readonly of: number;
}

const GOLD = "gold_docs";
const KEYS = "answer_keys";
const ANSWERABLE = "questions that the documents answer";

/** Every figure in the order of the table. */
export const FIGURES: readonly FigureKind[] = [
  { key: "recall1", label: "right document first", better: "more", needs: GOLD },
  { key: "recall5", label: "right document in first 5", better: "more", needs: GOLD },
  { key: "passage5", label: "exact passage in first 5", better: "more", needs: "gold_quote" },
  { key: "rightShort", label: "right by key in <= 60 words", better: "more", needs: KEYS },
  { key: "right", label: "right by key", better: "more", needs: KEYS },
  { key: "rightStrong", label: "right by key, weak keys left out", better: "more", needs: KEYS },
  { key: "cited", label: "right document cited", better: "more", needs: GOLD },
  {
    key: "falseAnswer",
    label: "false answers",
    better: "less",
    needs: 'questions that the documents do not answer ("answerable": false)',
  },
  { key: "falseRefusal", label: "false refusals", better: "less", needs: ANSWERABLE },
  { key: "written", label: "written by the model", better: "neither" },
  { key: "dropped", label: "sentences dropped", better: "neither" },
  { key: "secondsMiddle", label: "seconds, the middle one", better: "less" },
  { key: "secondsMost", label: "seconds, 95 % within", better: "less" },
];

/** Every figure that the outcomes say something about. Pure. */
export function figuresOf(outcomes: readonly Outcome[]): Figure[] {
  const count = (key: "right" | "rightStrong") => outcomes.filter(({ scores }) => scores[key] !== undefined).length;
  return FIGURES.flatMap(({ key }) => {
    // Strong keys are a figure of their own only where some are weak.
    if (key === "rightStrong" && count("rightStrong") === count("right")) return [];
    return figureOf(key, outcomes) ?? [];
  });
}

/** One figure, if the outcomes say something about it. */
export function figureOf(key: FigureKey, outcomes: readonly Outcome[]): Figure | undefined {
  if (key === "secondsMiddle" || key === "secondsMost") {
    const seconds = outcomes.map((outcome) => outcome.seconds);
    if (seconds.length === 0) return undefined;
    return { key, value: percentile(seconds, shareWithin(key)), hits: seconds.length, of: seconds.length };
  }
  if (key === "dropped") return droppedOf(outcomes);
  const values = outcomes.flatMap(({ scores }) => scores[key] ?? []);
  if (values.length === 0) return undefined;
  const hits = values.reduce((sum, value) => sum + value, 0);
  return { key, value: hits / values.length, hits, of: values.length };
}

/** Dropped sentences are counted over all answers together, not by answer. */
function droppedOf(outcomes: readonly Outcome[]): Figure | undefined {
  const written = outcomes.flatMap(({ writing }) => (writing?.kind === "written" ? [writing] : []));
  const hits = written.reduce((sum, { dropped }) => sum + dropped, 0);
  const of = written.reduce((sum, { dropped, kept }) => sum + dropped + kept, 0);
  return of === 0 ? undefined : { key: "dropped", value: hits / of, hits, of };
}

/** The share of questions whose seconds a figure names. */
export function shareWithin(key: "secondsMiddle" | "secondsMost"): number {
  return key === "secondsMiddle" ? 0.5 : 0.95;
}

/** The smallest of the values that the given share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
