import { z } from "zod";
import type { Audience, Question } from "../../chat.ts";
import { UserError } from "../../user-error.ts";

/** Characters of one message, and earlier turns of a question: as many as the channel to the core lets pass. */
export const LONGEST_TEXT = 4_000;
export const MOST_TURNS = 50;
/** Answers that can be asked about at once: as many as the page keeps. */
export const MOST_ANSWERS = 50;
/** Characters that can be looked up. */
export const LONGEST_WORDS = 300;

const question = z
  .string("The question is missing.")
  .trim()
  .min(1, "The question is empty; write one.")
  .max(LONGEST_TEXT, `The question has more than ${LONGEST_TEXT} characters; shorten it.`);

const turn = z.object({ role: z.enum(["user", "assistant"]), text: z.string().max(LONGEST_TEXT) });

const ask = z.object({
  id: z.uuid("The question's id must be a UUID."),
  text: question,
  turns: z.array(turn, "The earlier turns cannot be read.").max(MOST_TURNS, `At most ${MOST_TURNS} earlier turns fit.`),
});

const words = z
  .string("The words to look up are missing.")
  .max(LONGEST_WORDS, `More than ${LONGEST_WORDS} characters cannot be looked up; shorten them.`);

const answerIds = z
  .string("The answers' ids are missing.")
  .transform((given) => given.split(","))
  .pipe(
    z
      .array(z.uuid("An answer's id must be a UUID."))
      .max(MOST_ANSWERS, `At most ${MOST_ANSWERS} answers can be asked about at once.`),
  );

const documentId = z
  .string("The document's id is missing.")
  .regex(/^[0-9a-f]{32}$/, "A document's id is 32 hexadecimal digits.");

/** What the page asks, as a question. `sentAt` (ISO 8601) and the clearance are the server's. Throws a UserError for bad input. */
export function fromAsk(
  body: unknown,
  { sentAt, clearance }: { readonly sentAt: string; readonly clearance: readonly Audience[] },
): Question {
  const { id, text, turns } = checked(ask, body);
  return {
    message: {
      id,
      conversation: { platform: "web", space: "local", channel: "page" },
      author: { id: "reader", name: "reader", isBot: false },
      text,
      sentAt,
    },
    turns,
    clearance,
  };
}

/** The words to look up, without white space around them; may be empty. Throws a UserError for bad input. */
export function fromLookup(given: string | undefined): string {
  return checked(words, given).trim();
}

/** A document's id. Throws a UserError for bad input. */
export function fromDocument(given: string | undefined): string {
  return checked(documentId, given);
}

/** Ids of answers, between commas. Throws a UserError for bad input. */
export function fromAnswerIds(given: string | undefined): readonly string[] {
  return checked(answerIds, given);
}

function checked<Value>(schema: z.ZodType<Value>, given: unknown): Value {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // Only our own sentences end so; what the library says of itself may repeat the input.
  const isOurs = issue !== undefined && /^[A-Z].*\.$/.test(issue.message);
  throw new UserError(isOurs ? issue.message : "The request cannot be understood.");
}
