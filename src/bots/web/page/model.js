/**
 * What the server sends, as src/chat.ts and src/brain/brain.ts define it.
 *
 * @typedef {readonly [start: number, end: number]} Range
 *
 * @typedef {object} Passage
 * @property {string} id
 * @property {string} documentId
 * @property {string} path
 * @property {string} title
 * @property {readonly string[]} headings
 * @property {readonly [first: number, last: number]} lines
 * @property {string} [url]
 * @property {string} text Markdown.
 *
 * @typedef {{ readonly passage: Passage, readonly score: number }} Hit
 * @typedef {{ readonly passage: number, readonly text: string, readonly ranges: readonly Range[] }} Quote
 *
 * @typedef {{ readonly kind: "quoted", readonly quotes: readonly Quote[], readonly passages: readonly Passage[] }
 *   | { readonly kind: "unknown", readonly nearest: readonly Passage[] }} Answer
 *
 * @typedef {{ readonly kind: "searching" } | { readonly kind: "asking-again" }} Progress
 *
 * @typedef {{ readonly role: "user" | "assistant", readonly text: string }} Turn
 *
 * @typedef {{ readonly kind: "reading", readonly done: number, readonly total: number }
 *   | { readonly kind: "current", readonly at: string, readonly seconds: number }
 *   | { readonly kind: "failed", readonly reason: string }} Sync
 *
 * @typedef {{ readonly kind: "sealed", readonly interfaces: readonly string[], readonly by: string }
 *   | { readonly kind: "not sealed", readonly why: string, readonly cure: string }} Seal
 *
 * @typedef {object} Status
 * @property {number} documents
 * @property {number} passages
 * @property {Sync} sync
 * @property {readonly { readonly path: string, readonly reason: string }[]} failed
 * @property {Seal} seal
 */

/** Characters of one message, as the server allows. */
export const LONGEST_TEXT = 4000;

/**
 * File and lines of a passage.
 * @param {Passage} passage
 */
export function linesOf({ path, lines: [first, last] }) {
  return first === last ? `${path}:${first}` : `${path}:${first}–${last}`;
}

/**
 * What was answered, in words: for the next question's earlier turns, and for whoever listens to the page.
 * @param {Answer} answer
 */
export function wordsOf(answer) {
  return answer.kind === "quoted" ? answer.quotes.map(({ text }) => text).join(" ") : "Not in the docs.";
}
