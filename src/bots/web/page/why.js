/** @import { Answered, Passage, Timings, Writing } from "./model.js" */
/** @import { OpenPassage } from "./place.js" */

import { element } from "./element.js";
import { count, dayOf, modelName, sentence } from "./model.js";
import { placeButton, placeLine } from "./place.js";

/** Digits of a hash that are shown; the rest is in the title. */
const HASH_DIGITS = 12;

/**
 * How an answer came about. The passages considered are kept without their text.
 * @typedef {{ readonly writing?: Writing, readonly timings: Timings, readonly considered: readonly Passage[] }} Why
 */

/**
 * @param {Answered} answered
 * @returns {Why}
 */
export function whyOf({ writing, timings, hits }) {
  return { ...(writing && { writing }), timings, considered: hits.map(({ passage }) => ({ ...passage, text: "" })) };
}

/**
 * Opens to what wrote the answer or why nothing did, what was left out, how long it took, and what was considered.
 * @param {Why} why
 * @param {{ readonly passages: readonly Passage[], readonly open: OpenPassage }} given The answer's own passages.
 */
export function whyView({ writing, timings, considered }, { passages, open }) {
  const rows = [
    ...(writing ? writingRows(writing) : []),
    row("Time", timeWords(timings)),
    ...(considered.length > 0 ? [row("Considered", consideredList(considered, { passages, open }))] : []),
  ];
  return element("details", { className: "why" }, element("summary", {}, "Why?"), element("dl", {}, ...rows.flat()));
}

/** @param {Writing} writing */
function writingRows(writing) {
  if (writing.kind === "not written") return [row("Not written", sentence(writing.why))];
  const { model, promptHash, tokens, sentences, leftOut } = writing;
  const written = count(tokens.written, "token");
  const left = [
    ...(leftOut.passages > 0 ? [count(leftOut.passages, "passage")] : []),
    ...(leftOut.turns > 0 ? [count(leftOut.turns, "earlier turn")] : []),
  ];
  return [
    row("Model", modelName(model), ...(model.hash === undefined ? [] : [", file ", hashNode(model.hash)])),
    row(
      "Prompt",
      `${count(tokens.prompt, "token")}, ${tokens.reused.toLocaleString("en")} of them reused; rules `,
      hashNode(promptHash),
    ),
    row("Written", `${written}; ${count(sentences.kept, "sentence")} kept, ${sentences.dropped} dropped`),
    row("Left out", left.length > 0 ? `${left.join(" and ")}, for want of room` : "nothing"),
  ];
}

/** @param {string} hash */
function hashNode(hash) {
  return element("code", { title: hash }, hash.slice(0, HASH_DIGITS));
}

/** @param {Timings} timings */
function timeWords({ search, answer, waiting, writing }) {
  return [
    `search ${duration(search)}`,
    `choosing sentences ${duration(answer)}`,
    ...(waiting === undefined ? [] : [`waiting ${duration(waiting)}`]),
    ...(writing === undefined ? [] : [`writing ${duration(writing)}`]),
  ].join(", ");
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * @param {readonly Passage[]} considered
 * @param {{ readonly passages: readonly Passage[], readonly open: OpenPassage }} given
 */
function consideredList(considered, { passages, open }) {
  const items = considered.map((passage) => {
    const source = passages.findIndex(({ id }) => id === passage.id) + 1;
    const line = placeLine(passage);
    const day = dayOf(passage);
    if (source > 0 && passages.length > 1) line.prepend(`Source ${source} · `);
    if (day !== undefined) line.append(" · ", element("time", { dateTime: passage.modifiedAt }, day));
    return element("li", {}, placeButton(passage, open), line);
  });
  return element("ol", { className: "considered" }, ...items);
}

/**
 * @param {string} name
 * @param {...(Node | string)} words
 */
function row(name, ...words) {
  return [element("dt", {}, name), element("dd", {}, ...words)];
}
