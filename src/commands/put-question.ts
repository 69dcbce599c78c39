import { randomUUID } from "node:crypto";
import { fromTerminal } from "../bots/terminal/from-terminal.ts";
import type { Answered, Brain } from "../brain/brain.ts";
import { LONGEST_TEXT } from "../channel/protocol.ts";
import type { Audience, Turn } from "../chat.ts";
import { UserError } from "../user-error.ts";
import type { Surroundings } from "./command.ts";

/** The question without white space around it. Throws a UserError when it is empty or too long. */
export function checkQuestion(text: string): string {
  const question = text.trim();
  if (question === "") throw new UserError('Nothing was asked; write the question in quotes: hearth ask "…"');
  if (question.length > LONGEST_TEXT) {
    throw new UserError(`The question has ${question.length} characters, more than ${LONGEST_TEXT}; shorten it`);
  }
  return question;
}

/** Asks the brain what was typed, and says on standard error when it has to be asked again. */
export function putQuestion(
  text: string,
  given: {
    readonly brain: Brain;
    readonly surroundings: Surroundings;
    readonly turns: readonly Turn[];
    readonly clearance: readonly Audience[];
    readonly signal: AbortSignal;
  },
): Promise<Answered> {
  const { brain, surroundings, turns, clearance, signal } = given;
  const question = fromTerminal(text, { id: randomUUID(), sentAt: new Date().toISOString(), turns, clearance });
  return brain.answer(question, {
    signal,
    onProgress: (progress) => {
      if (progress.kind === "asking-again")
        surroundings.err.write("The core was restarted; the question is asked again.\n");
    },
  });
}
