/**
 * A stretch of the source text, of one line.
 * @typedef {{ readonly from: number, readonly to: number }} Line
 *
 * @typedef {{ readonly kind: "paragraph" | "heading" | "code", readonly lines: readonly Line[] }
 *   | { readonly kind: "rule" }
 *   | { readonly kind: "quote", readonly blocks: readonly Block[] }
 *   | { readonly kind: "list", readonly first: number | undefined, readonly items: readonly (readonly Block[])[] }
 *   | { readonly kind: "table", readonly header: readonly Line[] | undefined, readonly rows: readonly (readonly Line[])[] }} Block
 *
 * @typedef {{ readonly block: Block, readonly next: number }} Taken
 */

import { takeList } from "./lists.js";
import { takeTable } from "./tables.js";

const FENCE = /^\s*(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(?:\s+|$)/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])(?:\s+|$)/;
/** Quotes and lists within each other; what lies deeper is shown as it stands. */
const DEEPEST = 8;

/**
 * The blocks of a Markdown text. Every block knows the stretches of the source that it shows, so that a quoted range can be marked
 * in whatever it is shown as.
 * @param {string} source
 * @returns {readonly Block[]}
 */
export function blocksOf(source) {
  let from = 0;
  const lines = source.split("\n").map((line) => {
    const found = { from, to: from + line.length };
    from = found.to + 1;
    return found;
  });
  return parse(source, lines, 0);
}

/**
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {number} depth
 * @returns {readonly Block[]}
 */
function parse(source, lines, depth) {
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    if (textOf(source, lines[at]).trim() === "") at += 1;
    else {
      const { block, next } = take(source, lines, { at, depth });
      blocks.push(block);
      at = next;
    }
  }
  return blocks;
}

/**
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {{ readonly at: number, readonly depth: number }} place
 * @returns {Taken}
 */
function take(source, lines, { at, depth }) {
  const text = textOf(source, lines[at]);
  const parseInside = (/** @type {readonly Line[]} */ inside) => parse(source, inside, depth + 1);
  if (FENCE.test(text)) return takeFence(source, lines, at);
  if (HEADING.test(text)) return { block: { kind: "heading", lines: [after(lines[at], HEADING, text)] }, next: at + 1 };
  if (RULE.test(text)) return { block: { kind: "rule" }, next: at + 1 };
  const table = takeTable(source, lines, at);
  if (table) return table;
  if (depth < DEEPEST && QUOTE.test(text)) return takeQuote(source, lines, { at, parseInside });
  if (depth < DEEPEST && ITEM.test(text)) return takeList(source, lines, { at, parseInside, startsBlock });
  if (/^(?: {4}|\t)/.test(text)) return takeIndented(source, lines, at);
  return takeParagraph(source, lines, at);
}

/** Whether a line begins something other than a paragraph or a list. */
function startsBlock(/** @type {string} */ text) {
  return FENCE.test(text) || HEADING.test(text) || QUOTE.test(text) || RULE.test(text) || /^\s*\|/.test(text);
}

/**
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {number} at
 * @returns {Taken}
 */
function takeFence(source, lines, at) {
  const opening = textOf(source, lines[at]);
  const mark = FENCE.exec(opening)?.[1] ?? "";
  const indent = opening.search(/\S/);
  const isClosing = (/** @type {Line} */ line) => {
    const text = textOf(source, line).trim();
    return text.startsWith(mark) && text.replaceAll(mark[0] ?? "", "") === "";
  };
  const end = lines.findIndex((line, index) => index > at && isClosing(line));
  const inside = lines.slice(at + 1, end === -1 ? lines.length : end);
  return {
    block: { kind: "code", lines: inside.map((line) => withoutIndent(source, line, indent)) },
    next: end === -1 ? lines.length : end + 1,
  };
}

/**
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {{ readonly at: number, readonly parseInside: (lines: readonly Line[]) => readonly Block[] }} given
 * @returns {Taken}
 */
function takeQuote(source, lines, { at, parseInside }) {
  const next = endOf(lines, at, (line) => !QUOTE.test(textOf(source, line)));
  const inside = lines.slice(at, next).map((line) => after(line, QUOTE, textOf(source, line)));
  return { block: { kind: "quote", blocks: parseInside(inside) }, next };
}

/**
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {number} at
 * @returns {Taken}
 */
function takeIndented(source, lines, at) {
  const next = endOf(lines, at, (line) => !/^(?: {4}|\t)/.test(textOf(source, line)));
  return { block: { kind: "code", lines: lines.slice(at, next).map((line) => withoutIndent(source, line, 4)) }, next };
}

/**
 * @param {string} source
 * @param {readonly Line[]} lines
 * @param {number} at
 * @returns {Taken}
 */
function takeParagraph(source, lines, at) {
  const next = endOf(lines, at, (line) => {
    const text = textOf(source, line);
    return text.trim() === "" || startsBlock(text) || ITEM.test(text);
  });
  return { block: { kind: "paragraph", lines: lines.slice(at, next) }, next };
}

/**
 * The first line after `at` that ends the block.
 * @param {readonly Line[]} lines
 * @param {number} at
 * @param {(line: Line) => boolean} ends
 */
function endOf(lines, at, ends) {
  const end = lines.findIndex((line, index) => index > at && ends(line));
  return end === -1 ? lines.length : end;
}

/**
 * @param {Line | undefined} line
 * @param {RegExp} prefix
 * @param {string} text
 */
function after(line, prefix, text) {
  if (!line) return { from: 0, to: 0 };
  return { from: line.from + (prefix.exec(text)?.[0].length ?? 0), to: line.to };
}

/**
 * The line without up to `indent` characters of white space before it.
 * @param {string} source
 * @param {Line} line
 * @param {number} indent
 */
export function withoutIndent(source, line, indent) {
  const own = textOf(source, line).search(/\S|$/);
  return { from: line.from + Math.min(own, indent), to: line.to };
}

/**
 * The words of a line; empty past the last.
 * @param {string} source
 * @param {Line | undefined} line
 */
export function textOf(source, line) {
  return line ? source.slice(line.from, line.to) : "";
}
