import { toJsonLine } from "../bots/terminal/plain.ts";
import type { Brain } from "../brain/brain.ts";
import type { Audience } from "../chat.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import type { Surroundings } from "./command.ts";
import { INTERRUPTED_EXIT } from "./interrupted.ts";
import { putQuestion } from "./put-question.ts";
import { readQuestions, type FileQuestion } from "./questions-file.ts";
import { syncBar } from "./sync-bar.ts";
import type { Asked } from "./to-json.ts";
import { write } from "./write.ts";

interface QuestionsFile {
  /** Of the file, or "-" for standard input. */
  readonly path: string;
  readonly clearance: readonly Audience[];
  readonly toRecord: (asked: Asked) => object;
}

interface Given {
  readonly brain: Brain;
  readonly surroundings: Surroundings;
}

/**
 * Asks every question of a file, one after the other, and writes one line of JSON for each as soon as it is there, in the file's
 * order. Everything else goes to standard error. Throws a UserError for a bad line, before anything is asked; Ctrl-C leaves the
 * lines that were written, and exit code 130.
 */
export async function runQuestionsFile(file: QuestionsFile, { brain, surroundings }: Given): Promise<number> {
  const { err, signal } = surroundings;
  const questions = await readQuestions(file.path, { input: surroundings.in, signal });
  await bringUpToDate(brain, surroundings);
  const startedAt = performance.now();
  const done = await askAll(questions, { file, brain, surroundings });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  err.write(
    signal.aborted
      ? `Stopped after ${done} of ${questions.length} questions.\n`
      : `${questions.length} questions in ${seconds} s.\n`,
  );
  return signal.aborted ? INTERRUPTED_EXIT : 0;
}

async function askAll(
  questions: readonly FileQuestion[],
  { file, brain, surroundings }: Given & { readonly file: QuestionsFile },
): Promise<number> {
  const { err, errIsTerminal, out, signal } = surroundings;
  using bar = syncBar({ to: err, visible: errIsTerminal, label: "Asking", noun: "questions" });
  let done = 0;
  try {
    for (const question of questions) {
      bar.update({ done, total: questions.length });
      const before = performance.now();
      const { question: text, history: turns } = question;
      const answered = await putQuestion(text, { brain, surroundings, turns, clearance: file.clearance, signal });
      const record = file.toRecord({ question, answered, total: performance.now() - before });
      await write(out, toJsonLine(record), { signal });
      done += 1;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return done;
}
