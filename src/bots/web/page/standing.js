/** @import { ModelLabel, Passage, QuotedAnswer } from "./model.js" */
/** @import { OpenPassage } from "./place.js" */

import { puppetLabel, writtenView } from "./answer.js";
import { element } from "./element.js";
import { quotedIn, quotesView, sourcesView } from "./sources.js";

/**
 * What stands of an answer before it is whole: the quotes, what the model has written so far (whole sentences), and the model, once
 * it is known.
 * Its marks count the passages: those of the quotes first.
 * @typedef {{ readonly quoted: QuotedAnswer, readonly text: string, readonly passages?: readonly Passage[], readonly model?: ModelLabel }} Standing
 */

/**
 * Shows a quoted answer, with room below the quotes for what a model writes. `update` shows what has been written so far, and below
 * it a line that says what goes on.
 * @param {Standing} standing
 * @param {{ readonly open: OpenPassage }} given
 */
export function standingView({ quoted: { quotes, passages } }, { open }) {
  const hasNumbers = passages.length > 1;
  const sourcesOf = (/** @type {readonly Passage[]} */ all) =>
    sourcesView(all, { rangesOf: quotedIn(quotes), hasNumbers: all.length > 1, open });
  let shown = passages;
  let sources = sourcesOf(shown);
  const below = element("div", {}, ...sources.nodes);
  const toSource = (/** @type {number} */ place) => sources.toSource(place);
  const label = element("div");
  const written = writtenView("", { sources: 0, toSource });
  const note = element("div", { className: "writing-note" });
  const writing = element("section", { className: "writing", "aria-label": "Written answer" }, label, written, note);
  const node = element("div", { className: "answer" }, quotesView(quotes, { hasNumbers, toSource }), writing, below);
  return {
    node,
    /**
     * @param {Standing} standing
     * @param {Node} line
     */
    update({ text, model, passages: cited = passages }, line) {
      if (cited.length > shown.length) {
        shown = cited;
        sources = sourcesOf(shown);
        below.replaceChildren(...sources.nodes);
      }
      label.replaceChildren(...(text === "" ? [] : puppetLabel(model)));
      grow(written, writtenView(text, { sources: shown.length, toSource }));
      note.replaceChildren(line);
    },
  };
}

/**
 * Makes what stands within one element equal to what stands within another, and leaves alone what is equal already, so that what
 * somebody has selected or focused stays.
 * @param {Element} shown
 * @param {Element} wanted
 */
function grow(shown, wanted) {
  const nodes = Array.from(wanted.childNodes);
  nodes.forEach((node, index) => {
    const before = shown.childNodes[index];
    if (!before) shown.append(node);
    else if (before instanceof Element && node instanceof Element && isAlike(before, node)) grow(before, node);
    else if (!before.isEqualNode(node)) before.replaceWith(node);
  });
  while (shown.childNodes.length > nodes.length) shown.lastChild?.remove();
}

/**
 * Whether two elements are the same but for what stands within them.
 * @param {Element} one
 * @param {Element} other
 */
function isAlike(one, other) {
  return one.cloneNode(false).isEqualNode(other.cloneNode(false));
}
