/** @import { Answer } from "./model.js" */
/** @import { OpenPassage } from "./answer.js" */

import { answerView } from "./answer.js";
import { element } from "./element.js";

/**
 * A question with what became of it. `problem` is a sentence for people.
 *
 * @typedef {{ readonly kind: "asking", readonly note: string }
 *   | { readonly kind: "answered", readonly answer: Answer }
 *   | { readonly kind: "stopped", readonly problem: string }} Outcome
 *
 * @typedef {{ readonly question: string, readonly outcome: Outcome }} Exchange
 */

/**
 * Shows a question, and lets what becomes of it be shown as it changes.
 * @param {Exchange} exchange
 * @param {{ readonly open: OpenPassage, readonly askAgain: (question: string) => void }} given
 */
export function exchangeView({ question, outcome }, given) {
  const below = element("div", { className: "outcome" });
  const node = element("li", { className: "exchange" }, element("p", { className: "asked" }, question), below);
  const show = (/** @type {Outcome} */ next) => below.replaceChildren(outcomeView(next, { ...given, question }));
  show(outcome);
  return { node, show };
}

/**
 * @param {Outcome} outcome
 * @param {{ readonly question: string, readonly open: OpenPassage, readonly askAgain: (question: string) => void }} given
 */
function outcomeView(outcome, { question, open, askAgain }) {
  switch (outcome.kind) {
    case "asking":
      return element("p", { className: "progress" }, element("span", { className: "ember" }), outcome.note);
    case "answered":
      return answerView(outcome.answer, open);
    case "stopped": {
      const again = element("button", { type: "button", className: "quiet" }, "Ask again");
      again.addEventListener("click", () => askAgain(question));
      return element("p", { className: "problem" }, outcome.problem, " ", again);
    }
  }
}
