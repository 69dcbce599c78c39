import type { Embedder } from "../../src/knowledge/embedder.ts";
import { isFunctionWord } from "../../src/words/grammar.ts";
import { wordsOf } from "../../src/words/words.ts";

/** Words that mean the same to it. Every other word means something of its own, but for those of grammar, which mean nothing. */
const MEANINGS = [
  ["vacation", "holiday", "holidays", "leave", "urlaub"],
  ["people", "leute"],
  ["salary", "wage", "wages", "pay"],
  ["close", "closes", "shut", "shuts"],
  ["library", "open"],
  ["password"],
  ["bicycles", "bikes", "repairs", "mends"],
  ["dog", "dogs", "beach"],
];
const DIMENSIONS = 256;

/**
 * An embedder of one's own making: a text's vector is the sum of what its words mean. With `narrow` (0 to 1) all vectors have so much in
 * common, as those of some models do.
 */
export function meaningEmbedder({ narrow = 0 }: { readonly narrow?: number } = {}): Embedder {
  return {
    label: () => ({ kind: "transformers", name: "meanings" }),
    ready: async () => ({ id: "e".repeat(32), dimensions: DIMENSIONS }),
    async embed(texts, { signal }) {
      signal.throwIfAborted();
      return texts.map((text) => vectorOf(text, narrow));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function vectorOf(text: string, narrow: number): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const { word } of wordsOf(text).filter(({ stem }) => !isFunctionWord(stem))) {
    const place = placeOf(word);
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  // The last place is what all have in common.
  const shared = vector.map((value) => (value / length) * Math.sqrt(1 - narrow));
  shared[DIMENSIONS - 1] = Math.sqrt(narrow);
  return shared;
}

function placeOf(word: string): number {
  const meaning = MEANINGS.findIndex((words) => words.includes(word));
  if (meaning >= 0) return meaning;
  const hash = Array.from(word).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
  return MEANINGS.length + (hash % (DIMENSIONS - MEANINGS.length - 1));
}
