/** @import { Passage } from "./model.js" */

/** @typedef {(passage: Passage, opener: HTMLElement) => void} OpenPassage */

import { element, outsideLink } from "./element.js";
import { linesOf } from "./model.js";

/**
 * Title and headings of a passage, the innermost standing out.
 * @param {Passage} passage
 * @returns {(Node | string)[]}
 */
export function placeNodes({ title, headings }) {
  const names = [title, ...headings];
  const last = names.pop() ?? "";
  const trail = names.map((name) => `${name} › `).join("");
  return trail === "" ? [last] : [element("span", { className: "trail" }, trail), last];
}

/**
 * File and lines, with the link where there is one.
 * @param {Passage} passage
 * @returns {HTMLElement}
 */
export function placeLine(passage) {
  const link = outsideLink(passage.url, "Open the page");
  return element("p", { className: "place" }, linesOf(passage), ...(link ? [" · ", link] : []));
}

/**
 * Title and headings, as a button that opens the document there.
 * @param {Passage} passage
 * @param {OpenPassage} open
 */
export function placeButton(passage, open) {
  const button = element("button", { type: "button", className: "place-button" }, ...placeNodes(passage));
  button.addEventListener("click", () => open(passage, button));
  return button;
}
