import type { EmbedderFacts } from "../../src/knowledge/embedder.ts";
import type { EmbeddedDocument, VectorIndex } from "../../src/knowledge/vector-index.ts";
import { isWithin } from "./memory-passage-index.ts";

/** A vector index in memory, which looks at every vector: the same contract as the real one. */
export function memoryVectorIndex({ dimensions }: EmbedderFacts): VectorIndex {
  const documents = new Map<string, EmbeddedDocument>();
  return {
    documents: async () => new Map([...documents].map(([id, { hash }]) => [id, hash])),
    replace: async ({ documents: given, removed }) => {
      for (const id of [...given.map((document) => document.id), ...removed]) {
        if (!/^[0-9a-f]{32}$/.test(id)) throw new Error("A document id must be 32 hexadecimal digits");
      }
      for (const { vectors } of given) {
        if (vectors.some(({ length }) => length !== dimensions))
          throw new Error(`A vector has not ${dimensions} numbers`);
      }
      for (const id of removed) documents.delete(id);
      for (const document of given) documents.set(document.id, document);
    },
    nearest: async (vector, { clearance, scope, limit }) => {
      if (clearance.length === 0) throw new Error("A search needs a clearance");
      for (const audience of clearance) {
        if (!/^[A-Za-z0-9@_:.-]{1,200}$/.test(audience))
          throw new Error("An audience may hold letters and digits only");
      }
      if (vector.length !== dimensions) throw new Error(`A vector of this model has ${dimensions} numbers`);
      const open: readonly string[] = clearance;
      return [...documents.values()]
        .filter((document) => open.includes(document.audience) && isWithin(document, scope))
        .flatMap(({ id, hash, vectors }) =>
          vectors.map((stored, position) => ({ id: `${id}#${position}`, hash, similarity: product(vector, stored) })),
        )
        .sort((one, other) => other.similarity - one.similarity)
        .slice(0, limit);
    },
    optimize: async () => {},
    async [Symbol.asyncDispose]() {},
  };
}

function product(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < one.length; place += 1) sum += (one[place] ?? 0) * (other[place] ?? 0);
  return sum;
}
