import { element } from "./element.js";

/** Characters of a snippet, and those shown before the first word that was looked up. */
const LENGTH = 180;
const BEFORE = 50;

/**
 * A stretch of a passage around the first of the words, on one line, with the words marked.
 * @param {string} text
 * @param {string} words
 * @returns {Node[]}
 */
export function snippetOf(text, words) {
  const line = text
    .slice(0, 20_000)
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[`*#|>]+|\s+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const sought = words.match(/[\p{L}\p{N}]+/gu) ?? [];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${sought.join("|")})[\\p{L}\\p{N}]*`, "giu");
  const first = sought.length > 0 ? line.search(pattern) : 0;
  const start = first > BEFORE ? line.indexOf(" ", first - BEFORE) + 1 : 0;
  const shown = line.slice(start, start + LENGTH).replace(/[\uD800-\uDBFF]$/, "");
  const parts = sought.length > 0 ? partsOf(shown, pattern) : [shown];
  return [...(start > 0 ? ["… "] : []), ...parts, ...(start + LENGTH < line.length ? [" …"] : [])].map((part) =>
    typeof part === "string" ? document.createTextNode(part) : part,
  );
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function partsOf(text, pattern) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(at, match.index), element("mark", {}, match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)];
}
