/** @import { Conflict, Passage, Quote, Range } from "./model.js" */
/** @import { OpenPassage } from "./place.js" */

import { element } from "./element.js";
import { foldAroundMarks } from "./fold.js";
import { dayOf } from "./model.js";
import { placeButton, placeLine } from "./place.js";
import { passageText } from "./passage-text.js";

/** @typedef {(index: number) => void} ToSource */

/**
 * The passages an answer stands in, as cards under a title. `toSource` leads to one of them.
 * @param {readonly Passage[]} passages
 * @param {{
 *   readonly rangesOf: (passage: Passage, index: number) => readonly Range[],
 *   readonly hasNumbers: boolean,
 *   readonly open: OpenPassage,
 * }} given
 * @returns {{ readonly nodes: readonly Node[], readonly toSource: ToSource }}
 */
export function sourcesView(passages, { rangesOf, hasNumbers, open }) {
  const cards = passages.map((passage, index) =>
    sourceCard(passage, { number: hasNumbers ? index + 1 : undefined, ranges: rangesOf(passage, index), open }),
  );
  const title = passages.length > 1 ? "Where this stands" : "Where it stands";
  return {
    nodes: [element("h3", { className: "sources-title" }, title), element("div", { className: "sources" }, ...cards)],
    toSource(index) {
      cards[index]?.scrollIntoView({ block: "nearest" });
      cards[index]?.querySelector("button")?.focus({ preventScroll: true });
    },
  };
}

/**
 * A line for each two passages that disagree, with the days they are of.
 * @param {{ readonly passages: readonly Passage[], readonly conflicts?: readonly Conflict[] }} answer
 * @param {ToSource} toSource
 */
export function conflictsView({ passages, conflicts = [] }, toSource) {
  const nameNodes = (/** @type {number} */ place) => {
    const passage = passages[place];
    const day = passage && dayOf(passage);
    return passage
      ? [numberButton(place + 1, toSource), ` ${passage.title}${day === undefined ? "" : ` (${day})`}`]
      : [];
  };
  return conflicts.map(([one, other]) =>
    element("p", { className: "conflict" }, "These disagree: ", ...nameNodes(one), ", ", ...nameNodes(other)),
  );
}

/**
 * The ranges that are quoted from the passage at each place.
 * @param {readonly Quote[]} quotes
 * @returns {(passage: Passage, index: number) => readonly Range[]}
 */
export function quotedIn(quotes) {
  return (_passage, index) => quotes.filter(({ passage }) => passage === index).flatMap(({ ranges }) => ranges);
}

/**
 * The sentences that are quoted, each with the number of its source.
 * @param {readonly Quote[]} quotes
 * @param {{ readonly hasNumbers: boolean, readonly toSource: ToSource }} given
 */
export function quotesView(quotes, { hasNumbers, toSource }) {
  const shown = quotes.map(({ text, passage }) =>
    element("p", { className: "quote" }, text, ...(hasNumbers ? [" ", numberButton(passage + 1, toSource)] : [])),
  );
  return element("div", { className: "quotes" }, ...shown);
}

/**
 * The number of a source, as a button that leads to it.
 * @param {number} number
 * @param {ToSource} toSource
 */
export function numberButton(number, toSource) {
  const onclick = () => toSource(number - 1);
  return element(
    "button",
    { type: "button", className: "source-number", "aria-label": `Source ${number}`, onclick },
    String(number),
  );
}

/**
 * @param {Passage} passage
 * @param {{ readonly number: number | undefined, readonly ranges: readonly Range[], readonly open: OpenPassage }} given
 */
function sourceCard(passage, { number, ranges, open }) {
  const text = passageText(passage.text, ranges);
  foldAroundMarks(text);
  const badge = number === undefined ? [] : [element("span", { className: "source-badge" }, String(number))];
  return element(
    "article",
    { className: "source" },
    element(
      "header",
      { className: "source-top" },
      ...badge,
      element("div", {}, placeButton(passage, open), placeLine(passage)),
    ),
    text,
  );
}
