import { compare, pairsOf } from "./compare.ts";
import { figuresOf } from "./figures.ts";
import type { Outcome } from "./outcome.ts";
import type { EvalQuestion } from "./question.ts";
import type { Verdict } from "./verdict.ts";

/** What was measured under one setting. */
export interface Side {
  readonly setting: string;
  readonly outcomes: readonly Outcome[];
}

/** Everything that `--json` prints and `--out` keeps. */
export type EvalResults = ReturnType<typeof toResults>;

/** One setting's figures and outcomes, and where there is another its own, with the comparison of the two. Pure. */
export function toResults(given: {
  readonly after: Side;
  readonly before: Side | undefined;
  readonly verdict: Verdict | undefined;
  readonly questions: readonly EvalQuestion[];
}) {
  const { after, before, verdict, questions } = given;
  return {
    hearth: "eval" as const,
    ...described(after),
    questions: questions.length,
    answerable: questions.filter(({ answerable }) => answerable).length,
    ...(before && {
      compared: pairsOf(before.outcomes, after.outcomes).length,
      comparison: compare(before.outcomes, after.outcomes),
      against: described(before),
    }),
    ...(verdict && { verdict }),
  };
}

function described({ setting, outcomes }: Side) {
  return { setting, figures: figuresOf(outcomes), outcomes };
}
