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
 * @property {readonly [first: number, last: number]} lines [0, 0] where the format has no lines.
 * @property {number} [page] Page or slide.
 * @property {string} [modifiedAt] ISO 8601.
 * @property {string} [url]
 * @property {string} text Markdown.
 *
 * @typedef {{ readonly passage: Passage, readonly score: number }} Hit
 * @typedef {{ readonly passage: number, readonly text: string, readonly ranges: readonly Range[] }} Quote
 *
 * @typedef {readonly [one: number, other: number]} Conflict Two passages that disagree.
 *
 * @typedef {{
 *   readonly kind: "quoted",
 *   readonly quotes: readonly Quote[],
 *   readonly passages: readonly Passage[],
 *   readonly conflicts?: readonly Conflict[],
 * }} QuotedAnswer
 * @typedef {{
 *   readonly kind: "cited",
 *   readonly text: string,
 *   readonly quotes: readonly Quote[],
 *   readonly passages: readonly Passage[],
 *   readonly conflicts?: readonly Conflict[],
 * }} CitedAnswer What a model wrote, in Markdown; its marks [1], [2] count the passages.
 * @typedef {QuotedAnswer
 *   | CitedAnswer
 *   | { readonly kind: "plain", readonly text: string }
 *   | { readonly kind: "unknown", readonly nearest: readonly Passage[] }} Answer
 *
 * @typedef {{ readonly kind: "searching" }
 *   | { readonly kind: "asking-again" }
 *   | { readonly kind: "quoted", readonly answer: QuotedAnswer }
 *   | { readonly kind: "waiting", readonly ahead: number, readonly seconds: number }
 *   | { readonly kind: "late", readonly why: string }
 *   | { readonly kind: "writing", readonly text: string, readonly passages: readonly Passage[], readonly model: ModelLabel }} Progress
 *
 * @typedef {{ readonly kind: "llama" | "openai" | "puppet", readonly name: string, readonly hash?: string }} ModelLabel
 *
 * @typedef {object} Written
 * @property {"written"} kind
 * @property {ModelLabel} model
 * @property {string} promptHash
 * @property {{ readonly prompt: number, readonly reused: number, readonly written: number }} tokens
 * @property {{ readonly kept: number, readonly dropped: number }} sentences
 * @property {{ readonly passages: number, readonly turns: number }} leftOut
 *
 * @typedef {Written | { readonly kind: "not written", readonly why: string }} Writing
 *
 * @typedef {object} Timings Milliseconds.
 * @property {number} search
 * @property {number} answer
 * @property {number} [waiting]
 * @property {number} [writing]
 *
 * @typedef {{ readonly title: string, readonly path: string, readonly change: "changed" | "removed" }} StaleSource
 * @typedef {{ readonly id: string, readonly sources: readonly StaleSource[] }} StaleAnswer
 *
 * @typedef {object} Answered
 * @property {string} id
 * @property {Answer} answer
 * @property {readonly Hit[]} hits
 * @property {Writing} [writing]
 * @property {Timings} timings
 *
 * @typedef {{ readonly role: "user" | "assistant", readonly text: string }} Turn
 *
 * @typedef {{ readonly kind: "reading", readonly done: number, readonly total: number }
 *   | { readonly kind: "current", readonly at: string, readonly seconds: number }
 *   | { readonly kind: "failed", readonly reason: string }} Sync
 *
 * @typedef {{
 *     readonly kind: "sealed" | "private network",
 *     readonly interfaces: readonly string[],
 *     readonly by: string,
 *     readonly addresses?: readonly string[],
 *   }
 *   | {
 *       readonly kind: "not sealed",
 *       readonly why: string,
 *       readonly cure: string,
 *       readonly addresses?: readonly string[],
 *     }} Seal
 *
 * @typedef {{ readonly kind: "none" }
 *   | {
 *       readonly kind: "idle" | "loading" | "ready" | "failed",
 *       readonly model: ModelLabel,
 *       readonly writes: boolean,
 *       readonly why: string,
 *       readonly waiting: number,
 *     }} ModelStatus
 *
 * @typedef {{ readonly name: string }} Embedder
 * @typedef {{ readonly kind: "none" }
 *   | { readonly kind: "embedding", readonly model: Embedder, readonly done: number, readonly total: number }
 *   | { readonly kind: "ready", readonly model: Embedder }
 *   | { readonly kind: "failed", readonly model: Embedder, readonly why: string }} Meaning
 *
 * @typedef {object} Status
 * @property {number} documents
 * @property {number} passages
 * @property {Sync} sync
 * @property {Meaning} meaning
 * @property {readonly { readonly path: string, readonly reason: string }[]} failed
 * @property {Seal} seal
 * @property {ModelStatus} model
 */

/** Characters of one message, as the server allows. */
export const LONGEST_TEXT = 4000;

/**
 * File of a passage, with its lines, page or slide.
 * @param {Passage} passage
 */
export function linesOf({ path, lines: [first, last], page }) {
  const lines = first === 0 ? "" : first === last ? `:${first}` : `:${first}–${last}`;
  return `${path}${lines}${page === undefined ? "" : `, ${pageWords(path, page)}`}`;
}

/**
 * @param {string} path
 * @param {number} page
 */
export function pageWords(path, page) {
  return `${/\.pptx$/i.test(path) ? "slide" : "p."} ${page}`;
}

/**
 * The day a passage's document last changed, such as "2026-11-24" (UTC).
 * @param {Passage} passage
 */
export function dayOf({ modifiedAt }) {
  return modifiedAt?.slice(0, 10);
}

/**
 * What was answered, in words: for the next question's earlier turns, and for whoever listens to the page.
 * @param {Answer} answer
 */
export function wordsOf(answer) {
  switch (answer.kind) {
    case "quoted":
      return answer.quotes.map(({ text }) => text).join(" ");
    case "cited":
    case "plain":
      return answer.text;
    case "unknown":
      return "Not in the docs.";
  }
}

/**
 * A model's name; a puppet never goes without saying that it is one.
 * @param {ModelLabel} model
 */
export function modelName({ kind, name }) {
  return kind === "puppet" ? `${name} (a puppet: it plays given words)` : name;
}

/**
 * A number with its noun: "1 document", "2 documents".
 * @param {number} number
 * @param {string} noun
 */
export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * Words of Hearth's own, ending as a sentence does.
 * @param {string} words
 */
export function sentence(words) {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}
