import { Damage, type GgufCursor } from "./gguf-cursor.ts";

/** Weights in one block, and bytes it takes, by the number of its type. What is not here, the engine does not read either. */
const BLOCKS: Readonly<Record<number, readonly [weights: number, bytes: number]>> = {
  0: [1, 4], // F32
  1: [1, 2], // F16
  2: [32, 18], // Q4_0
  3: [32, 20], // Q4_1
  6: [32, 22], // Q5_0
  7: [32, 24], // Q5_1
  8: [32, 34], // Q8_0
  9: [32, 36], // Q8_1
  10: [256, 84], // Q2_K
  11: [256, 110], // Q3_K
  12: [256, 144], // Q4_K
  13: [256, 176], // Q5_K
  14: [256, 210], // Q6_K
  15: [256, 292], // Q8_K
  16: [256, 66], // IQ2_XXS
  17: [256, 74], // IQ2_XS
  18: [256, 98], // IQ3_XXS
  19: [256, 50], // IQ1_S
  20: [32, 18], // IQ4_NL
  21: [256, 110], // IQ3_S
  22: [256, 82], // IQ2_S
  23: [256, 136], // IQ4_XS
  24: [1, 1], // I8
  25: [1, 2], // I16
  26: [1, 4], // I32
  27: [1, 8], // I64
  28: [1, 8], // F64
  29: [256, 56], // IQ1_M
  30: [1, 2], // BF16
  34: [256, 54], // TQ1_0
  35: [256, 66], // TQ2_0
  39: [32, 17], // MXFP4
  40: [64, 36], // NVFP4
  41: [128, 18], // Q1_0
  42: [64, 18], // Q2_0
};

const MOST_DIMENSIONS = 4;
/** The engine's own limit on the length of a tensor's name is 63 bytes. */
const LONGEST_NAME = 63;

/**
 * Goes through the list of tensors and checks that each lies within the file, aligned, with a type that is known. Throws Damage.
 */
export function checkTensors(
  cursor: GgufCursor,
  given: { readonly count: number; readonly alignment: number; readonly fileBytes: number },
): void {
  const names = new Set<string>();
  let end = 0;
  for (let index = 0; index < given.count; index += 1) {
    names.add(cursor.string(LONGEST_NAME));
    const bytes = tensorBytes(cursor);
    const offset = cursor.u64();
    if (offset % given.alignment !== 0) throw new Damage("a tensor does not lie where one can");
    end = Math.max(end, offset + bytes);
  }
  if (names.size < given.count) throw new Damage("two of its tensors have one name");
  const start = Math.ceil(cursor.at() / given.alignment) * given.alignment;
  if (start + end > given.fileBytes) throw new Damage("a tensor lies beyond its end, as in a file that was cut off");
}

/** Reads a tensor's dimensions and type, and says how many bytes of the file it takes. */
function tensorBytes(cursor: GgufCursor): number {
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
    throw new Damage("a tensor has a number of dimensions that none can have");
  }
  const lengths = Array.from({ length: dimensions }, () => cursor.u64());
  const block = BLOCKS[cursor.u32()];
  if (!block) throw new Damage("a tensor has a type that is not known");
  const [weights, bytes] = block;
  const [row = 0] = lengths;
  if (lengths.includes(0) || row % weights !== 0) throw new Damage("a tensor has a size that its type cannot have");
  return (lengths.reduce((product, length) => product * length, 1) / weights) * bytes;
}
