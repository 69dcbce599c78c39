/** @import { Line, Taken } from "./blocks.js" */

import { textOf } from "./blocks.js";

const ROW = /^\s*\|.*\|\s*$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/**
 * A table from `at` on, if one begins there: rows between bars, or any rows with a divider under the first.
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {number} at
 * @returns {Taken | undefined}
 */
export function takeTable(source, lines, at) {
  const text = textOf(source, lines[at]);
  const below = textOf(source, lines[at + 1]);
  const hasHeader = text.includes("|") && below.includes("|") && DIVIDER.test(below);
  if (!hasHeader && !ROW.test(text)) return undefined;
  const isRow = (/** @type {Line} */ line) => textOf(source, line).includes("|");
  const end = lines.findIndex((line, index) => index > at && !isRow(line));
  const next = end === -1 ? lines.length : end;
  const rows = lines
    .slice(hasHeader ? at + 2 : at, next)
    .filter((line) => !DIVIDER.test(textOf(source, line)))
    .map((line) => cellsOf(source, line));
  const [first] = lines.slice(at);
  return { block: { kind: "table", header: hasHeader && first ? cellsOf(source, first) : undefined, rows }, next };
}

/**
 * @param {string} source
 * @param {Line} line
 * @returns {readonly Line[]}
 */
function cellsOf(source, line) {
  const text = textOf(source, line);
  const start = line.from + (/^\s*\|?/.exec(text)?.[0].length ?? 0);
  const end = line.to - (/(?<!\\)\|\s*$/.exec(text)?.[0].length ?? 0);
  const cells = [];
  let from = start;
  for (let index = start; index <= end; index += 1) {
    if (index < end && (source[index] !== "|" || source[index - 1] === "\\")) continue;
    if (from <= index) cells.push({ from, to: index });
    from = index + 1;
  }
  return cells;
}
