import type { Quote } from "../../chat.ts";
import { toPlain } from "./plain.ts";

type Ranges = Quote["ranges"];

/** Lines shown before and after a quoted one. */
const CONTEXT = 1;

/**
 * The lines of a passage that are quoted and their neighbours, with "…" where lines are left out. Quoted stretches go through
 * `mark`, all of it through `toPlain`.
 */
export function excerpt(
  text: string,
  { ranges, mark }: { readonly ranges: Ranges; readonly mark: (quoted: string) => string },
): string {
  const lines = toLines(text);
  const quoted = lines.map(({ start, end }) => ranges.some(([from, to]) => from < end && to > start));
  const isNear = (index: number) => quoted.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).includes(true);
  const shown: string[] = [];
  lines.forEach((line, index) => {
    if (isNear(index)) shown.push(markLine(text, { line, ranges, mark }));
    else if (shown.at(-1) !== "…") shown.push("…");
  });
  return shown
    .filter((line, index) => line !== "" || !["…", undefined].includes(shown[index - 1]))
    .filter((line, index, all) => line !== "" || !["…", undefined].includes(all[index + 1]))
    .join("\n");
}

interface Line {
  readonly start: number;
  readonly end: number;
}

function toLines(text: string): Line[] {
  let start = 0;
  return text.split("\n").map((line) => {
    const found = { start, end: start + line.length };
    start = found.end + 1;
    return found;
  });
}

function markLine(
  text: string,
  given: { readonly line: Line; readonly ranges: Ranges; readonly mark: (quoted: string) => string },
): string {
  const { line, ranges, mark } = given;
  let at = line.start;
  let marked = "";
  for (const [from, to] of ranges.toSorted(([one], [other]) => one - other)) {
    const [start, end] = [Math.max(from, at), Math.min(to, line.end)];
    if (start >= end) continue;
    marked += toPlain(text.slice(at, start)) + mark(toPlain(text.slice(start, end)));
    at = end;
  }
  return (marked + toPlain(text.slice(at, line.end))).trimEnd();
}
