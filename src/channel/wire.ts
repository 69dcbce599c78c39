import { z } from "zod";
import { LONGEST_TEXT } from "../chat.ts";

/** The longest message of any platform; of what is kept of it see the memory. */
export const LONGEST_MESSAGE = 40_000;
/** Words of a question, or of an earlier turn. */
export const text = z.string().max(LONGEST_TEXT);
/** A name or an id. */
export const name = z.string().max(200);
/** ISO 8601. */
export const instant = z.iso.datetime();

type Present<Given> = { [Key in keyof Given]: Exclude<Given[Key], undefined> };

/** What was read from JSON, where an optional key is there or it is not, but never undefined: now its type says so too. Pure. */
export function present<Given extends object>(given: Given): Given & Present<Given> {
  if (!isPresent(given)) throw new TypeError("A key is there without a value, which JSON cannot say");
  return given;
}

function isPresent<Given extends object>(given: Given): given is Given & Present<Given> {
  return Object.values(given).every((value) => value !== undefined);
}

export const audience = z.union([
  z.literal("public"),
  z.literal("team"),
  z.templateLiteral([z.string(), ":", z.string()]),
]);
export const clearance = z.array(audience).min(1).max(10_000);

export const platform = z.enum(["discord", "slack", "web", "terminal"]);

export const conversation = z
  .object({ platform, space: name, channel: name, thread: name.optional() })
  .transform(present);

/** The fields of a message whose text may be so long. */
export const messageFields = (words: z.ZodString) => ({
  id: name,
  conversation,
  author: z.object({ id: name, name, isBot: z.boolean() }),
  text: words,
  sentAt: instant,
  replyTo: name.optional(),
  url: z.string().max(2_000).optional(),
});
