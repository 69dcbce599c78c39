/** @import { Progress } from "./model.js" */
/** @import { Asking } from "./exchange.js" */

import { count, sentence, wordsOf } from "./model.js";

const SEARCHING = "Looking through the documents …";
const ASKING_AGAIN = "The search was restarted; your question is asked again …";

/** @type {Asking} */
export const ASKED = { kind: "asking", note: SEARCHING };

/**
 * Where a question stands after it was told so.
 * @param {Asking} asking
 * @param {Progress} progress
 * @returns {Asking}
 */
export function afterProgress(asking, progress) {
  switch (progress.kind) {
    case "searching":
      return { ...asking, note: SEARCHING };
    case "asking-again":
      return { ...asking, note: ASKING_AGAIN };
    case "quoted":
      return { kind: "asking", note: "Writing …", standing: { quoted: progress.answer, text: "" } };
    case "waiting":
      return { ...asking, note: waitingWords(progress) };
    case "late":
      return { ...asking, note: sentence(progress.why) };
    case "writing": {
      const { standing } = asking;
      const note = `${progress.model.name} is writing …`;
      return standing
        ? {
            kind: "asking",
            note,
            standing: { ...standing, text: progress.text, passages: progress.passages, model: progress.model },
          }
        : asking;
    }
  }
}

/**
 * What is said of progress to those who listen to the page: each thing once, and of sentences that are being written nothing.
 * @param {Asking} asking After the progress.
 * @param {{ readonly progress: Progress, readonly before: string }} given What was said before.
 */
export function announced(asking, { progress, before }) {
  switch (progress.kind) {
    case "quoted":
      return `Quoted: ${wordsOf(progress.answer)} An answer is being written.`;
    case "waiting":
      // The line on the page counts down by itself.
      return / before yours|Yours is next/.test(before) ? before : asking.note;
    case "writing":
      return before;
    default:
      return asking.note;
  }
}

/** @param {Extract<Progress, { kind: "waiting" }>} progress */
function waitingWords({ ahead, seconds }) {
  const time = seconds < 120 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
  return `${ahead === 0 ? "Yours is next" : `${count(ahead, "question")} before yours`}, about ${time}`;
}
