import type { Audience, Passage } from "../chat.ts";
import type { Brain } from "../brain/brain.ts";
import type { Sought } from "./docs-choices.ts";
import { MOST_PASSAGES } from "./docs-text.ts";

/** Passages for words, or the one that was chosen, as far as the clearance goes. */
export async function findPassages(
  sought: Sought,
  clearance: readonly Audience[],
  { brain, signal }: { readonly brain: Pick<Brain, "lookup" | "document">; readonly signal: AbortSignal },
): Promise<readonly Passage[]> {
  if (sought.kind === "words") {
    const hits = await brain.lookup(sought.words, { clearance, limit: MOST_PASSAGES, signal });
    return hits.map(({ passage }) => passage);
  }
  const passages = await brain.document(sought.documentId, { clearance, signal });
  return passages.filter(({ id }) => id === sought.id);
}

/** What `readSought` reads as the same again. Pure. */
export function wordsIn(sought: Sought): string {
  return sought.kind === "words" ? sought.words : `=${sought.id}`;
}

/** What is said where nothing was found. Pure. */
export function nothingFound(sought: Sought): string {
  return sought.kind === "words"
    ? "Not found in the documents; try fewer or other words."
    : "That is no longer there; look it up again.";
}
