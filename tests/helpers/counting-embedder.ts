import type { Embedder } from "../../src/knowledge/embedder.ts";

/** An embedder of one's own making, which keeps what it was given; texts that begin alike are near. */
export interface CountingEmbedder extends Embedder {
  readonly texts: string[];
  /** Called before texts are embedded: to wait, or to throw. */
  before: (texts: readonly string[]) => Promise<void>;
}

/** An embedder of eight dimensions whose vectors are the first letters of a text. */
export function countingEmbedder(id = "a".repeat(32)): CountingEmbedder {
  const embedder: CountingEmbedder = {
    texts: [],
    before: async () => {},
    label: () => ({ kind: "transformers", name: "counting" }),
    ready: async () => ({ id, dimensions: 8 }),
    async embed(texts, { signal }) {
      signal.throwIfAborted();
      await embedder.before(texts);
      signal.throwIfAborted();
      embedder.texts.push(...texts);
      return texts.map(lettersOf);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return embedder;
}

function lettersOf(text: string): Float32Array {
  const letters = Float32Array.from({ length: 8 }, (_, place) => (text.charCodeAt(place) || 0) - 96);
  const length = Math.hypot(...letters) || 1;
  return letters.map((letter) => letter / length);
}
