import type { Answered, Writing } from "../../brain/brain.ts";
import { counted } from "./counted.ts";
import { styled, wrapped, type Look } from "./look.ts";
import { nameOf, sentence } from "./model-report.ts";
import { tookWords } from "../took-words.ts";
import { dayOf, fileOf, trailOf } from "./place.ts";

/** Digits of a hash that are shown; enough to compare by eye. */
const HASH_DIGITS = 12;

/** How an answer came about: what wrote it or why nothing did, what was left out, how long it took, what was considered. */
export function renderWhy({ writing, timings, hits }: Answered, look: Look): string {
  const rows = [
    ...(writing ? writingRows(writing) : []),
    ["Took", tookWords(timings)],
    ...hits.map(({ passage }, index) => [
      index === 0 ? "Considered" : "",
      [trailOf(passage), fileOf(passage), dayOf(passage) ?? []].flat().join("  "),
    ]),
  ];
  const lines = rows.map(([name = "", words = ""]) =>
    wrapped(words, { ...look, prefix: " ".repeat(14) }).replace(" ".repeat(14), `  ${name.padEnd(12)}`),
  );
  return `${styled("Why?", { format: "bold", ...look })}\n${lines.join("\n")}\n`;
}

function writingRows(writing: Writing): string[][] {
  if (writing.kind === "not written") return [["Not written", sentence(writing.why)]];
  const { model, promptHash, tokens, sentences, leftOut } = writing;
  const file = model.hash === undefined ? "" : `, file ${model.hash.slice(0, HASH_DIGITS)}`;
  return [
    ["Model", nameOf(model) + file],
    [
      "Prompt",
      `${promptHash.slice(0, HASH_DIGITS)}, ${counted(tokens.prompt, "token")}, ${tokens.reused} of them reused`,
    ],
    [
      "Written",
      `${counted(tokens.written, "token")}; ${counted(sentences.kept, "sentence")} kept, ${sentences.dropped} dropped`,
    ],
    ["Left out", `${counted(leftOut.passages, "passage")}, ${counted(leftOut.turns, "earlier turn")}`],
  ];
}
