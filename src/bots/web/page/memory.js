/** @import { Turn } from "./model.js" */
/** @import { Exchange } from "./exchange.js" */

import { LONGEST_TEXT, wordsOf } from "./model.js";

const KEY = "hearth.conversation";
/** Exchanges that a reload brings back, and earlier turns that go along with a question. */
const KEPT = 50;
const TURNS = 10;

/**
 * The conversation that this tab had before it was reloaded. A question that was in hand then comes back as one that was stopped.
 * @returns {Exchange[]}
 */
export function remembered() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.map(interrupted) : [];
  } catch {
    return [];
  }
}

/**
 * Keeps the conversation in this tab; of one too long for that, the later part.
 * @param {readonly Exchange[]} exchanges
 */
export function remember(exchanges) {
  for (let kept = exchanges.slice(-KEPT); ; kept = kept.slice(Math.ceil(kept.length / 2))) {
    try {
      return sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // The browser allows no more, or nothing at all.
      if (kept.length <= 1) return;
    }
  }
}

/** Forgets the conversation. */
export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing could be kept either.
  }
}

/**
 * What was said, for the next question. Questions without an answer are left out.
 * @param {readonly Exchange[]} exchanges
 * @returns {Turn[]}
 */
export function turnsOf(exchanges) {
  return exchanges
    .flatMap(({ question, outcome }) => {
      if (outcome.kind !== "answered") return [];
      const said = wordsOf(outcome.answer).slice(0, LONGEST_TEXT);
      return [
        { role: /** @type {const} */ ("user"), text: question },
        { role: /** @type {const} */ ("assistant"), text: said },
      ];
    })
    .slice(-TURNS);
}

/**
 * @param {Exchange} exchange
 * @returns {Exchange}
 */
function interrupted({ question, outcome }) {
  const stopped = /** @type {const} */ ({ kind: "stopped", problem: "The page was left before the answer came." });
  return { question, outcome: outcome.kind === "asking" ? stopped : outcome };
}
