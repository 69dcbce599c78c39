/** @import { Answer, Passage, Quote } from "./model.js" */

import { element } from "./element.js";
import { foldAroundMarks } from "./fold.js";
import { placeLine, placeNodes } from "./place.js";
import { passageText } from "./passage-text.js";

/** @typedef {(passage: Passage, opener: HTMLElement) => void} OpenPassage */

/**
 * An answer: the sentences first, then the passages they stand in; or that the documents do not hold it, with the nearest places.
 * @param {Answer} answer
 * @param {OpenPassage} open Shows a passage within its document.
 * @returns {HTMLElement}
 */
export function answerView(answer, open) {
  return answer.kind === "quoted" ? quotedView(answer, open) : unknownView(answer.nearest, open);
}

/**
 * @param {Extract<Answer, { kind: "quoted" }>} answer
 * @param {OpenPassage} open
 */
function quotedView({ quotes, passages }, open) {
  const hasNumbers = passages.length > 1;
  const cards = passages.map((passage, index) => {
    const own = quotes.filter((quote) => quote.passage === index);
    return sourceCard(passage, { number: hasNumbers ? index + 1 : undefined, quotes: own, open });
  });
  /** @param {number} index */
  const toSource = (index) => {
    cards[index]?.scrollIntoView({ block: "nearest" });
    cards[index]?.querySelector("button")?.focus({ preventScroll: true });
  };
  return element(
    "div",
    { className: "answer" },
    element("div", { className: "quotes" }, ...quotes.map((quote) => quoteView(quote, { hasNumbers, toSource }))),
    element("h3", { className: "sources-title" }, hasNumbers ? "Where this stands" : "Where it stands"),
    element("div", { className: "sources" }, ...cards),
  );
}

/**
 * @param {Quote} quote
 * @param {{ readonly hasNumbers: boolean, readonly toSource: (index: number) => void }} given
 */
function quoteView({ text, passage }, { hasNumbers, toSource }) {
  if (!hasNumbers) return element("p", { className: "quote" }, text);
  const number = String(passage + 1);
  const jump = element(
    "button",
    { type: "button", className: "source-number", "aria-label": `Source ${number}`, onclick: () => toSource(passage) },
    number,
  );
  return element("p", { className: "quote" }, text, " ", jump);
}

/**
 * @param {Passage} passage
 * @param {{ readonly number: number | undefined, readonly quotes: readonly Quote[], readonly open: OpenPassage }} given
 */
function sourceCard(passage, { number, quotes, open }) {
  const text = passageText(
    passage.text,
    quotes.flatMap(({ ranges }) => ranges),
  );
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

/**
 * @param {readonly Passage[]} nearest
 * @param {OpenPassage} open
 */
function unknownView(nearest, open) {
  const places = nearest.map((passage) => element("li", {}, placeButton(passage, open), placeLine(passage)));
  const found =
    places.length > 0
      ? [
          element("h3", { className: "sources-title" }, "Nearest places"),
          element("ul", { className: "nearest" }, ...places),
        ]
      : [element("p", {}, "No passage comes near. Try the words that the documents would use.")];
  return element("div", { className: "answer" }, element("p", { className: "unknown" }, "Not in the docs."), ...found);
}

/**
 * Title and headings, as a button that opens the document there.
 * @param {Passage} passage
 * @param {OpenPassage} open
 */
function placeButton(passage, open) {
  const button = element("button", { type: "button", className: "place-button" }, ...placeNodes(passage));
  button.addEventListener("click", () => open(passage, button));
  return button;
}
