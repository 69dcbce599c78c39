import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toJsonLine } from "../bots/terminal/plain.ts";
import type { Audience } from "../chat.ts";
import { candidateFigures, choose, type CandidateFigures } from "../eval/candidate.ts";
import { heldOut, type HeldOut } from "../eval/held-out.ts";
import { makeQuestions } from "../eval/made-questions.ts";
import type { Outcome } from "../eval/outcome.ts";
import type { EvalQuestion } from "../eval/question.ts";
import { modelFolder, readModelLock } from "../model-lock.ts";
import { UserError } from "../user-error.ts";
import { saveVerdict, verdictKey } from "../verdict-file.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import type { Surroundings } from "./command.ts";
import { gatherPassages } from "./gather-passages.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { measureQuestions } from "./measure.ts";
import { pickReport } from "./models-pick-report.ts";
import type { Changes, OpenSetting } from "./open-setting.ts";
import { readEvalQuestions } from "./questions-file.ts";
import { write } from "./write.ts";

const SEED = 1;

/** What `hearth models pick` was told. */
export interface PickOptions {
  /** The models to try; all that were pulled where there is none. */
  readonly names: readonly string[];
  /** A file of the owner's own questions. */
  readonly questions?: string;
  /** How many questions are made, where no file is named. */
  readonly count: number;
  /** An answer may take so long. */
  readonly seconds: number;
  readonly use: boolean;
  readonly json: boolean;
  readonly clearance: readonly Audience[];
}

/** What `hearth models pick` works with. */
export interface PickGiven {
  readonly open: OpenSetting;
  readonly surroundings: Surroundings;
  /** The data folder. */
  readonly data: string;
  /** Patterns that are left out of the index anyway. */
  readonly exclude: readonly string[];
  readonly now: () => Date;
  /** Makes a model the used one, as `hearth models use` does. */
  readonly use: (name: string) => Promise<number>;
}

/** Questions with and without their documents. */
interface Trial {
  readonly questions: readonly EvalQuestion[];
  readonly left: HeldOut | undefined;
  /** A data folder for the index without some documents. */
  readonly folder: string;
  readonly options: PickOptions;
  readonly given: PickGiven;
}

/**
 * `hearth models pick`: tries models on questions about the owner's documents, says what each did, keeps the verdicts, and names the one
 * to use. The exit code is 0, 1 where no model beats the quoted answer within the time, 2 where a core could not start.
 */
export async function runPick(options: PickOptions, given: PickGiven): Promise<number> {
  const { surroundings } = given;
  const candidates = candidatesOf(options.names, given.data);
  const folder = mkdtempSync(join(tmpdir(), "hearth-pick-"));
  try {
    return await unlessInterrupted(surroundings.signal, async () => {
      const questions = await questionsOf(options, given);
      if (!questions) return 2;
      const left = options.questions === undefined ? heldOut(questions) : undefined;
      const trial: Trial = { questions, left, folder, options, given };
      const plain = await tryOut({ model: "none", write: "never" }, { label: "No model", trial });
      if (!plain) return 2;
      const quoted = plain.outcomes;
      const rows = [candidateFigures({ outcomes: quoted }, { quoted, at: given.now() })];
      for (const { name, path } of candidates) {
        const tried = await tryOut({ model: path, write: "always" }, { label: name.slice(0, 9), trial });
        if (!tried) return 2;
        const { outcomes } = tried;
        const row = candidateFigures({ name, ...tried }, { quoted, at: given.now() });
        keep(row, { outcomes, data: given.data });
        rows.push(row);
      }
      return finish(rows, { options, given });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function candidatesOf(names: readonly string[], data: string): { readonly name: string; readonly path: string }[] {
  const { models } = readModelLock(data);
  const chosen = names.length > 0 ? [...new Set(names)] : Object.keys(models);
  if (chosen.length === 0) {
    throw new UserError("No model was pulled yet, so there is none to pick from; hearth models pull NAME gets one");
  }
  return chosen.map((name) => {
    const model = models[name];
    if (!model) throw new UserError(`The model "${name}" was not pulled; hearth models pull ${name} gets it`);
    return { name, path: join(modelFolder(data), model.file) };
  });
}

/** The owner's questions, or ones made from the documents; nothing where the core cannot start. */
async function questionsOf(options: PickOptions, given: PickGiven): Promise<readonly EvalQuestion[] | undefined> {
  const { signal, in: input, err } = given.surroundings;
  if (options.questions !== undefined) return readEvalQuestions(options.questions, { input, signal });
  const passages = await given.open({ model: "none", write: "never" }, async (brain, surroundings) => {
    await bringUpToDate(brain, surroundings);
    return gatherPassages(brain, { clearance: options.clearance, seed: SEED, signal });
  });
  if (!passages) return undefined;
  const questions = makeQuestions(passages, { count: options.count, seed: SEED });
  if (questions.length === 0) {
    throw new UserError(
      "The documents have too few sentences with a number or a name to make questions from; write some, and name their file with --questions",
    );
  }
  err.write(`${questions.length} questions were made from the documents.\n`);
  return questions;
}

interface Tried {
  readonly outcomes: readonly Outcome[];
  readonly peakBytes?: number;
}

/** What came of all questions under one setting, with their documents and then without. */
async function tryOut(
  changes: Changes,
  { label, trial }: { readonly label: string; readonly trial: Trial },
): Promise<Tried | undefined> {
  const { questions, left, folder, options, given } = trial;
  const ask = (asked: readonly EvalQuestion[], more: Changes) =>
    given.open({ ...changes, ...more }, async (brain, surroundings): Promise<Tried> => {
      const outcomes = await measureQuestions(asked, {
        brain,
        surroundings,
        clearance: options.clearance,
        label,
        mayWrite: changes.write === "always",
      });
      const { model } = await brain.status(surroundings);
      const peakBytes = model.kind === "none" ? undefined : model.peakBytes;
      return { outcomes, ...(peakBytes !== undefined && { peakBytes }) };
    });
  const answered = await ask(questions, {});
  if (!answered || !left) return answered;
  const exclude = [...given.exclude, ...left.exclude];
  const refused = await ask(left.questions, { data: folder, exclude });
  return refused && { ...answered, outcomes: [...answered.outcomes, ...refused.outcomes] };
}

/** Keeps the verdict on a model, so that it writes from now on, or does not. One that never wrote has no prompt to be kept under. */
function keep(
  { verdict }: CandidateFigures,
  { outcomes, data }: { readonly outcomes: readonly Outcome[]; readonly data: string },
): void {
  const writing = outcomes.flatMap((outcome) => (outcome.writing?.kind === "written" ? [outcome.writing] : []))[0];
  if (!verdict || !writing) return;
  saveVerdict(data, { modelHash: verdictKey(writing.model), promptHash: writing.promptHash }, verdict);
}

async function finish(
  rows: readonly CandidateFigures[],
  { options, given }: { readonly options: PickOptions; readonly given: PickGiven },
): Promise<number> {
  const { seconds, json, use } = options;
  const { out } = given.surroundings;
  const chosen = choose(rows, { seconds });
  const name = chosen?.name;
  const shown = json
    ? toJsonLine({ models: rows, seconds, chosen: name ?? null })
    : pickReport(rows, { seconds, name });
  await write(out, shown, given.surroundings);
  if (name === undefined) return 1;
  return use ? given.use(name) : 0;
}
