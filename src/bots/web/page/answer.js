/** @import { Answer, CitedAnswer, ModelLabel, Passage, QuotedAnswer, Range } from "./model.js" */
/** @import { OpenPassage } from "./place.js" */
/** @import { Why } from "./why.js" */

import { element } from "./element.js";
import { modelName } from "./model.js";
import { placeButton, placeLine } from "./place.js";
import { writtenText } from "./passage-text.js";
import { conflictsView, numberButton, quotedIn, quotesView, sourcesView } from "./sources.js";
import { whyView } from "./why.js";

/**
 * What an answer is shown with: how it came about, and the ranges that were quoted first, by the passage's id.
 * @typedef {{ readonly why?: Why, readonly quoted?: Readonly<Record<string, readonly Range[]>>, readonly open: OpenPassage }} Given
 */

/**
 * An answer: the sentences first, then the passages they stand in; or that the documents do not hold it, with the nearest places.
 * @param {Answer} answer
 * @param {Given} given
 * @returns {HTMLElement}
 */
export function answerView(answer, given) {
  const { why, open } = given;
  const passages = "passages" in answer ? answer.passages : [];
  return element(
    "div",
    { className: "answer", tabIndex: -1 },
    ...answerNodes(answer, given),
    ...(why ? [whyView(why, { passages, open })] : []),
  );
}

/**
 * A line that says so where no model wrote what follows, but a puppet played it.
 * @param {ModelLabel | undefined} model
 */
export function puppetLabel(model) {
  return model?.kind === "puppet" ? [element("p", { className: "puppet" }, modelName(model))] : [];
}

/**
 * @param {Answer} answer
 * @param {Given} given
 * @returns {readonly (Node | string)[]}
 */
function answerNodes(answer, given) {
  const model = given.why?.writing?.kind === "written" ? given.why.writing.model : undefined;
  switch (answer.kind) {
    case "quoted":
      return quotedNodes(answer, given);
    case "cited":
      return [...puppetLabel(model), ...citedNodes(answer, given)];
    case "plain":
      return [...puppetLabel(model), writtenView(answer.text, { sources: 0, toSource: () => {} })];
    case "unknown":
      return unknownNodes(answer.nearest, given.open);
  }
}

/**
 * @param {QuotedAnswer} answer
 * @param {Given} given
 */
function quotedNodes(answer, { open }) {
  const { quotes, passages } = answer;
  const hasNumbers = passages.length > 1;
  const sources = sourcesView(passages, { rangesOf: quotedIn(quotes), hasNumbers, open });
  const { toSource } = sources;
  return [quotesView(quotes, { hasNumbers, toSource }), ...conflictsView(answer, toSource), ...sources.nodes];
}

/**
 * @param {CitedAnswer} answer
 * @param {Given} given
 */
function citedNodes(answer, { quoted = {}, open }) {
  const { text, quotes, passages } = answer;
  const own = quotedIn(quotes);
  // What the text repeats is no longer quoted, but is still what stands there.
  const rangesOf = (/** @type {Passage} */ passage, /** @type {number} */ index) => [
    ...own(passage, index),
    ...(quoted[passage.id] ?? []),
  ];
  const sources = sourcesView(passages, { rangesOf, hasNumbers: true, open });
  const { toSource } = sources;
  const rest =
    quotes.length === 0
      ? []
      : [
          element("h3", { className: "sources-title" }, "Also quoted"),
          element("div", { className: "also" }, quotesView(quotes, { hasNumbers: true, toSource })),
        ];
  const written = writtenView(text, { sources: passages.length, toSource });
  return [written, ...conflictsView(answer, toSource), ...rest, ...sources.nodes];
}

/**
 * What a model wrote, with its marks as buttons.
 * @param {string} text
 * @param {{ readonly sources: number, readonly toSource: (index: number) => void }} given
 */
export function writtenView(text, { sources, toSource }) {
  const mark = (/** @type {number} */ number) => numberButton(number, toSource);
  const shown = writtenText(text, { sources, mark });
  shown.classList.add("written");
  return shown;
}

/**
 * @param {readonly Passage[]} nearest
 * @param {OpenPassage} open
 */
function unknownNodes(nearest, open) {
  const places = nearest.map((passage) => element("li", {}, placeButton(passage, open), placeLine(passage)));
  const found =
    places.length > 0
      ? [
          element("h3", { className: "sources-title" }, "Nearest places"),
          element("ul", { className: "nearest" }, ...places),
        ]
      : [element("p", {}, "No passage comes near. Try the words that the documents would use.")];
  return [element("p", { className: "unknown" }, "Not in the docs."), ...found];
}
