import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readEvalQuestions } from "../../src/commands/questions-file.ts";
import { figuresOf, type FigureKey } from "../../src/eval/figures.ts";
import type { EvalQuestion } from "../../src/eval/question.ts";
import { scoresOf, type Said } from "../../src/eval/scores.ts";
import type { Knowledge } from "../../src/knowledge/knowledge.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { silentLog } from "../../src/log.ts";
import { scratch } from "../helpers/hearth.ts";
import { outcome } from "./outcomes.ts";

const shared = fileURLToPath(new URL("../../../shared/eval", import.meta.url));
const { signal } = new AbortController();

if (!existsSync(shared)) console.warn(`SKIPPED: ${shared} is not there, so figures were not compared with its scorer`);

describe.skipIf(!existsSync(shared))("the figures", { timeout: 120_000 }, () => {
  it.each(["tts-handbook", "plausible-docs"])("are those of the scorer beside the project: %s", async (set) => {
    await using stack = new AsyncDisposableStack();
    const { folder } = stack.use(scratch());
    const knowledge = stack.use(
      await openKnowledge({
        dataFolder: join(folder, "data"),
        folders: [
          { folder: join(shared, "corpora", set), audience: "team", exclude: ["SOURCE.md"], maxBytes: 20_000_000 },
        ],
        watch: false,
        log: silentLog(),
      }),
    );
    await knowledge.sync({ signal });
    const file = join(shared, "questions", `${set}.jsonl`);
    const questions = await readEvalQuestions(file, { input: new PassThrough(), signal });
    const results = await Promise.all(questions.map((question, index) => searched(knowledge, question, index)));
    writeFileSync(
      join(folder, "results.jsonl"),
      results.map((said, index) => JSON.stringify({ id: questions[index]?.id, ...said })).join("\n"),
    );
    const ours = figuresOf(
      results.flatMap((said, index) => {
        const question = questions[index];
        return question ? [outcome({ id: question.id, scores: scoresOf(question, said) })] : [];
      }),
    );
    const theirs = score(file, join(folder, "results.jsonl"));
    expect(Object.fromEntries(Object.keys(theirs).map((key) => [key, valueOf(ours, key)]))).toEqual(theirs);
    // None of them is what doing nothing gives.
    for (const [key, { value }] of Object.entries(theirs)) {
      expect(value, key).toBeGreaterThan(0);
      expect(value, key).toBeLessThan(1);
    }
  });
});

/** What a search finds, and an answer made of it that is at times refused, at times too long. */
async function searched(knowledge: Knowledge, question: EvalQuestion, index: number): Promise<Said> {
  const { question: text, history } = question;
  const earlier = history.filter(({ role }) => role === "user").map((turn) => turn.text);
  const { hits } = await knowledge.search({ text, earlier }, { clearance: ["team"], limit: 20, signal });
  const results = hits.map(({ passage }) => ({ path: passage.path, text: passage.text }));
  const answered = index % 7 !== 3 && results.length > 0;
  const answer = answered ? (results[0]?.text ?? "") : "";
  return { answered, answer, citations: results.slice(0, 2).map(({ path }) => path), results, seconds: 0.1 };
}

interface Judged {
  readonly value: number;
  readonly of: number;
}

function valueOf(figures: ReturnType<typeof figuresOf>, key: string): Judged | undefined {
  const figure = figures.find((one) => one.key === key);
  return figure && { value: rounded(figure.value), of: figure.of };
}

function score(questions: string, results: string): Partial<Record<FigureKey, Judged>> {
  const scorer = join(shared, "score_retrieval.mjs");
  const report: {
    all: Record<string, number>;
    refusals: Record<string, number>;
    answers: Record<string, number>;
    citations: Record<string, number>;
  } = JSON.parse(execFileSync(process.execPath, [scorer, questions, results, "--json"], { encoding: "utf8" }));
  const { all, refusals, answers, citations } = report;
  const judged = (value = Number.NaN, of = Number.NaN) => ({ value: rounded(value), of });
  return {
    recall1: judged(all["r1"], all["n"]),
    recall5: judged(all["r5"], all["n"]),
    passage5: judged(all["p5"], all["n"]),
    right: judged(answers["right"], answers["judged"]),
    rightStrong: judged(answers["right_strong_keys"], answers["judged_strong_keys"]),
    cited: judged(citations["cited"], citations["judged"]),
    falseAnswer: judged(refusals["false_answer_rate"], refusals["unanswerable_judged"]),
    falseRefusal: judged(refusals["false_refusal_rate"], refusals["answerable_judged"]),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
