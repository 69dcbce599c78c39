import { FIGURES, figureOf } from "./figures.ts";
import type { Outcome } from "./outcome.ts";
import { pairsOf } from "./compare.ts";

/** Fewer questions than these say nothing about a model. */
const LEAST_QUESTIONS = 10;
/** Figures in which what is written may not be worse than the quoted answer. */
const NOT_WORSE = ["falseAnswer", "falseRefusal", "cited"] as const;

/** Whether a model's writing beats the quoted answer, in a sentence with the figures. */
export interface Verdict {
  readonly wins: boolean;
  readonly why: string;
  /** Questions that it was judged on. */
  readonly questions: number;
  /** An ISO 8601 instant. */
  readonly at: string;
}

/**
 * A model earns its place when its answers are right on more questions than the quoted ones (by key, or where a question has no strong
 * key by the right document cited), and in no other figure worse. Pure.
 */
export function judge(quoted: readonly Outcome[], written: readonly Outcome[], { at }: { readonly at: Date }): Verdict {
  const pairs = pairsOf(quoted, written);
  const judged = pairs.flatMap(({ before, after }) => {
    const [one, other] = [rightness(before), rightness(after)];
    return one === undefined || other === undefined ? [] : [{ one, other }];
  });
  const questions = judged.length;
  const verdict = (wins: boolean, why: string): Verdict => ({ wins, why, questions, at: at.toISOString() });
  if (questions < LEAST_QUESTIONS) {
    return verdict(
      false,
      `Only ${questions} questions with a known answer were asked, and a model is judged by ${LEAST_QUESTIONS} or more, so the quoted answer stands`,
    );
  }
  const before = sum(judged.map(({ one }) => one));
  const after = sum(judged.map(({ other }) => other));
  const score = `what the model wrote was right on ${after} of ${questions} questions, the quoted answer on ${before}`;
  const worse = NOT_WORSE.flatMap((key) => worseIn(key, pairs) ?? []);
  if (after <= before) return verdict(false, `The quoted answer stands: ${score}`);
  if (worse.length > 0)
    return verdict(false, `The quoted answer stands: ${score}, but the model is worse in ${worse.join(" and in ")}`);
  return verdict(true, `The model writes: ${score}, and it is worse in no other figure`);
}

/** 1 or 0 for right or wrong; a question with parts may be in between. Nothing where the file does not say what is right. */
function rightness({ scores, answered }: Outcome): number | undefined {
  if (scores.falseAnswer !== undefined) return undefined;
  if (scores.rightStrong !== undefined) return scores.rightStrong;
  if (scores.recall1 === undefined) return scores.right;
  return answered ? (scores.cited ?? 0) : 0;
}

function worseIn(key: (typeof NOT_WORSE)[number], pairs: ReturnType<typeof pairsOf>): string | undefined {
  const kind = FIGURES.find((one) => one.key === key);
  const [before, after] = (["before", "after"] as const).map((side) =>
    figureOf(
      key,
      pairs.map((pair) => pair[side]),
    ),
  );
  if (!kind || !before || !after) return undefined;
  const isWorse = kind.better === "less" ? after.value > before.value : after.value < before.value;
  const shown = ({ hits, of }: { readonly hits: number; readonly of: number }) => `${rounded(hits)} of ${of}`;
  return isWorse ? `${kind.label} (${shown(after)} instead of ${shown(before)})` : undefined;
}

function sum(values: readonly number[]): number {
  return rounded(values.reduce((total, value) => total + value, 0));
}

/** Parts of questions add up to figures such as 12.333333. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
