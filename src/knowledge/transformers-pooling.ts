import type { Pooling } from "./transformers-folder.ts";

/** Numbers in rows: `dims` is [texts, tokens, dimensions], or [texts, numbers] where the model has made one row of each text itself. */
export interface Rows {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

/**
 * One vector of unit length for each text, one after the other, from its tokens' vectors; `lengths` are the texts' own tokens, which
 * come before any padding. Pure.
 */
export function poolTokens(
  { data, dims: [texts = 0, tokens = 0, dimensions = 0] }: Rows,
  { lengths, pooling }: { readonly lengths: readonly number[]; readonly pooling: Pooling },
): Float32Array {
  const vectors = new Float32Array(texts * dimensions);
  for (let text = 0; text < texts; text += 1) {
    const length = lengths[text] ?? tokens;
    const [from, to] = { mean: [0, length], cls: [0, 1], last: [length - 1, length] }[pooling];
    const vector = vectors.subarray(text * dimensions, (text + 1) * dimensions);
    for (let token = from ?? 0; token < (to ?? 0); token += 1) {
      const start = (text * tokens + token) * dimensions;
      for (let place = 0; place < dimensions; place += 1)
        vector[place] = (vector[place] ?? 0) + (data[start + place] ?? 0);
    }
  }
  return toUnits(vectors, dimensions);
}

/** The vectors, each made as long as 1, in place. A vector of zeros, or of what is no number, stays of zeros: near to nothing. Pure but for that. */
export function toUnits(vectors: Float32Array, dimensions: number): Float32Array {
  for (let start = 0; start < vectors.length; start += dimensions) {
    const vector = vectors.subarray(start, start + dimensions);
    const length = Math.hypot(...vector);
    if (length > 0 && Number.isFinite(length))
      for (const place of vector.keys()) vector[place] = (vector[place] ?? 0) / length;
    else vector.fill(0);
  }
  return vectors;
}

/** Scores from 0 to 1 from what a classifier gives: one number for each text, or two (no, yes). Pure. Throws for another form. */
export function toScores({ data, dims: [texts = 0, numbers = 0] }: Rows): Float32Array {
  if (numbers !== 1 && numbers !== 2) throw new Error(`The model gives ${numbers} numbers for a pair, not 1 or 2`);
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  return Float32Array.from({ length: texts }, (_, text) =>
    numbers === 1 ? sigmoid(data[text] ?? 0) : sigmoid((data[text * 2 + 1] ?? 0) - (data[text * 2] ?? 0)),
  );
}
