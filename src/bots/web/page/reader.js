/** @import { Passage } from "./model.js" */

import { byId, element, outsideLink } from "./element.js";
import { pageWords } from "./model.js";
import { passageText } from "./passage-text.js";
import { fetchDocument } from "./requests.js";

/** A window that shows a whole document, with the passage that one came for highlighted. Esc closes it. */
export function createReader() {
  const dialog = byId("reader", HTMLDialogElement);
  const text = byId("reader-text", HTMLElement);
  let latest = new AbortController();
  /** @type {HTMLElement | undefined} */
  let cameFrom;

  byId("reader-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    // Only a click beside the window's content hits the dialog itself.
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    latest.abort();
    cameFrom?.focus();
  });
  return {
    /**
     * @param {Passage} passage
     * @param {HTMLElement} opener Gets the focus back.
     */
    async open(passage, opener) {
      latest.abort();
      const { signal } = (latest = new AbortController());
      cameFrom = opener;
      showPlace(passage);
      text.replaceChildren(
        element("p", { className: "progress" }, element("span", { className: "ember" }), "Opening …"),
      );
      if (!dialog.open) dialog.showModal();
      try {
        const passages = await fetchDocument(passage.documentId, { signal });
        text.replaceChildren(...documentNodes(passages, passage.id));
        const sought = text.querySelector(".sought") ?? text;
        sought.scrollIntoView({ block: "start" });
        text.focus({ preventScroll: true });
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof Error ? error.message : "The document could not be opened.";
        text.replaceChildren(element("p", { className: "problem" }, problem));
      }
    },
  };
}

/** @param {Passage} passage */
function showPlace({ title, path, url }) {
  byId("reader-title", HTMLElement).textContent = title;
  const link = outsideLink(url, "Open the page");
  byId("reader-place", HTMLElement).replaceChildren(path, ...(link ? [" · ", link] : []));
}

/**
 * @param {readonly Passage[]} passages
 * @param {string} soughtId
 */
function documentNodes(passages, soughtId) {
  return passages.map((passage, index) => {
    const isSought = passage.id === soughtId;
    const part = element(
      "section",
      { className: isSought ? "part sought" : "part" },
      ...newHeadings(passage.headings, passages[index - 1]?.headings ?? []),
      ...(isSought ? [element("p", { className: "place" }, linesIn(passage))] : []),
      passageText(passage.text),
    );
    if (isSought) part.setAttribute("aria-label", "The passage found");
    return part;
  });
}

/** @param {Passage} passage */
function linesIn({ path, lines: [first, last], page }) {
  if (page !== undefined) return pageWords(path, page);
  if (first === 0) return "The passage found";
  return first === last ? `Line ${first}` : `Lines ${first}–${last}`;
}

/**
 * The headings that have changed since the passage before.
 * @param {readonly string[]} headings
 * @param {readonly string[]} before
 */
function newHeadings(headings, before) {
  const same = headings.findIndex((heading, depth) => heading !== before[depth]);
  const levels = /** @type {const} */ (["h3", "h4", "h5", "h6"]);
  if (same === -1) return [];
  return headings.slice(same).map((heading, index) => element(levels[Math.min(same + index, 3)] ?? "h6", {}, heading));
}
