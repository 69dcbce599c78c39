/** @import { OpenPassage } from "./place.js" */
/** @import { Hit } from "./model.js" */

import { byId, element } from "./element.js";
import { placeNodes } from "./place.js";
import { linesOf } from "./model.js";
import { fetchStatus, lookUp } from "./requests.js";
import { snippetOf } from "./snippet.js";

/** How long the words must rest before they are looked up. */
const REST_MS = 120;

/**
 * The box that looks up documents: results as one types, arrows move, Enter opens, Esc closes.
 * @param {{ readonly open: OpenPassage }} given
 */
export function createSearch({ open }) {
  const input = byId("search", HTMLInputElement);
  const results = resultList({
    input,
    onChoose: (hit) => {
      results.close();
      open(hit.passage, input);
    },
  });
  const find = restingFinder({ onHits: results.show, onProblem: results.showNote });
  input.addEventListener("input", () => find(input.value));
  input.addEventListener("click", () => find(input.value));
  input.addEventListener("blur", () => {
    find("");
    results.close();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (step !== undefined && !results.isOpen()) find(input.value);
    else if (step !== undefined) results.move(step);
    else if (event.key === "Enter") results.choose();
    else if (event.key === "Escape") {
      if (!results.isOpen()) input.value = "";
      find("");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { focus: () => input.select() };
}

/**
 * Looks up words once they have rested; a newer request ends the one before.
 * @param {{ readonly onHits: (hits: readonly Hit[]) => void, readonly onProblem: (problem: string) => void }} given
 */
function restingFinder({ onHits, onProblem }) {
  let latest = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (/** @type {string} */ words) => {
    clearTimeout(timer);
    latest.abort();
    const { signal } = (latest = new AbortController());
    if (words.trim() === "") return onProblem("");
    timer = setTimeout(async () => {
      try {
        const hits = await lookUp(words.trim(), { signal });
        if (hits.length > 0 || signal.aborted) return signal.aborted || onHits(hits);
        const note = await emptyNote(signal);
        if (!signal.aborted) onProblem(note);
      } catch (error) {
        if (!signal.aborted) onProblem(error instanceof Error ? error.message : "The search failed.");
      }
    }, REST_MS);
  };
}

/** @param {AbortSignal} signal */
async function emptyNote(signal) {
  const status = await fetchStatus({ signal });
  const isReading = status !== "starting" && status.sync.kind === "reading";
  return isReading ? "Nothing found yet; documents are still being read." : "No passage has these words.";
}

/**
 * @param {{ readonly input: HTMLInputElement, readonly onChoose: (hit: Hit) => void }} given
 */
function resultList({ input, onChoose }) {
  const panel = byId("search-panel", HTMLElement);
  const list = byId("search-results", HTMLUListElement);
  const note = byId("search-note", HTMLElement);
  /** @type {readonly Hit[]} */
  let hits = [];
  let chosen = -1;

  const highlight = (/** @type {number} */ index) => {
    chosen = index;
    Array.from(list.children).forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index >= 0) input.setAttribute("aria-activedescendant", `search-result-${index}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[index]?.scrollIntoView({ block: "nearest" });
  };
  const show = (/** @type {readonly Hit[]} */ found, /** @type {string} */ text) => {
    hits = found;
    note.textContent = text;
    list.replaceChildren(...hits.map((hit, index) => optionOf(hit, { index, words: input.value, onChoose })));
    panel.hidden = text === "";
    input.setAttribute("aria-expanded", String(hits.length > 0));
    highlight(hits.length > 0 ? 0 : -1);
  };
  return {
    show: (/** @type {readonly Hit[]} */ found) =>
      show(found, found.length === 1 ? "1 passage" : `${found.length} passages, best first`),
    showNote: (/** @type {string} */ text) => show([], text),
    close: () => show([], ""),
    isOpen: () => !panel.hidden,
    move: (/** @type {number} */ step) => {
      if (hits.length > 0) highlight((chosen + step + hits.length) % hits.length);
    },
    choose: () => {
      const hit = hits[chosen];
      if (hit) onChoose(hit);
    },
  };
}

/**
 * @param {Hit} hit
 * @param {{ readonly index: number, readonly words: string, readonly onChoose: (hit: Hit) => void }} given
 */
function optionOf(hit, { index, words, onChoose }) {
  const { passage } = hit;
  const option = element(
    "li",
    { id: `search-result-${index}`, role: "option", "aria-selected": "false" },
    element("span", { className: "result-place" }, ...placeNodes(passage)),
    element("span", { className: "result-text" }, ...snippetOf(passage.text, words)),
    element("span", { className: "place" }, linesOf(passage)),
  );
  // The input keeps the focus, so that the list is not closed before the click arrives.
  option.addEventListener("mousedown", (event) => event.preventDefault());
  option.addEventListener("click", () => onChoose(hit));
  return option;
}
