import { toJsonLine } from "../bots/terminal/plain.ts";
import { renderAnswer } from "../bots/terminal/to-terminal.ts";
import type { Brain } from "../brain/brain.ts";
import type { Audience } from "../chat.ts";
import { UserError } from "../user-error.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import { lookOf, type Surroundings } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { checkQuestion, putQuestion } from "./put-question.ts";
import { runQuestionsFile } from "./run-questions-file.ts";
import { toAnswerObject, toAnswerRecord } from "./to-json.ts";
import { write } from "./write.ts";

/** What `hearth ask` was told: a question, or a file of them. */
export interface AskOptions {
  readonly question?: string;
  readonly jsonl?: string;
  readonly json: boolean;
  readonly clearance: readonly Audience[];
}

/**
 * `hearth ask`: brings the index up to date, answers, and gives the exit code: 0 for an answer (or a whole file), 1 for "not in the
 * docs". Throws a UserError for a mistake of a person's.
 */
export async function runAsk(
  options: AskOptions,
  { brain, surroundings }: { readonly brain: Brain; readonly surroundings: Surroundings },
): Promise<number> {
  const { question, jsonl, json, clearance } = options;
  const { signal, out } = surroundings;
  if (jsonl !== undefined && question !== undefined) {
    throw new UserError("Both a question and --jsonl were given; leave one of them out");
  }
  return unlessInterrupted(signal, async () => {
    if (jsonl !== undefined) {
      return runQuestionsFile({ path: jsonl, clearance, toRecord: toAnswerRecord }, { brain, surroundings });
    }
    const text = checkQuestion(question ?? "");
    const startedAt = performance.now();
    await bringUpToDate(brain, surroundings);
    const sync = performance.now() - startedAt;
    const answered = await putQuestion(text, { brain, surroundings, turns: [], clearance, signal });
    const timings = { sync, total: performance.now() - startedAt };
    const shown = json
      ? toJsonLine(toAnswerObject(text, { answered, timings }))
      : renderAnswer(answered.answer, lookOf(surroundings));
    await write(out, shown, { signal });
    return answered.answer.kind === "unknown" ? 1 : 0;
  });
}
