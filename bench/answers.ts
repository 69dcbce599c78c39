// Measures retrieval, answers and refusals without a chat model on the public question sets, by their own scorer: by words alone, and
// beside it by words and meaning. Run: npx node bench/answers.ts [--embedder DIR]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { answerQuestion } from "../src/brain/answer.ts";
import { fromTerminal } from "../src/bots/terminal/from-terminal.ts";
import type { Embedder } from "../src/knowledge/embedder.ts";
import {
  evalFolder,
  hasQuestionSets,
  openEmbedder,
  openSet,
  readQuestions,
  SETS,
  type SetName,
} from "./question-sets.ts";

/** What of the scorer's report is shown. */
interface Score {
  readonly all: { readonly r1: number; readonly r5: number; readonly p5: number };
  readonly refusals: Readonly<
    Record<"false_answers" | "unanswerable_judged" | "false_refusals" | "answerable_judged", number>
  >;
  readonly answers: { readonly right: number };
  readonly citations: { readonly cited: number; readonly precision: number };
}

/** A set's score, the longest answer in words, and how long search and quoting took in milliseconds. */
interface Result {
  readonly score: Score;
  readonly words: number;
  readonly search: readonly number[];
  readonly quoting: readonly number[];
}

const { values } = parseArgs({ options: { embedder: { type: "string" } } });

if (hasQuestionSets()) {
  const columns: { readonly name: string; readonly results: readonly Result[] }[] = [
    { name: "words", results: await resultsOf(undefined) },
  ];
  if (values.embedder !== undefined) {
    await using embedder = openEmbedder(values.embedder);
    columns.push({ name: basename(values.embedder), results: await resultsOf(embedder) });
  }
  for (const line of table(columns)) console.log(line);
}

async function resultsOf(embedder: Embedder | undefined): Promise<Result[]> {
  const results: Result[] = [];
  for (const set of SETS) results.push(await resultOf(set, embedder));
  return results;
}

async function resultOf(set: SetName, embedder: Embedder | undefined): Promise<Result> {
  await using knowledge = await openSet(set, embedder);
  const signal = new AbortController().signal;
  const lines: object[] = [];
  const [search, quoting]: [number[], number[]] = [[], []];
  let words = 0;
  for (const { id, question, history = [] } of readQuestions(set)) {
    const sentAt = "2026-11-24T09:00:00.000Z";
    const asked = fromTerminal(question, { id, sentAt, turns: history, clearance: ["team"] });
    const { answer, hits, timings } = await answerQuestion(knowledge, asked, { signal });
    search.push(timings.search);
    quoting.push(timings.answer);
    const results = hits.map(({ passage }) => ({ path: passage.path, text: passage.text }));
    const quoted = answer.kind === "quoted" ? answer : undefined;
    const text = quoted?.quotes.map((quote) => quote.text).join(" ") ?? "";
    words = Math.max(words, text.split(/\s+/).length);
    const citations = [...new Set(quoted?.quotes.map(({ passage }) => quoted.passages[passage]?.path ?? "") ?? [])];
    lines.push({ id, results, answered: quoted !== undefined, answer: text, citations });
  }
  return { score: runScorer(set, lines), words, search, quoting };
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

/** One line a figure, one column for each way and set. */
function table(columns: readonly { readonly name: string; readonly results: readonly Result[] }[]): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const times = (took: readonly number[]) => `${at(took, 0.5)} / ${at(took, 0.95)}`;
  const rows: readonly (readonly [string, (result: Result) => string])[] = [
    ["right document first", ({ score }) => score.all.r1.toFixed(3)],
    ["right document in first 5", ({ score }) => score.all.r5.toFixed(3)],
    ["passage in first 5", ({ score }) => score.all.p5.toFixed(3)],
    ["answer right by key", ({ score }) => percent(score.answers.right)],
    ["right document cited", ({ score }) => percent(score.citations.cited)],
    ["cited documents that are right", ({ score }) => percent(score.citations.precision)],
    ["false answers", ({ score: { refusals } }) => `${refusals.false_answers} of ${refusals.unanswerable_judged}`],
    ["false refusals", ({ score: { refusals } }) => `${refusals.false_refusals} of ${refusals.answerable_judged}`],
    ["longest answer in words", ({ words }) => String(words)],
    ["search, ms (median / p95)", ({ search }) => times(search)],
    ["quoting, ms (median / p95)", ({ quoting }) => times(quoting)],
  ];
  const heads = columns.flatMap(({ name }) => SETS.map((set) => [name.slice(0, 18), set] as const));
  const cells = columns.flatMap(({ results }) => results);
  return [
    ["", ...heads.map(([name]) => name)],
    ["", ...heads.map(([, set]) => set)],
    ...rows.map(([name, show]) => [name, ...cells.map(show)]),
  ].map(([name = "", ...shown]) => name.padEnd(32) + shown.map((cell) => cell.padEnd(20)).join(""));
}

function at(numbers: readonly number[], share: number): string {
  const sorted = numbers.toSorted((one, other) => one - other);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
}
