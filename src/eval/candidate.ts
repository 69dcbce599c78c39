import { figuresOf, percentile } from "./figures.ts";
import type { Outcome } from "./outcome.ts";
import { judge, type Verdict } from "./verdict.ts";

/** What one model did, or the quoted answer where `name` is nothing. */
export interface CandidateResult {
  readonly name?: string;
  readonly outcomes: readonly Outcome[];
  /** The most memory that its process held, where that is known. */
  readonly peakBytes?: number;
}

/** A line of the table of `hearth models pick`. */
export interface CandidateFigures {
  readonly name?: string;
  /** Answers that a model wrote, with sentences kept, and that cite the document the question was made from; of all answers. */
  readonly grounded: Counted;
  readonly right: Counted;
  /** Questions refused of those that the documents do not answer. */
  readonly refused: Counted;
  /** 95 % of the answers were there within so many seconds. */
  readonly seconds: number;
  readonly peakBytes?: number;
  /** Nothing for the quoted answer. */
  readonly verdict?: Verdict;
}

export interface Counted {
  readonly hits: number;
  readonly of: number;
}

/** The figures of one candidate; for a model judged against the quoted answers to the same questions. Pure. */
export function candidateFigures(
  { name, outcomes, peakBytes }: CandidateResult,
  { quoted, at }: { readonly quoted: readonly Outcome[]; readonly at: Date },
): CandidateFigures {
  const answerable = outcomes.filter(({ scores }) => scores.falseRefusal !== undefined);
  const answers = answerable.filter(({ answered }) => answered);
  const figure = (key: "right" | "falseAnswer") => figuresOf(outcomes).find((one) => one.key === key);
  const falseAnswers = figure("falseAnswer");
  const right = figure("right");
  return {
    ...(name !== undefined && { name, verdict: judge(quoted, outcomes, { at }) }),
    grounded: { hits: answers.filter(name === undefined ? isCited : isGrounded).length, of: answers.length },
    right: { hits: right?.hits ?? 0, of: right?.of ?? 0 },
    refused: { hits: (falseAnswers?.of ?? 0) - (falseAnswers?.hits ?? 0), of: falseAnswers?.of ?? 0 },
    seconds: percentile(
      answers.map(({ seconds }) => seconds),
      0.95,
    ),
    ...(peakBytes !== undefined && { peakBytes }),
  };
}

function isCited({ scores }: Outcome): boolean {
  return scores.cited === undefined || scores.cited === 1;
}

function isGrounded(outcome: Outcome): boolean {
  const { writing } = outcome;
  return writing?.kind === "written" && writing.kept > 0 && isCited(outcome);
}

/** The model to use: of those that beat the quoted answer within the time, the one that is right most often, then the faster. Pure. */
export function choose(
  candidates: readonly CandidateFigures[],
  { seconds }: { readonly seconds: number },
): CandidateFigures | undefined {
  return candidates
    .filter((candidate) => candidate.verdict?.wins === true && candidate.seconds <= seconds)
    .toSorted(
      (one, other) =>
        shareOf(other.right) - shareOf(one.right) ||
        shareOf(other.grounded) - shareOf(one.grounded) ||
        one.seconds - other.seconds,
    )[0];
}

function shareOf({ hits, of }: Counted): number {
  return of === 0 ? 0 : hits / of;
}
