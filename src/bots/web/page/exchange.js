/** @import { Answer, Range, StaleSource } from "./model.js" */
/** @import { OpenPassage } from "./place.js" */
/** @import { Standing } from "./standing.js" */
/** @import { Why } from "./why.js" */

import { answerView } from "./answer.js";
import { element } from "./element.js";
import { staleLine, staleWords } from "./stale.js";
import { standingView } from "./standing.js";

/**
 * A question with what became of it. `note` and `problem` are sentences for people; `standing` is what stands of an answer that is
 * not whole, or never became so; `quoted` are the ranges that were quoted first, by the passage's id; by its `id` it is asked whether
 * an answer's sources have changed.
 *
 * @typedef {{ readonly kind: "asking", readonly note: string, readonly standing?: Standing }} Asking
 * @typedef {{
 *   readonly kind: "answered",
 *   readonly id?: string,
 *   readonly answer: Answer,
 *   readonly why?: Why,
 *   readonly quoted?: Readonly<Record<string, readonly Range[]>>,
 * }} Complete
 * @typedef {{ readonly kind: "stopped", readonly problem: string, readonly standing?: Standing }} Stopped
 * @typedef {Asking | Complete | Stopped} Outcome
 *
 * @typedef {{ readonly question: string, readonly outcome: Outcome }} Exchange
 */

/**
 * Shows a question, and lets what becomes of it be shown as it changes, and that sources of its answer have changed.
 * @param {Exchange} exchange
 * @param {{ readonly open: OpenPassage, readonly askAgain: (question: string) => void }} given
 */
export function exchangeView({ question, outcome }, { open, askAgain }) {
  const below = element("div", { className: "outcome" });
  const node = element("li", { className: "exchange" }, element("p", { className: "asked" }, question), below);
  let stale = "";
  /** @type {{ readonly quoted: unknown, readonly view: ReturnType<typeof standingView> } | undefined} */
  let shown;
  const line = (/** @type {Asking | Stopped} */ next) =>
    next.kind === "asking" ? noteLine(next.note) : problemLine(next.problem, () => askAgain(question));
  const show = (/** @type {Outcome} */ next) => {
    const hadFocus = below.contains(document.activeElement);
    if (next.kind === "answered") {
      below.replaceChildren(answerView(next.answer, { ...next, open }));
      // Whoever stood within what was replaced stays with the answer.
      if (hadFocus && below.firstElementChild instanceof HTMLElement)
        below.firstElementChild.focus({ preventScroll: true });
    } else if (next.standing) {
      if (shown?.quoted !== next.standing.quoted) {
        shown = { quoted: next.standing.quoted, view: standingView(next.standing, { open }) };
        below.replaceChildren(shown.view.node);
      }
      shown.view.update(next.standing, line(next));
    } else below.replaceChildren(line(next));
  };
  show(outcome);
  return {
    node,
    show,
    /**
     * Returns what is new to say, if anything is.
     * @param {readonly StaleSource[]} sources None where they are as they were.
     */
    showStale(sources) {
      const words = staleWords(sources);
      if (words === stale) return "";
      stale = words;
      below.querySelector(".stale")?.remove();
      // Below the words, above the sources.
      if (words !== "") below.querySelector(".sources-title")?.before(staleLine(words, () => askAgain(question)));
      return words;
    },
  };
}

/** @param {string} note */
function noteLine(note) {
  return element("p", { className: "progress" }, element("span", { className: "ember" }), note);
}

/**
 * @param {string} problem
 * @param {() => void} askAgain
 */
function problemLine(problem, askAgain) {
  const again = element("button", { type: "button", className: "quiet" }, "Ask again");
  again.addEventListener("click", askAgain);
  return element("p", { className: "problem" }, problem, " ", again);
}
