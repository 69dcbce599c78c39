/** @import { OpenPassage } from "./place.js" */
/** @import { ModelLabel, Progress, Range } from "./model.js" */
/** @import { Asking, Complete, Exchange, Outcome, Stopped } from "./exchange.js" */
/** @import { Standing } from "./standing.js" */

import { afterProgress, announced, ASKED } from "./asking.js";
import { byId, element } from "./element.js";
import { exchangeView } from "./exchange.js";
import { forget, remember, remembered, turnsOf } from "./memory.js";
import { sentence, wordsOf } from "./model.js";
import { ask, fetchExamples, fetchStatus, RequestFailed } from "./requests.js";
import { watchStale } from "./stale.js";
import { whyOf } from "./why.js";

/** How long a written sentence is held back until it is known whose it is. */
const PATIENCE_MS = 2_000;

/**
 * The conversation on the page: what was asked and answered, kept while the tab is open. `onChange` is told whenever a question
 * begins or ends, or all is forgotten.
 * @param {{ readonly open: OpenPassage, readonly onChange: () => void }} given
 */
export function createConversation({ open, onChange }) {
  const list = byId("exchanges", HTMLOListElement);
  const announcement = byId("announcement", HTMLElement);
  const announce = (/** @type {string} */ words) => {
    if (announcement.textContent !== words) announcement.textContent = words;
  };
  let exchanges = remembered();
  /** @type {AbortController | undefined} */
  let inHand;
  let isLeft = false;

  const viewOf = (/** @type {Exchange} */ exchange, /** @type {number} */ place) => {
    // A follow-up leans on what was said before it, not on what came after.
    const askAgain = (/** @type {string} */ question) => put(question, turnsOf(exchanges.slice(0, place)));
    const view = exchangeView(exchange, { open, askAgain });
    list.append(view.node);
    return view;
  };
  const put = async (/** @type {string} */ question, turns = turnsOf(exchanges)) => {
    if (inHand) return;
    const stopping = new AbortController();
    inHand = stopping;
    isLeft = false;
    /** @type {Asking} */
    let asking = ASKED;
    const view = viewOf({ question, outcome: asking }, exchanges.length);
    views = [...views, view];
    const become = (/** @type {Outcome} */ outcome) => {
      view.show(outcome);
      exchanges = exchanges.with(-1, { question, outcome });
    };
    exchanges = [...exchanges, { question, outcome: asking }];
    remember(exchanges);
    onChange();
    view.node.scrollIntoView({ block: "start" });
    const onProgress = (/** @type {Progress} */ progress) => {
      if (inHand !== stopping || stopping.signal.aborted) return;
      asking = afterProgress(asking, progress);
      become(asking);
      if (progress.kind === "quoted") {
        remember(exchanges);
        view.node.scrollIntoView({ block: "start" });
      }
      announce(announced(asking, { progress, before: announcement.textContent ?? "" }));
    };
    const outcome = await outcomeOf({ text: question, turns }, { signal: stopping.signal, onProgress }, () => asking);
    // A conversation that was forgotten meanwhile has no place for it.
    if (inHand !== stopping) return;
    inHand = undefined;
    become(outcome);
    if (!isLeft) remember(exchanges);
    announce(endWords(outcome, { standing: asking.standing, shown: view.node }));
    // Who reads the quotes already is left where they are.
    if (!asking.standing) view.node.scrollIntoView({ block: "start" });
    onChange();
  };

  // What has come until then is kept when the page is left; that the stream ends with it is no news.
  addEventListener("pagehide", () => {
    if (!inHand) return;
    remember(exchanges);
    isLeft = true;
    inHand.abort();
  });
  let views = exchanges.map(viewOf);
  watchStale({
    ids: () => exchanges.flatMap(({ outcome }) => idIn(outcome) ?? []),
    onStale(stale, asked) {
      // What is said of the question in hand comes first.
      if (inHand) return;
      const sources = new Map(stale.map((answer) => [answer.id, answer.sources]));
      exchanges.forEach(({ question, outcome }, place) => {
        const id = idIn(outcome);
        if (id === undefined || !asked.includes(id)) return;
        const words = views[place]?.showStale(sources.get(id) ?? []);
        if (words) announce(`${words} That was the answer to: ${question}`);
      });
    },
  });
  list.lastElementChild?.scrollIntoView({ block: "start" });
  return {
    ask: (/** @type {string} */ question) => put(question),
    isAsking: () => inHand !== undefined,
    isEmpty: () => exchanges.length === 0,
    stop: () => inHand?.abort(),
    clear() {
      inHand?.abort();
      inHand = undefined;
      exchanges = [];
      views = [];
      list.replaceChildren();
      announcement.textContent = "A new conversation.";
      forget();
      onChange();
    },
  };
}

/**
 * What becomes of a question. `current` gives where it stands.
 * @param {Parameters<typeof ask>[0]} question
 * @param {Parameters<typeof ask>[1]} options
 * @param {() => Asking} current
 * @returns {Promise<Complete | Stopped>}
 */
async function outcomeOf(question, options, current) {
  try {
    const answered = await ask(question, options);
    const { standing } = current();
    const quoted = standing && { quoted: rangesOf(standing) };
    return { kind: "answered", id: answered.id, answer: answered.answer, why: whyOf(answered), ...quoted };
  } catch (error) {
    const { standing } = current();
    const stopped = (/** @type {string} */ problem) =>
      /** @type {const} */ ({ kind: "stopped", problem, ...(standing && { standing }) });
    if (options.signal.aborted) return stopped("Stopped.");
    if (error instanceof RequestFailed) return stopped(error.message);
    throw error;
  }
}

/**
 * By what it is asked whether an answer's sources have changed.
 * @param {Outcome} outcome
 */
function idIn(outcome) {
  return outcome.kind === "answered" ? outcome.id : undefined;
}

/**
 * The ranges that were quoted first, by the passage's id.
 * @param {Standing} standing
 */
function rangesOf({ quoted: { quotes, passages } }) {
  /** @type {Record<string, readonly Range[]>} */
  const found = {};
  passages.forEach(({ id }, index) => {
    found[id] = quotes.filter(({ passage }) => passage === index).flatMap(({ ranges }) => ranges);
  });
  return found;
}

/**
 * What is said at the end to those who listen to the page. Quotes that were read out before are not read out again, and marks never.
 * @param {Complete | Stopped} outcome
 * @param {{ readonly standing: Standing | undefined, readonly shown: HTMLElement }} given
 */
function endWords(outcome, { standing, shown }) {
  if (outcome.kind === "stopped") return outcome.problem;
  const { answer, why } = outcome;
  if (standing && answer.kind === "quoted" && wordsOf(answer) === wordsOf(standing.quoted)) {
    const reason = why?.writing?.kind === "not written" ? ` ${sentence(why.writing.why)}` : "";
    return `The quoted sentences are the answer.${reason}`;
  }
  const spoken = shown.querySelector(".written")?.cloneNode(true);
  if (!(spoken instanceof HTMLElement)) return `Answer: ${wordsOf(answer)}`;
  for (const mark of spoken.querySelectorAll(".source-number")) mark.remove();
  for (const block of spoken.querySelectorAll("p, li, pre, td, th")) block.append(" ");
  const puppet = shown.querySelector(".puppet")?.textContent;
  return `Answer${puppet ? ` of ${puppet}` : ""}: ${spoken.textContent.replaceAll(/\s+(?=[.,;:!?])/g, "")}`;
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
