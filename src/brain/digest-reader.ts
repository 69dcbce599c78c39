import { follow, nameOf } from "../memory/talk.ts";
import type { DigestMessage } from "./digest-units.ts";

/** Whose catch-up it is. `said` are ids of their own messages that others may have replied to. */
export interface DigestReader {
  readonly id: string;
  readonly name: string;
  readonly said: ReadonlySet<string>;
}

/** Parts of a name that are shorter than this are mostly something else. */
const SHORTEST_PART = 3;

/**
 * The places of messages that are meant for a reader: they name them, by name or id, reply to them or go on in a thread that they began.
 * Pure.
 */
export function placesForReader(messages: readonly DigestMessage[], reader: DigestReader): ReadonlySet<number> {
  const own = new Set([
    ...reader.said,
    ...messages.filter(({ author }) => author.id === reader.id).map(({ id }) => id),
  ]);
  const names = naming(reader);
  const name = nameOf(reader.name);
  const meant = follow(messages).filter(({ message, to }) => {
    const { author, text, replyTo, conversation, id } = message;
    if (author.id === reader.id) return false;
    const { thread } = conversation;
    const isReply =
      (replyTo !== undefined && own.has(replyTo)) || (thread !== undefined && thread !== id && own.has(thread));
    return isReply || to.includes(name) || names.test(text) || text.includes(`@${reader.id}`);
  });
  return new Set(meant.map(({ place }) => place));
}

/** Finds a whole name in any case, and a part of it behind an @ or written as in the name. */
function naming({ name }: Pick<DigestReader, "name">): { readonly test: (text: string) => boolean } {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length >= SHORTEST_PART);
  const alone = (words: readonly string[], flags: string) =>
    words.length === 0
      ? undefined
      : new RegExp(
          String.raw`(?<![\p{L}\p{N}])(?:${words.map((word) => RegExp.escape(word)).join("|")})(?![\p{L}\p{N}])`,
          flags,
        );
  const whole = alone([name], "iu");
  const marked = alone(
    parts.map((part) => `@${part}`),
    "iu",
  );
  const capitalised = alone(
    parts.filter((part) => /^\p{Lu}/u.test(part)),
    "u",
  );
  return { test: (text) => [whole, marked, capitalised].some((pattern) => pattern?.test(text) === true) };
}
