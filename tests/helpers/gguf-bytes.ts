/** Where tensors may begin. */
export const ALIGNMENT = 32;

/** Keys of the header with their values: 32-bit numbers, texts and lists. */
export const entries = {
  number: (key: string, value: number) => Buffer.concat([string(key), u32(4), u32(value)]),
  real: (key: string, value: number) => Buffer.concat([string(key), u32(6), f32(value)]),
  text: (key: string, value: string) => Buffer.concat([string(key), u32(8), string(value)]),
  list: (key: string, type: number, values: readonly Buffer[]) =>
    Buffer.concat([string(key), u32(9), u32(type), u64(values.length), ...values]),
};

/** Bytes up to the next place that a tensor may begin at. */
export function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

/** Its length, then its UTF-8. */
export function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(bytes.length), bytes]);
}
