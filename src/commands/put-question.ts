import { randomUUID } from "node:crypto";
import { fromTerminal } from "../bots/terminal/from-terminal.ts";
import { createLiveAnswer, type LiveAnswer } from "../bots/terminal/live-answer.ts";
import { renderAnswer } from "../bots/terminal/to-terminal.ts";
import type { Answered, Brain, Progress } from "../brain/brain.ts";
import { LONGEST_TEXT } from "../channel/protocol.ts";
import type { Audience, Turn } from "../chat.ts";
import { UserError } from "../user-error.ts";
import { lookOf, type Surroundings } from "./command.ts";

/** The question without white space around it. Throws a UserError when it is empty or too long. */
export function checkQuestion(text: string): string {
  const question = text.trim();
  if (question === "") throw new UserError('Nothing was asked; write the question in quotes: hearth ask "…"');
  if (question.length > LONGEST_TEXT) {
    throw new UserError(`The question has ${question.length} characters, more than ${LONGEST_TEXT}; shorten it`);
  }
  return question;
}

/** Asks the brain what was typed, and says on standard error when it has to be asked again. `onProgress` may not throw. */
export function putQuestion(
  text: string,
  given: {
    readonly brain: Brain;
    readonly surroundings: Surroundings;
    readonly turns: readonly Turn[];
    readonly clearance: readonly Audience[];
    readonly signal: AbortSignal;
    readonly onProgress?: (progress: Progress) => void;
  },
): Promise<Answered> {
  const { brain, surroundings, turns, clearance, signal, onProgress } = given;
  const question = fromTerminal(text, { id: randomUUID(), sentAt: new Date().toISOString(), turns, clearance });
  return brain.answer(question, {
    signal,
    onProgress: (progress) => {
      if (progress.kind === "asking-again")
        surroundings.err.write("The core was restarted; the question is asked again.\n");
      onProgress?.(progress);
    },
  });
}

/** Shows the answer to come as it is made where `out` is a terminal; elsewhere only once, when it is there. */
export async function openLiveAnswer(brain: Brain, surroundings: Surroundings): Promise<LiveAnswer> {
  const look = lookOf(surroundings);
  if (!surroundings.isTerminal) {
    return { onProgress: () => {}, rest: (answered) => renderAnswer(answered, look), stopped: () => undefined };
  }
  // Only its name is wanted; a core that is away says so to the question itself.
  const status = await brain.status({ signal: surroundings.signal }).catch(() => undefined);
  const model = status === undefined || status.model.kind === "none" ? undefined : status.model.model;
  return createLiveAnswer({ look, model, say: (text) => void surroundings.out.write(text) });
}
