/** @import { OpenPassage } from "./answer.js" */
/** @import { Progress } from "./model.js" */
/** @import { Exchange, Outcome } from "./exchange.js" */

import { byId, element } from "./element.js";
import { exchangeView } from "./exchange.js";
import { forget, remember, remembered, turnsOf } from "./memory.js";
import { wordsOf } from "./model.js";
import { ask, fetchExamples, RequestFailed } from "./requests.js";

const NOTES = {
  searching: "Looking through the documents …",
  "asking-again": "The search was restarted; your question is asked again …",
};

/**
 * The conversation on the page: what was asked and answered, kept while the tab is open. `onChange` is told whenever a question
 * begins or ends, or all is forgotten.
 * @param {{ readonly open: OpenPassage, readonly onChange: () => void }} given
 */
export function createConversation({ open, onChange }) {
  const list = byId("exchanges", HTMLOListElement);
  const announcement = byId("announcement", HTMLElement);
  let exchanges = remembered();
  /** @type {AbortController | undefined} */
  let inHand;

  const put = async (/** @type {string} */ question) => {
    if (inHand) return;
    const stopping = new AbortController();
    inHand = stopping;
    const turns = turnsOf(exchanges);
    const asking = /** @type {const} */ ({ kind: "asking", note: NOTES.searching });
    const view = exchangeView({ question, outcome: asking }, { open, askAgain: put });
    const settle = (/** @type {Outcome} */ outcome) => {
      view.show(outcome);
      exchanges = exchanges.with(-1, { question, outcome });
      remember(exchanges);
    };
    exchanges = [...exchanges, { question, outcome: asking }];
    list.append(view.node);
    remember(exchanges);
    onChange();
    view.node.scrollIntoView({ block: "start" });
    const onProgress = (/** @type {Progress} */ { kind }) => {
      view.show({ kind: "asking", note: NOTES[kind] });
      announcement.textContent = NOTES[kind];
    };
    const outcome = await outcomeOf({ text: question, turns }, { signal: stopping.signal, onProgress });
    // A conversation that was forgotten meanwhile has no place for it.
    if (inHand !== stopping) return;
    inHand = undefined;
    settle(outcome);
    announcement.textContent = outcome.kind === "answered" ? `Answer: ${wordsOf(outcome.answer)}` : outcome.problem;
    view.node.scrollIntoView({ block: "start" });
    onChange();
  };

  for (const exchange of exchanges) list.append(exchangeView(exchange, { open, askAgain: put }).node);
  list.lastElementChild?.scrollIntoView({ block: "start" });
  return {
    ask: put,
    isAsking: () => inHand !== undefined,
    isEmpty: () => exchanges.length === 0,
    stop: () => inHand?.abort(),
    clear() {
      inHand?.abort();
      inHand = undefined;
      exchanges = [];
      list.replaceChildren();
      announcement.textContent = "A new conversation.";
      forget();
      onChange();
    },
  };
}

/**
 * @param {Parameters<typeof ask>[0]} question
 * @param {Parameters<typeof ask>[1]} options
 * @returns {Promise<Exclude<Outcome, { kind: "asking" }>>}
 */
async function outcomeOf(question, options) {
  try {
    return { kind: "answered", answer: await ask(question, options) };
  } catch (error) {
    if (options.signal.aborted) return { kind: "stopped", problem: "Stopped." };
    if (error instanceof RequestFailed) return { kind: "stopped", problem: error.message };
    throw error;
  }
}

/**
 * Offers the server's example questions on the empty page.
 * @param {(question: string) => void} choose
 */
export async function showExamples(choose) {
  // Without them the page is the same.
  const examples = await fetchExamples().catch(() => []);
  const buttons = examples.map((question) => {
    const button = element("button", { type: "button" }, question);
    button.addEventListener("click", () => choose(question));
    return element("li", {}, button);
  });
  byId("examples", HTMLUListElement).replaceChildren(...buttons);
}
