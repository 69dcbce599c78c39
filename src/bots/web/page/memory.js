/** @import { Turn } from "./model.js" */
/** @import { Exchange } from "./exchange.js" */
/** @import { Standing } from "./standing.js" */

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
      const words = outcome.kind === "answered" ? wordsOf(outcome.answer) : standingWords(outcome.standing);
      if (words === undefined) return [];
      const said = words.slice(0, LONGEST_TEXT);
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
  if (outcome.kind !== "asking") return { question, outcome };
  const { standing } = outcome;
  const problem = standing
    ? "The page was left before the answer was written."
    : "The page was left before the answer came.";
  return { question, outcome: { kind: "stopped", problem, ...(standing && { standing }) } };
}

/**
 * What stood of an answer that never became whole, in words.
 * @param {Standing | undefined} standing
 */
function standingWords(standing) {
  return standing && (standing.text || wordsOf(standing.quoted));
}
