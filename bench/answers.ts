// Measures retrieval, answers and refusals without a model on the public question sets, by their own scorer.
// Run: npx node bench/answers.ts
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerQuestion } from "../src/brain/answer.ts";
import { fromTerminal } from "../src/bots/terminal/from-terminal.ts";
import { evalFolder, hasQuestionSets, openSet, readQuestions, SETS, type SetName } from "./question-sets.ts";

/** What of the scorer's report is shown. */
interface Score {
  readonly all: { readonly r1: number; readonly r5: number; readonly p5: number };
  readonly refusals: Readonly<
    Record<"false_answers" | "unanswerable_judged" | "false_refusals" | "answerable_judged", number>
  >;
  readonly answers: { readonly right: number };
  readonly citations: { readonly cited: number; readonly precision: number };
}

if (hasQuestionSets()) {
  console.log(
    "set             right doc in first 1 / 5   passage in first 5   right by key   right doc cited   false answers   false refusals",
  );
  for (const set of SETS) console.log(show(set, await score(set)));
}

async function score(set: SetName): Promise<{ readonly all: Score; readonly words: number }> {
  await using knowledge = await openSet(set);
  const signal = new AbortController().signal;
  const lines: object[] = [];
  let words = 0;
  for (const { id, question, history = [] } of readQuestions(set)) {
    const asked = fromTerminal(question, {
      id,
      sentAt: "2026-11-24T09:00:00.000Z",
      turns: history,
      clearance: ["team"],
    });
    const { answer, hits } = await answerQuestion(knowledge, asked, { signal });
    const results = hits.map(({ passage }) => ({ path: passage.path, text: passage.text }));
    const quoted = answer.kind === "quoted" ? answer : undefined;
    const text = quoted?.quotes.map((quote) => quote.text).join(" ") ?? "";
    words = Math.max(words, text.split(/\s+/).length);
    const citations = [...new Set(quoted?.quotes.map(({ passage }) => quoted.passages[passage]?.path ?? "") ?? [])];
    lines.push({ id, results, answered: quoted !== undefined, answer: text, citations });
  }

  return { all: runScorer(set, lines), words };
}

function runScorer(set: SetName, lines: readonly object[]): Score {
  const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  const file = join(folder, "results.jsonl");
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n"));
  const scorer = join(evalFolder, "score_retrieval.mjs");
  const questions = join(evalFolder, "questions", `${set}.jsonl`);
  const report = execFileSync(process.execPath, [scorer, questions, file, "--json"], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  const parsed: Score = JSON.parse(report);
  return parsed;
}

function show(set: SetName, { all, words }: Awaited<ReturnType<typeof score>>): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const { refusals } = all;
  return [
    set.padEnd(15),
    `${all.all.r1.toFixed(3)} / ${all.all.r5.toFixed(3)}`.padEnd(26),
    all.all.p5.toFixed(3).padEnd(20),
    percent(all.answers.right).padEnd(14),
    percent(all.citations.cited).padEnd(17),
    `${refusals.false_answers} of ${refusals.unanswerable_judged}`.padEnd(15),
    `${refusals.false_refusals} of ${refusals.answerable_judged}  (longest answer ${words} words)`,
  ].join(" ");
}
