import type { Audience, Conversation, Hit } from "../chat.ts";
import type { Brain } from "../brain/brain.ts";
import type { Log } from "../log.ts";
import { readSought } from "./docs-choices.ts";

/** Passages that suggestions are taken from; several may be of one heading. */
const LOOKED_AT = 60;
/** Suggestions later than this are of no use to somebody who is typing. */
const SUGGEST_MS = 2_000;

/** Who types what, and where. */
export interface Typed {
  readonly conversation: Conversation;
  readonly askerId: string;
  readonly value: string;
}

/** What suggestions are made with. */
export interface Suggesting {
  readonly brain: Pick<Brain, "lookup">;
  readonly clearanceOf: (
    place: Omit<Typed, "value"> & { readonly seenBy: "asker" },
    options: { readonly signal: AbortSignal },
  ) => Promise<readonly Audience[]>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Passages for what somebody is typing, as far as they may read them. A new letter takes the place of a search that still runs for the
 * last one; whatever fails or comes too late gives nothing.
 */
export function createSuggest({
  brain,
  clearanceOf,
  log,
  signal,
}: Suggesting): (typed: Typed) => Promise<readonly Hit[]> {
  const typing = new Map<string, AbortController>();
  return async ({ conversation, askerId, value }) => {
    typing.get(askerId)?.abort();
    const sought = readSought(value);
    if (sought?.kind !== "words") return [];
    const overtaken = new AbortController();
    typing.set(askerId, overtaken);
    const options = { signal: AbortSignal.any([signal, overtaken.signal, AbortSignal.timeout(SUGGEST_MS)]) };
    try {
      const clearance = await clearanceOf({ conversation, askerId, seenBy: "asker" }, options);
      return await brain.lookup(sought.words, { clearance, limit: LOOKED_AT, ...options });
    } catch (error) {
      if (!overtaken.signal.aborted) log.debug({ err: error }, "Suggestions came too late");
      return [];
    } finally {
      if (typing.get(askerId) === overtaken) typing.delete(askerId);
    }
  };
}
