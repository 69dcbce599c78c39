/** How weights are packed: number of the type, weights and bytes of a block. */
export interface Packing {
  readonly type: number;
  readonly weights: number;
  readonly bytes: number;
  /** Gives a block of random bytes scales of its own, so that its weights are about as far from zero as asked. */
  readonly scale: (block: Buffer, spread: number) => void;
}

export const F32: Packing = { type: 0, weights: 1, bytes: 4, scale: (block) => block.writeFloatLE(1) };

/** A half-precision scale, then 32 signed bytes. */
export const Q8_0: Packing = {
  type: 8,
  weights: 32,
  bytes: 34,
  scale: (block, spread) => block.writeUInt16LE(half(spread / 74), 0),
};

/** Two half-precision scales, 12 bytes of scales of 6 bits, then 256 weights of 4 bits. */
export const Q4_K: Packing = {
  type: 12,
  weights: 256,
  bytes: 144,
  scale: (block, spread) => {
    block.writeUInt16LE(half(spread / 220), 0);
    block.writeUInt16LE(half((spread / 220) * 7.5), 2);
  },
};

/** 256 weights of 6 bits and 16 scales of a byte each, then the half-precision scale. */
export const Q6_K: Packing = {
  type: 14,
  weights: 256,
  bytes: 210,
  scale: (block, spread) => block.writeUInt16LE(half(spread / 1_370), 208),
};

/** Random bytes in blocks, so many weights of them, a few megabytes at a time. The same seed gives the same bytes. */
export function* randomBlocks(
  packing: Packing,
  given: { readonly weights: number; readonly spread: number; readonly seed: number },
): Generator<Buffer> {
  const most = Math.floor(2 ** 22 / packing.bytes);
  const words = new Uint32Array(Math.ceil((most * packing.bytes) / 4));
  const bytes = Buffer.from(words.buffer);
  let state = given.seed || 1;
  for (let left = given.weights / packing.weights; left > 0; left -= most) {
    const blocks = Math.min(left, most);
    for (let index = 0; index < (blocks * packing.bytes) / 4; index += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[index] = state;
    }
    for (let block = 0; block < blocks; block += 1) {
      packing.scale(bytes.subarray(block * packing.bytes, (block + 1) * packing.bytes), given.spread);
    }
    yield bytes.subarray(0, blocks * packing.bytes);
  }
}

/** A number as the 16 bits of half precision. */
function half(value: number): number {
  const [rounded = 0] = new Uint16Array(new Float16Array([value]).buffer);
  return rounded;
}
