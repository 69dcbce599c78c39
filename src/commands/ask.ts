import { toJsonLine } from "../bots/terminal/plain.ts";
import { renderWhy } from "../bots/terminal/why-report.ts";
import type { Brain } from "../brain/brain.ts";
import type { Audience } from "../chat.ts";
import { UserError } from "../user-error.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import { lookOf, type Surroundings } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { checkQuestion, openLiveAnswer, putQuestion } from "./put-question.ts";
import { runQuestionsFile } from "./run-questions-file.ts";
import { toAnswerObject, toAnswerRecord } from "./to-json.ts";
import { write } from "./write.ts";

/** What `hearth ask` was told: a question, or a file of them. */
export interface AskOptions {
  readonly question?: string;
  readonly jsonl?: string;
  readonly json: boolean;
  /** Whether to say how the answer came about. */
  readonly why?: boolean;
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
  const { question, jsonl, clearance } = options;
  const { signal } = surroundings;
  if (jsonl !== undefined && question !== undefined) {
    throw new UserError("Both a question and --jsonl were given; leave one of them out");
  }
  return unlessInterrupted(signal, async () => {
    if (jsonl !== undefined) {
      return runQuestionsFile({ path: jsonl, clearance, toRecord: toAnswerRecord }, { brain, surroundings });
    }
    return askOne(checkQuestion(question ?? ""), options, { brain, surroundings });
  });
}

async function askOne(
  text: string,
  { json, why, clearance }: AskOptions,
  { brain, surroundings }: { readonly brain: Brain; readonly surroundings: Surroundings },
): Promise<number> {
  const { signal, out } = surroundings;
  const startedAt = performance.now();
  await bringUpToDate(brain, surroundings);
  const sync = performance.now() - startedAt;
  const live = await openLiveAnswer(brain, { ...surroundings, isTerminal: surroundings.isTerminal && !json });
  const { onProgress } = live;
  const asked = { brain, surroundings, turns: [], clearance, signal, onProgress };
  const answered = await putQuestion(text, asked).catch((error: unknown) => {
    // What stands of it ends with a line of its own.
    if (live.stopped()) out.write("\n");
    throw error;
  });
  const timings = { sync, total: performance.now() - startedAt };
  const shown = json ? toJsonLine(toAnswerObject(text, { answered, timings })) : live.rest(answered);
  await write(out, shown, { signal });
  if (why && !json) await write(out, `\n${renderWhy(answered, lookOf(surroundings))}`, { signal });
  return answered.answer.kind === "unknown" ? 1 : 0;
}
