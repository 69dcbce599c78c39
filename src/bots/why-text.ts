import { tookWords } from "./took-words.ts";
import type { Considered, Why } from "../brain/brain.ts";
import { counted } from "./terminal/counted.ts";
import { nameOf, sentence } from "./terminal/model-report.ts";
import { placeText } from "./docs-text.ts";
import { type Dialect, LONGEST_OWN_TEXT } from "./dialect.ts";

/** Digits of a hash that are shown; enough to compare by eye. */
const HASH_DIGITS = 12;
const MOST_PASSAGES = 8;
/** Room for passages in a message of 2,000 characters. */
const PASSAGES_ROOM = 1_200;

const KINDS: Readonly<Record<Why["kind"], string>> = {
  quoted: "Sentences of the documents, quoted",
  cited: "Written by a model, each sentence checked against the passages",
  plain: "Small talk; nothing was taken from the documents",
  unknown: "Not in the documents",
};

/** How an answer came about: passages considered, best first, what wrote it, how long it took. Markdown, at most 2,000 characters. Pure. */
export function whyText(
  { answeredAt, kind, passages, writing, timings }: Why,
  { version, dialect }: { readonly version: string; readonly dialect: Dialect },
): string {
  const text = [
    `**Why this answer?** ${sentence(KINDS[kind])}`,
    ...(passages.length === 0
      ? ["No passage that you may read was considered."]
      : ["Passages considered, best first (used ones are ticked), with what they scored:", ...passageLines(passages)]),
    ...(writing ? writingLines(writing) : []),
    dialect.small(`Given ${dialect.when(answeredAt, "date")}; took ${tookWords(timings)}; Hearth ${version}`),
  ].join("\n");
  return text.length <= LONGEST_OWN_TEXT ? text : `${text.slice(0, LONGEST_OWN_TEXT - 1)}…`;
}

function passageLines(passages: readonly Considered[]): string[] {
  const lines: string[] = [];
  let room = PASSAGES_ROOM;
  for (const passage of passages.slice(0, MOST_PASSAGES)) {
    const day = passage.modifiedAt === undefined ? "" : `, as of ${passage.modifiedAt.slice(0, 10)}`;
    const line = `${lines.length + 1}. ${passage.isUsed ? "☑ " : ""}${placeText(passage)} (${passage.score.toFixed(2)}${day})`;
    room -= line.length + 1;
    if (room < 0) break;
    lines.push(line);
  }
  const rest = passages.length - lines.length;
  return rest > 0 ? [...lines, `… and ${rest} more`] : lines;
}

function writingLines(writing: NonNullable<Why["writing"]>): string[] {
  if (writing.kind === "not written") return [`Not written: ${sentence(writing.why)}`];
  const { model, promptHash, tokens, sentences, leftOut } = writing;
  const file = model.hash === undefined ? "" : `, file ${model.hash.slice(0, HASH_DIGITS)}`;
  return [
    `Model: ${nameOf(model)}${file}; prompt ${promptHash.slice(0, HASH_DIGITS)}, ${counted(tokens.prompt, "token")} (${tokens.reused} reused), ${tokens.written} written`,
    `Sentences: ${sentences.kept} kept, ${sentences.dropped} dropped; left out ${counted(leftOut.passages, "passage")} and ${counted(leftOut.turns, "earlier turn")}`,
  ];
}
