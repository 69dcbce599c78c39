// Counts posted claims without support: asks both public question sets with each model, writing forced, and judges every sentence that
// was posted with a checker that shares nothing with the program (claim-check.ts). What was answered is kept, so that it can be stopped
// and run again. Run: npx node bench/claims.ts MODEL.gguf… [--limit N] [--keep FOLDER] [--examples N] or … --check RECORDS.jsonl…
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { judgeAnswer, type GivenPassage, type JudgedSentence } from "./claim-check.ts";
import { evalFolder, hasQuestionSets, readQuestions, SETS, type SetName } from "./question-sets.ts";

/** What of a record of `hearth ask --jsonl` is looked at. */
interface AnswerRecord {
  readonly id: string;
  readonly kind: string;
  readonly answer: string;
  /** In the order that the marks count. */
  readonly passages?: readonly GivenPassage[];
  readonly writing?:
    | { readonly kind: "written"; readonly sentences: { readonly kept: number; readonly dropped: number } }
    | {
        readonly kind: "not written";
        readonly why: string;
        /** Where a model wrote and nothing was left of it. */
        readonly tried?: { readonly sentences: { readonly kept: number; readonly dropped: number } };
      };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: "string" },
    keep: { type: "string", default: "data/claims" },
    examples: { type: "string", default: "5" },
    check: { type: "boolean", default: false },
  },
});

if (positionals.length === 0) {
  console.error("SKIPPED: name the model files (../shared/models/get.sh brings two), or --check and files of records");
} else if (values.check) {
  report(positionals.map((path) => ({ name: basename(path), records: readRecords(path) })));
} else if (hasQuestionSets()) {
  const runs = positionals.flatMap((model) => SETS.map((set) => ({ model: resolve(model), set })));
  const found: { name: string; records: AnswerRecord[] }[] = [];
  for (const { model, set } of runs) {
    const name = `${basename(model).replace(/\.gguf$/i, "")}, ${set}`;
    found.push({ name, records: await ask(model, set) });
  }
  report(found);
}

/** Asks what has no record yet, and gives the records of the questions wanted. */
async function ask(model: string, set: SetName): Promise<AnswerRecord[]> {
  mkdirSync(values.keep, { recursive: true });
  const file = join(values.keep, `${basename(model)}.${set}.jsonl`);
  const wanted = readQuestions(set).slice(0, values.limit === undefined ? undefined : Number(values.limit));
  const done = new Set(readRecords(file).map(({ id }) => id));
  const missing = wanted.filter(({ id }) => !done.has(id));
  if (missing.length > 0) await askMissing(missing, { file, model, set, total: wanted.length });
  const ids = new Set(wanted.map(({ id }) => id));
  return readRecords(file).filter(({ id }) => ids.has(id));
}

async function askMissing(
  missing: readonly object[],
  { file, model, set, total }: { file: string; model: string; set: SetName; total: number },
): Promise<void> {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const where = ["--docs", join(evalFolder, "corpora", set), "--exclude", "SOURCE.md", "--exclude", "LICENSE.md"];
  const data = join(values.keep, `data-${set}`);
  const words = ["ask", "--jsonl", "-", "--model", model, "--write", "always", ...where, "--data", data];
  const child = spawn(process.execPath, [main, ...words], { stdio: ["pipe", "pipe", "inherit"] });
  // A program that ended early says so by its exit code, not by the broken pipe.
  child.stdin.on("error", () => {});
  child.stdin.end(missing.map((question) => JSON.stringify(question)).join("\n"));
  const exit = new Promise<number | null>((resolved) => child.on("exit", resolved));
  let done = total - missing.length;
  for await (const line of createInterface({ input: child.stdout })) {
    appendFileSync(file, `${line}\n`);
    console.error(`${basename(model)}, ${set}: ${(done += 1)} of ${total}`);
  }
  const code = await exit;
  if (code !== 0) throw new Error(`hearth ask ended with ${code}; run this again to go on`);
}

function readRecords(file: string): AnswerRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines.map((line): AnswerRecord => JSON.parse(line));
}

function report(runs: readonly { readonly name: string; readonly records: readonly AnswerRecord[] }[]): void {
  console.log(`${"model and questions".padEnd(48)}answered  written  posted  unsupported  dropped`);
  for (const { name, records } of runs) {
    const written = records.filter(({ kind }) => kind === "cited");
    const judged = written.flatMap((record) => judge(record).map((one) => ({ ...one, id: record.id })));
    const wrong = judged.filter(({ why }) => why !== undefined);
    const answered = records.filter(({ kind }) => kind === "cited" || kind === "quoted").length;
    const counts = [answered, written.length, judged.length, wrong.length].map(String);
    console.log(
      `${name.padEnd(48)}${counts[0]?.padEnd(10)}${counts[1]?.padEnd(9)}${counts[2]?.padEnd(8)}${counts[3]?.padEnd(13)}${droppedShare(records)}`,
    );
    for (const { id, sentence, marks, why } of wrong.slice(0, Number(values.examples))) {
      console.log(`  ${id}: ${why}\n      ${sentence} ${marks.map((mark) => `[${mark}]`).join("")}`);
    }
  }
}

function judge({ id, answer, passages }: AnswerRecord): JudgedSentence[] {
  if (passages === undefined) throw new Error(`The record ${id} has no passages, so its marks lead nowhere`);
  return judgeAnswer(answer, passages);
}

function droppedShare(records: readonly AnswerRecord[]): string {
  const counts = records.flatMap(({ writing }) => {
    const written = writing?.kind === "not written" ? writing.tried : writing;
    return written ? [written.sentences] : [];
  });
  const dropped = counts.reduce((sum, one) => sum + one.dropped, 0);
  const all = counts.reduce((sum, one) => sum + one.dropped + one.kept, 0);
  return all === 0 ? "-" : `${((100 * dropped) / all).toFixed(1)} % (${dropped} of ${all})`;
}
