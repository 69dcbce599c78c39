import { toJsonLine } from "../bots/terminal/plain.ts";
import type { Audience } from "../chat.ts";
import type { EvalQuestion } from "../eval/question.ts";
import { toResults, type Side } from "../eval/results.ts";
import { describeSetting, parseSetting, type Setting } from "../eval/settings.ts";
import { judge, type Verdict } from "../eval/verdict.ts";
import { UserError } from "../user-error.ts";
import { saveVerdict, verdictKey } from "../verdict-file.ts";
import type { Surroundings } from "./command.ts";
import { checkOut, readBaseline, writeResults } from "./eval-results.ts";
import { evalReport } from "./eval-report.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { measureQuestions } from "./measure.ts";
import type { OpenSetting } from "./open-setting.ts";
import { readEvalQuestions } from "./questions-file.ts";
import { write } from "./write.ts";

/** What `hearth eval` was told. */
export interface EvalOptions {
  readonly file: string;
  readonly against?: string;
  readonly baseline?: string;
  readonly out?: string;
  readonly json: boolean;
  readonly clearance: readonly Audience[];
}

/** What `hearth eval` works with. */
export interface EvalGiven {
  readonly open: OpenSetting;
  readonly surroundings: Surroundings;
  /** What the command line says about model and writing. */
  readonly setting: Setting;
  /** When the model writes, by all settings together; nothing where there is no model. */
  readonly writes: "auto" | "always" | "never" | undefined;
  /** The data folder, where verdicts are kept. */
  readonly data: string;
  readonly now: () => Date;
}

/**
 * `hearth eval`: asks every question of a file, prints what came of it, and compares two settings. The exit code is 0, 1 where a
 * figure is significantly worse than before, 2 where a core could not start. Throws a UserError for a mistake of a person's.
 */
export async function runEval(options: EvalOptions, given: EvalGiven): Promise<number> {
  const { surroundings } = given;
  // A model that is told to write whatever its verdict is judged.
  const isForced = given.writes === "always";
  const { against, baseline, out, file, json } = options;
  if (against !== undefined && baseline !== undefined) {
    throw new UserError("Both --against and --baseline were given; leave one of them out");
  }
  const other = againstWhat(options, isForced);
  const earlier = baseline === undefined ? undefined : readBaseline(baseline);
  if (out !== undefined) checkOut(out);
  return unlessInterrupted(surroundings.signal, async () => {
    const questions = await readEvalQuestions(file, { input: surroundings.in, signal: surroundings.signal });
    if (earlier) checkBaseline(earlier, questions);
    // The cheaper side first: a mistake in it is found before the model has written for an hour.
    const before = other ? await measureSide(other, { label: "Comparing", questions, options, given }) : earlier;
    const after = await measureSide({}, { label: "Measuring", questions, options, given });
    if (!after || (other && !before)) return 2;
    const verdict = isForced && other && before ? judgeModel(before, { after, given }) : undefined;
    if (isForced && other && !verdict) {
      surroundings.err.write(
        "No verdict was kept: there is none on a model that wrote nothing that stands, or on both sides.\n",
      );
    }
    const results = toResults({ after, before, verdict, questions });
    const text = toJsonLine(results);
    await write(surroundings.out, json ? text : evalReport(results), surroundings);
    if (out !== undefined) writeResults(out, text);
    return results.comparison?.some(({ isWorse }) => isWorse) === true ? 1 : 0;
  });
}

/** The other setting: the one that was named, or the quoted answer where a model is forced to write, so that it can be judged. */
function againstWhat({ against, baseline }: EvalOptions, isForced: boolean): Setting | undefined {
  if (against !== undefined) return parseSetting(against);
  return isForced && baseline === undefined ? { write: "never" } : undefined;
}

function checkBaseline({ outcomes }: Side, questions: readonly EvalQuestion[]): void {
  const known = new Map(outcomes.map(({ id, question }) => [id, question]));
  if (questions.some(({ id, question }) => known.get(id) === question)) return;
  throw new UserError("The baseline has none of these questions; measure it with the same question file");
}

async function measureSide(
  setting: Setting,
  run: {
    readonly label: string;
    readonly questions: readonly EvalQuestion[];
    readonly options: EvalOptions;
    readonly given: EvalGiven;
  },
): Promise<Side | undefined> {
  const { label, questions, options, given } = run;
  const mayWrite = (setting.write ?? given.writes) !== "never" && setting.model !== "none";
  const outcomes = await given.open(setting, (brain, surroundings) =>
    measureQuestions(questions, { brain, surroundings, clearance: options.clearance, label, mayWrite }),
  );
  return outcomes && { setting: describeSetting({ ...given.setting, ...setting }), outcomes };
}

/** The verdict on a model that wrote, kept for the core; nothing where it wrote nothing, or where both sides wrote. */
function judgeModel(
  before: Side,
  { after, given }: { readonly after: Side; readonly given: EvalGiven },
): Verdict | undefined {
  if (before.outcomes.some(({ writing }) => writing?.kind === "written")) return undefined;
  const writing = after.outcomes.flatMap((outcome) =>
    outcome.writing?.kind === "written" ? [outcome.writing] : [],
  )[0];
  if (!writing) return undefined;
  const verdict = judge(before.outcomes, after.outcomes, { at: given.now() });
  saveVerdict(given.data, { modelHash: verdictKey(writing.model), promptHash: writing.promptHash }, verdict);
  return verdict;
}
