import { sentencesOf } from "../knowledge/sentences.ts";

/** A stretch of what a model wrote that is judged as one: without its marks, which count the documents of the prompt from 1. */
export interface Piece {
  readonly kind: "sentence" | "item" | "code";
  readonly text: string;
  readonly marks: readonly number[];
}

const MARK = /\s*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]/g;
/** Marks behind the end of a sentence belong to it. */
const LATE_MARKS = /([.!?。！？…])((?:\s*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\])+)/g;
/** Two marks side by side, which Markdown would take for one link. */
const NEXT_MARK = /(?<=\[\d[\d\s,;]*)\]\s*\[(?=\d)/g;
/** The beginning of a mark that may go on. */
const OPEN_MARK = /\s*\[[\d\s,;]*$/;
/** Tables are not read: what they say is said by their rows in the documents, which are quoted better. */
const TABLE_ROW = /^[ \t]*\|.*$/gm;

/**
 * What a model wrote as sentences, items and code. While it still writes, only what can no longer change: a piece behind which another
 * has begun. Pure; the pieces of a longer text begin with those of a shorter.
 */
export function piecesOf(text: string, { isWhole }: { readonly isWhole: boolean }): readonly Piece[] {
  const written = isWhole ? text : text.replace(OPEN_MARK, "");
  const found = sentencesOf(
    written.replaceAll(TABLE_ROW, "").replaceAll(NEXT_MARK, ", ").replaceAll(LATE_MARKS, "$2$1"),
  ).map(({ kind, text: own }): Piece => ({
    kind: kind === "row" ? "sentence" : kind,
    text: kind === "code" ? own : own.replaceAll(MARK, "").trim(),
    marks: kind === "code" ? [] : marksIn(own),
  }));
  if (isWhole) return found;
  const begun = found.findLastIndex(({ text: own }) => /\p{L}/u.test(own));
  return found.slice(0, Math.max(0, begun));
}

function marksIn(text: string): number[] {
  const numbers = [...text.matchAll(MARK)].flatMap(([, inside = ""]) => inside.split(/[,;]/).map(Number));
  return [...new Set(numbers)];
}
