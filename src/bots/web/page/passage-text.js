/** @import { Block, Line } from "./blocks.js" */
/** @import { Part } from "./inline.js" */
/** @import { Range } from "./model.js" */

import { blocksOf } from "./blocks.js";
import { element, outsideLink } from "./element.js";
import { partsOf } from "./inline.js";

/** Longer texts (a passage has at most 250 words, but a word has no end) are shown as they stand. */
const LONGEST_MARKDOWN = 10_000;

/**
 * Shows a Markdown text with the given ranges of its characters marked. Only text nodes and a few plain elements are made, and every
 * text node is a stretch of the source, so that marks stand where the ranges say.
 * @param {string} source
 * @param {readonly Range[]} [ranges]
 * @returns {HTMLElement}
 */
export function passageText(source, ranges = []) {
  const isMarked = new Uint8Array(source.length);
  for (const [start, end] of ranges) isMarked.fill(1, start, end);
  const link = (/** @type {string} */ address, /** @type {Node[]} */ shown) =>
    outsideLink(address, ...shown) ?? element("span", {}, ...shown);
  return textNode({ source, isMarked, link, mark: (number) => document.createTextNode(`[${number}]`), sources: 0 });
}

/**
 * Shows what a model wrote: its marks lead to the sources they count, and nothing else in it can be followed.
 * @param {string} source
 * @param {{ readonly sources: number, readonly mark: (number: number) => Node }} given
 * @returns {HTMLElement}
 */
export function writtenText(source, { sources, mark }) {
  const link = (/** @type {string} */ address, /** @type {Node[]} */ shown) => {
    const text = shown.map((node) => node.textContent).join("");
    return element("span", {}, ...shown, ...(text === address ? [] : [` (${address})`]));
  };
  return textNode({ source, isMarked: new Uint8Array(source.length), link, mark, sources });
}

/**
 * @param {Show} show
 * @returns {HTMLElement}
 */
function textNode(show) {
  const { source } = show;
  const shown = element("div", { className: "passage-text" });
  if (source.length > LONGEST_MARKDOWN) shown.append(codeOf([{ from: 0, to: source.length }], show));
  else shown.append(...blocksOf(source).map((block) => nodeOf(block, show)));
  return shown;
}

/**
 * @typedef {object} Show
 * @property {string} source
 * @property {Uint8Array} isMarked By character of the source.
 * @property {(address: string, shown: Node[]) => Node} link
 * @property {(number: number) => Node} mark
 * @property {number} sources How many of them marks may count.
 */

/**
 * @param {Block} block
 * @param {Show} show
 * @returns {HTMLElement}
 */
function nodeOf(block, show) {
  switch (block.kind) {
    case "paragraph":
      return element("p", {}, ...inlineOf(block.lines, show));
    case "heading":
      return element("p", { className: "passage-heading" }, ...inlineOf(block.lines, show));
    case "code":
      return codeOf(block.lines, show);
    case "rule":
      return element("hr");
    case "quote":
      return element("blockquote", {}, ...block.blocks.map((inside) => nodeOf(inside, show)));
    case "list": {
      const items = block.items.map((blocks) =>
        element("li", {}, ...blocks.flatMap((inside) => itemNodes(inside, show))),
      );
      return block.first === undefined ? element("ul", {}, ...items) : element("ol", { start: block.first }, ...items);
    }
    case "table":
      return tableOf(block, show);
  }
}

/**
 * The text of an item stands in it directly.
 * @param {Block} block
 * @param {Show} show
 * @returns {Node[]}
 */
function itemNodes(block, show) {
  return block.kind === "paragraph" ? [element("span", {}, ...inlineOf(block.lines, show))] : [nodeOf(block, show)];
}

/**
 * @param {Extract<Block, { kind: "table" }>} table
 * @param {Show} show
 */
function tableOf({ header, rows }, show) {
  const row = (/** @type {readonly Line[]} */ cells, /** @type {"th" | "td"} */ name) =>
    element("tr", {}, ...cells.map((cell) => element(name, {}, ...inlineOf([cell], show))));
  const head = header ? [element("thead", {}, row(header, "th"))] : [];
  const body = element("tbody", {}, ...rows.map((cells) => row(cells, "td")));
  return element("div", { className: "wide" }, element("table", {}, ...head, body));
}

/**
 * @param {readonly Line[]} lines
 * @param {Show} show
 */
function codeOf(lines, show) {
  const flat = flatten(lines, show);
  return element("pre", {}, element("code", {}, ...markedOf({ from: 0, to: flat.text.length }, flat)));
}

/**
 * Lines put together, with the place in the source that each character comes from.
 * @typedef {Show & { readonly text: string, readonly places: readonly number[] }} Flat
 *
 * @param {readonly Line[]} lines
 * @param {Show} show
 * @returns {Flat}
 */
function flatten(lines, show) {
  const places = lines.flatMap(({ from, to }, index) => {
    const own = Array.from({ length: to - from }, (_, offset) => from + offset);
    return index < lines.length - 1 ? [...own, to] : own;
  });
  return { ...show, places, text: places.map((place) => show.source[place]).join("") };
}

/**
 * @param {readonly Line[]} lines
 * @param {Show} show
 * @returns {Node[]}
 */
function inlineOf(lines, show) {
  const trimmed = lines.map(({ from, to }) => {
    const text = show.source.slice(from, to);
    const start = from + text.search(/\S|$/);
    return { from: start, to: Math.max(start, from + text.trimEnd().length) };
  });
  // The character after a trimmed line is a space or the line's end: white space either way.
  const flat = flatten(trimmed, show);
  return partsOf(flat.text, { marks: show.sources }).flatMap((part) => partNodes(part, flat));
}

/**
 * @param {Part} part
 * @param {Flat} flat
 * @returns {Node[]}
 */
function partNodes(part, flat) {
  switch (part.kind) {
    case "text":
      return markedOf(part, flat);
    case "code":
      return [element("code", {}, ...markedOf(part, flat))];
    case "image":
      return [element("span", { className: "image" }, ...markedOf(part, flat))];
    case "break":
      return [element("br")];
    case "strong":
      return [element("strong", {}, ...part.parts.flatMap((inside) => partNodes(inside, flat)))];
    case "emphasis":
      return [element("em", {}, ...part.parts.flatMap((inside) => partNodes(inside, flat)))];
    case "mark":
      return [element("span", { className: "whole" }, flat.mark(part.number), part.after)];
    case "link":
      return [
        flat.link(
          part.address,
          part.parts.flatMap((inside) => partNodes(inside, flat)),
        ),
      ];
  }
}

/**
 * Text nodes of a stretch, those of quoted characters within `<mark>`.
 * @param {{ readonly from: number, readonly to: number }} stretch
 * @param {Flat} flat
 * @returns {Node[]}
 */
function markedOf({ from, to }, { text, places, isMarked }) {
  const nodes = [];
  let start = from;
  for (let at = from + 1; at <= to; at += 1) {
    const isSame = at < to && isMarked[places[at] ?? 0] === isMarked[places[start] ?? 0];
    if (isSame) continue;
    const run = text.slice(start, at);
    nodes.push(isMarked[places[start] ?? 0] ? element("mark", {}, run) : document.createTextNode(run));
    start = at;
  }
  return nodes;
}
