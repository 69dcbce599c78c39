import type { Answered, ModelLabel, Progress, QuotedAnswer, Writing } from "../../src/brain/brain.ts";
import type { Passage } from "../../src/chat.ts";
import { passage } from "./scripted-brain.ts";

export const smol: ModelLabel = { kind: "llama", name: "SmolLM2-135M", hash: "0123456789abcdef".repeat(4) };
export const puppet: ModelLabel = { kind: "puppet", name: "rehearsal" };

/** Two passages, each with a quote; marks [1] and [2] count them. */
export const twoQuoted: QuotedAnswer = {
  kind: "quoted",
  quotes: [
    { passage: 0, text: "Everybody gets 28 days of annual leave.", ranges: [[0, 39]] },
    { passage: 1, text: "Tell your lead before ten.", ranges: [[0, 26]] },
  ],
  passages: [
    passage(),
    passage({ id: "b#0", path: "sick.md", title: "Sick leave", text: "Tell your lead before ten." }),
  ],
};

/** What a model wrote from the two passages, with the quote that it does not repeat. */
export function written(
  given: { readonly text?: string; readonly model?: ModelLabel; readonly passages?: [Passage, ...Passage[]] } = {},
): Answered {
  const { text = "You get 28 days a year [1]. Ask your lead first [1].", model = smol } = given;
  const { quotes, passages } = twoQuoted;
  return {
    id: "00000000-0000-4000-8000-0000000000a3",
    answer: { kind: "cited", text, quotes: quotes.slice(1), passages: given.passages ?? passages },
    hits: twoQuoted.passages.map((each) => ({ passage: each, score: 1 })),
    writing: writtenBy(model),
    timings: { search: 3, answer: 1, waiting: 1_234, writing: 4_000 },
  };
}

/** How it was written. */
export function writtenBy(model: ModelLabel = smol): Writing {
  return {
    kind: "written",
    model,
    promptHash: "fedcba9876543210".repeat(4),
    tokens: { prompt: 1_000, reused: 800, written: 56 },
    sentences: { kept: 2, dropped: 1 },
    leftOut: { passages: 3, turns: 0 },
  };
}

/** What is told once this much is written. */
export function writingStep(text: string, model: ModelLabel = smol): Progress {
  return { kind: "writing", text, passages: twoQuoted.passages, model };
}

/** What is told while the two sentences are written. */
export const writingSteps: readonly Progress[] = [
  { kind: "searching" },
  { kind: "quoted", answer: twoQuoted },
  { kind: "waiting", ahead: 2, seconds: 40.2 },
  { kind: "late", why: "The model is still loading; the quoted sentences stand until it has written." },
  writingStep("You get 28 days a year [1]."),
  writingStep("You get 28 days a year [1]. Ask your lead first [1]."),
];
