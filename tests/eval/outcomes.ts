import type { Outcome } from "../../src/eval/outcome.ts";
import type { EvalQuestion } from "../../src/eval/question.ts";

/** A question with whatever a test cares about; nothing is known of its answer but that there is one. */
export function evalQuestion(given: Partial<EvalQuestion> = {}): EvalQuestion {
  return {
    id: "q1",
    question: "How much leave?",
    history: [],
    answerable: true,
    goldGroups: [],
    goldQuotes: [],
    keys: [],
    keysAll: [],
    hasWeakKeys: false,
    ...given,
  };
}

/** An outcome with whatever a test cares about. */
export function outcome(given: Partial<Outcome> = {}): Outcome {
  return { id: "q1", question: "How?", answered: true, answer: "", citations: [], seconds: 1, scores: {}, ...given };
}

/** How a model wrote: sentences kept and dropped. */
export function written(kept = 2, dropped = 0): NonNullable<Outcome["writing"]> {
  return { kind: "written", kept, dropped, model: { kind: "llama", name: "small", hash: "ab" }, promptHash: "cd" };
}
