import { byId } from "./element.js";
import { LONGEST_TEXT } from "./model.js";

/**
 * The box that questions are typed into: Enter asks, Shift+Enter makes a new line.
 * @param {{ readonly isBusy: () => boolean, readonly onAsk: (question: string) => void, readonly onStop: () => void }} given
 */
export function createComposer({ isBusy, onAsk, onStop }) {
  const form = byId("ask", HTMLFormElement);
  const input = byId("question", HTMLTextAreaElement);
  const send = byId("send", HTMLButtonElement);
  const stop = byId("stop", HTMLButtonElement);

  const grow = () => {
    input.rows = 1;
    const lineHeight = Number.parseFloat(getComputedStyle(input).lineHeight);
    input.rows = Math.min(8, Math.max(1, Math.floor(input.scrollHeight / lineHeight)));
  };
  input.addEventListener("input", () => {
    grow();
    showProblem(problemWith(input.value));
  });
  input.addEventListener("keydown", (event) => {
    // Enter also ends a composition (Japanese, Chinese); that is not meant for us.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = input.value.trim();
    if (question === "" || isBusy() || problemWith(input.value)) return;
    input.value = "";
    grow();
    onAsk(question);
  });
  stop.addEventListener("click", () => {
    onStop();
    input.focus({ preventScroll: true });
  });
  return {
    focus: () => input.focus(),
    /** Shows Stop in place of Ask while a question is in hand. */
    update() {
      send.hidden = isBusy();
      stop.hidden = !isBusy();
    },
  };
}

/** @param {string} text */
function problemWith(text) {
  const { length } = text.trim();
  if (length <= LONGEST_TEXT) return "";
  return `The question has ${length} characters, more than ${LONGEST_TEXT}; shorten it.`;
}

/** @param {string} problem */
function showProblem(problem) {
  const shown = byId("ask-problem", HTMLElement);
  shown.hidden = problem === "";
  shown.textContent = problem;
}
