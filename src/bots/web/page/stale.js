/** @import { StaleAnswer, StaleSource } from "./model.js" */

import { element } from "./element.js";
import { fetchStale } from "./requests.js";

/** How often it is asked whether sources of the answers shown have changed. */
const LOOK_MS = 5_000;
const PATIENCE_MS = 4_000;
/** Answers that can be asked about at once. */
const MOST = 50;

/**
 * Watches the answers on the page while it can be seen. `onStale` is told, each time, which were asked about, and those of them whose
 * sources have changed.
 * @param {{
 *   readonly ids: () => readonly string[],
 *   readonly onStale: (stale: readonly StaleAnswer[], asked: readonly string[]) => void,
 * }} given
 */
export function watchStale({ ids, onStale }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = async () => {
    clearTimeout(timer);
    const asked = ids().slice(-MOST);
    const isNeeded = asked.length > 0 && !document.hidden;
    // The status corner tells where Hearth does not answer.
    const stale =
      isNeeded && (await fetchStale(asked, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => "gone"));
    if (Array.isArray(stale)) onStale(stale, asked);
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(look, LOOK_MS);
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look();
  });
  void look();
}

/**
 * A line that says so, with a button that asks again.
 * @param {string} words
 * @param {() => void} askAgain
 */
export function staleLine(words, askAgain) {
  const again = element("button", { type: "button", className: "quiet" }, "Ask again");
  again.addEventListener("click", askAgain);
  return element("p", { className: "stale" }, element("span", {}, words), again);
}

/**
 * Which sources have changed, in a sentence or two; empty where none have.
 * @param {readonly StaleSource[]} sources
 */
export function staleWords(sources) {
  const titlesOf = (/** @type {StaleSource["change"]} */ change) =>
    sources.filter((source) => source.change === change).map(({ title }) => title);
  const [changed, removed] = [titlesOf("changed"), titlesOf("removed")];
  return [
    ...(changed.length > 0 ? [`The source changed since: ${changed.join(", ")}.`] : []),
    ...(removed.length > 0 ? [`The source is no longer there: ${removed.join(", ")}.`] : []),
  ].join(" ");
}
