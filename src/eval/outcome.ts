import type { Answered, ModelLabel } from "../brain/brain.ts";
import type { EvalQuestion } from "./question.ts";
import { scoresOf, type Scores } from "./scores.ts";

/** What became of writing one answer: the sentences that were kept and dropped and who wrote, or why the quoted answer stands. */
export type WritingOutcome =
  | {
      readonly kind: "written";
      readonly kept: number;
      readonly dropped: number;
      readonly model: ModelLabel;
      readonly promptHash: string;
    }
  | { readonly kind: "not written"; readonly why: string };

/** One question with what came back and its scores. */
export interface Outcome {
  readonly id: string;
  readonly question: string;
  /** False where it was said that the documents do not hold it. */
  readonly answered: boolean;
  readonly answer: string;
  /** Paths of the documents that the answer leads to. */
  readonly citations: readonly string[];
  readonly seconds: number;
  /** How long the model had it, whether or not anything came of that. */
  readonly modelSeconds?: number;
  readonly writing?: WritingOutcome;
  readonly scores: Scores;
}

/** The outcome of one question: what the brain answered, scored by what the file knows. `seconds` as the asker saw them. Pure. */
export function toOutcome(question: EvalQuestion, answered: Answered, seconds: number): Outcome {
  const { answer, hits, timings } = answered;
  const isAnswered = answer.kind === "quoted" || answer.kind === "cited";
  const writing = writingOf(answered);
  const said = {
    answered: isAnswered,
    answer: textOf(answer),
    citations: isAnswered ? [...new Set(answer.passages.map(({ path }) => path))] : [],
    seconds,
    ...(timings.writing !== undefined && { modelSeconds: timings.writing / 1_000 }),
    ...(writing && { writing }),
  };
  const results = hits.map(({ passage: { path, text } }) => ({ path, text }));
  return { id: question.id, question: question.question, ...said, scores: scoresOf(question, { ...said, results }) };
}

function writingOf({ writing }: Answered): WritingOutcome | undefined {
  const written = writing?.kind === "not written" ? writing.tried : writing;
  if (!written) return writing?.kind === "not written" ? { kind: "not written", why: writing.why } : undefined;
  const { sentences, model, promptHash } = written;
  return { kind: "written", ...sentences, model, promptHash };
}

function textOf(answer: Answered["answer"]): string {
  if (answer.kind === "unknown") return "";
  return answer.kind === "quoted" ? answer.quotes.map(({ text }) => text).join("\n") : answer.text;
}
