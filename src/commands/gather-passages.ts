import type { Brain } from "../brain/brain.ts";
import type { Audience, Passage } from "../chat.ts";
import { randomFrom } from "../eval/random.ts";

const LOOKUPS = 80;
const LIMIT = 100;
/** Where nothing is known of the documents yet: words of several languages, and numbers. */
const FIRST = ["the", "how", "1", "2", "10", "2026", "der", "und", "de", "la", "que", "a"];

/**
 * Passages from all over the documents, for there is no way to list them: words of what was found find more. The same documents and
 * seed give the same passages.
 */
export async function gatherPassages(
  brain: Pick<Brain, "lookup">,
  {
    clearance,
    seed,
    signal,
  }: { readonly clearance: readonly Audience[]; readonly seed: number; readonly signal: AbortSignal },
): Promise<Passage[]> {
  const random = randomFrom(seed);
  const found = new Map<string, Passage>();
  const waiting = [...FIRST];
  const asked = new Set<string>();
  for (let lookup = 0; lookup < LOOKUPS; lookup += 1) {
    const [word] = waiting.splice(lookup < FIRST.length ? 0 : Math.floor(random() * waiting.length), 1);
    if (word === undefined) break;
    asked.add(word);
    for (const { passage } of await brain.lookup(word, { clearance, limit: LIMIT, signal })) {
      if (found.has(passage.id)) continue;
      found.set(passage.id, passage);
      waiting.push(...wordsOf(passage, random).filter((other) => !asked.has(other)));
    }
  }
  return [...found.values()];
}

/** The title's words, which lead to the rest of the document, and one word of the text, which leads elsewhere. */
function wordsOf({ title, text }: Passage, random: () => number): string[] {
  const words = text.toLowerCase().match(/\p{L}{4,20}/gu) ?? [];
  const at = Math.floor(random() * words.length);
  return [...(title.toLowerCase().match(/\p{L}{4,20}/gu) ?? []).slice(0, 2), ...words.slice(at, at + 1)];
}
