/** @import { Block, Line, Taken } from "./blocks.js" */

import { textOf, withoutIndent } from "./blocks.js";

const ITEM = /^(\s*)([-*+]|(\d{1,9})[.)])(?:\s+|$)/;

/**
 * A list from `at` on, with what stands under each of its items.
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {{
 *   readonly at: number,
 *   readonly parseInside: (lines: readonly Line[]) => readonly Block[],
 *   readonly startsBlock: (text: string) => boolean,
 * }} given
 * @returns {Taken}
 */
export function takeList(source, lines, { at, parseInside, startsBlock }) {
  const [, margin = "", , number] = ITEM.exec(textOf(source, lines[at])) ?? [];
  const isSibling = (/** @type {string} */ text) => (ITEM.exec(text)?.[1]?.length ?? Infinity) <= margin.length + 1;
  const items = [];
  let next = at;
  while (next < lines.length && isSibling(textOf(source, lines[next]))) {
    const end = endOfItem(source, lines, { at: next, margin: margin.length, startsBlock });
    items.push(toItem(source, lines.slice(next, end), parseInside));
    next = end;
  }
  return { block: { kind: "list", first: number === undefined ? undefined : Number(number), items }, next };
}

/**
 * An item goes on over lines that follow it at once, and after a blank line over those that are indented further.
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {{ readonly at: number, readonly margin: number, readonly startsBlock: (text: string) => boolean }} given
 */
function endOfItem(source, lines, { at, margin, startsBlock }) {
  let end = at + 1;
  for (let index = at + 1; index < lines.length; index += 1) {
    const text = textOf(source, lines[index]);
    if (text.trim() === "") continue;
    const isInside = text.search(/\S/) > margin + 1;
    const isAfterBlank = end < index;
    if (!isInside && (ITEM.test(text) || startsBlock(text))) return isAfterBlank && ITEM.test(text) ? index : end;
    if (!isInside && isAfterBlank) return end;
    end = index + 1;
  }
  return end;
}

/**
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {(lines: readonly Line[]) => readonly Block[]} parseInside
 * @returns {readonly Block[]}
 */
function toItem(source, [first, ...rest], parseInside) {
  if (!first) return [];
  const marker = ITEM.exec(textOf(source, first))?.[0].length ?? 0;
  const inside = rest.map((line) => withoutIndent(source, line, marker));
  return parseInside([{ from: first.from + marker, to: first.to }, ...inside]);
}
