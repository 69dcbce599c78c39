import type { Brain } from "../brain/brain.ts";
import type { Audience } from "../chat.ts";
import { toOutcome, type Outcome } from "../eval/outcome.ts";
import type { EvalQuestion } from "../eval/question.ts";
import { UserError } from "../user-error.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import type { Surroundings } from "./command.ts";
import { putQuestion } from "./put-question.ts";
import { syncBar } from "./sync-bar.ts";

interface Given {
  readonly brain: Brain;
  readonly surroundings: Surroundings;
  readonly clearance: readonly Audience[];
  /** What the progress bar calls it; at most nine letters. */
  readonly label: string;
  /** False where no model is to write, so that one that cannot be used does no harm. */
  readonly mayWrite: boolean;
}

/**
 * Brings the index up to date, has the model loaded, asks the questions one after the other, and gives what came of each, in order.
 * Throws a UserError where the model cannot be used. When the signal comes it says how far it got, and rejects with the signal's reason.
 */
export async function measureQuestions(questions: readonly EvalQuestion[], given: Given): Promise<Outcome[]> {
  const { brain, surroundings, clearance, label } = given;
  const { signal, err, errIsTerminal } = surroundings;
  const outcomes: Outcome[] = [];
  await bringUpToDate(brain, surroundings);
  await warmUp(questions, given);
  using bar = syncBar({ to: err, visible: errIsTerminal, label, noun: "questions" });
  try {
    for (const question of questions) {
      bar.update({ done: outcomes.length, total: questions.length });
      const startedAt = performance.now();
      const { question: text, history: turns } = question;
      const answered = await putQuestion(text, { brain, surroundings, turns, clearance, signal });
      outcomes.push(toOutcome(question, answered, (performance.now() - startedAt) / 1000));
    }
  } catch (error) {
    if (signal.aborted) err.write(`Stopped after ${outcomes.length} of ${questions.length} questions.\n`);
    throw error;
  }
  return outcomes;
}

/**
 * Has the model loaded, where one is to write: the first question would pay for that. An answer that is not counted does it, since
 * nothing is loaded before it is needed.
 */
async function warmUp(questions: readonly EvalQuestion[], given: Given): Promise<void> {
  const { brain, surroundings, clearance } = given;
  const { signal } = surroundings;
  const isLoading = ({ kind }: { readonly kind: string }) => kind === "loading";
  const first = questions.find(({ answerable }) => answerable);
  if (first && isLoading((await brain.status({ signal })).model)) {
    await putQuestion(first.question, { brain, surroundings, turns: first.history, clearance, signal });
  }
  const { model } = await brain.status({ signal });
  if (model.kind === "failed" && given.mayWrite) {
    throw new UserError(`The model ${model.model.name} cannot be measured: ${model.why}`);
  }
}
