import { Damage, type GgufCursor } from "./gguf-cursor.ts";

/** A number, the beginning of a string, or of an array its length and, where it is short and of numbers, the largest. */
type GgufValue = number | string | { readonly length: number; readonly largest: number };

/** What stands under each key. */
export type GgufValues = ReadonlyMap<string, GgufValue>;

const LONGEST_KEY = 65_535;
/** Of a string only so much is kept; a chat template may be long. */
const KEPT = 200;
/** An array with a number for each layer is no longer. */
const SHORT = 1_024;
const STRING = 8;
const ARRAY = 9;

/** Bytes of a number by its type, and how to read it. */
const NUMBERS: Readonly<Record<number, readonly [bytes: number, read: (bytes: Buffer) => number]>> = {
  0: [1, (bytes) => bytes.readUInt8()],
  1: [1, (bytes) => bytes.readInt8()],
  2: [2, (bytes) => bytes.readUInt16LE()],
  3: [2, (bytes) => bytes.readInt16LE()],
  4: [4, (bytes) => bytes.readUInt32LE()],
  5: [4, (bytes) => bytes.readInt32LE()],
  6: [4, (bytes) => bytes.readFloatLE()],
  7: [1, (bytes) => bytes.readUInt8()],
  10: [8, (bytes) => Number(bytes.readBigUInt64LE())],
  11: [8, (bytes) => Number(bytes.readBigInt64LE())],
  12: [8, (bytes) => bytes.readDoubleLE()],
};

/** Reads so many keys, each with its value. Throws Damage where one cannot be. */
export function readGgufValues(cursor: GgufCursor, keys: number): GgufValues {
  const values = new Map<string, GgufValue>();
  for (let index = 0; index < keys; index += 1) {
    const key = cursor.string(LONGEST_KEY);
    if (values.has(key)) throw new Damage("two of its keys have one name");
    values.set(key, readValue(cursor));
  }
  return values;
}

function readValue(cursor: GgufCursor): GgufValue {
  const type = cursor.u32();
  if (type === STRING) return cursor.beginning(KEPT);
  if (type !== ARRAY) return readNumber(cursor, type);
  const inner = cursor.u32();
  if (inner === ARRAY) throw new Damage("it holds an array of arrays, which no engine reads");
  const [least] = inner === STRING ? [8] : numberOf(inner);
  const length = cursor.count("values in an array", { least, most: Number.MAX_SAFE_INTEGER });
  let largest = 0;
  if (inner === STRING) for (let index = 0; index < length; index += 1) cursor.beginning(0);
  else if (length > SHORT) cursor.skip(length * least);
  else for (let index = 0; index < length; index += 1) largest = Math.max(largest, readNumber(cursor, inner));
  return { length, largest };
}

function readNumber(cursor: GgufCursor, type: number): number {
  const [bytes, read] = numberOf(type);
  return read(cursor.bytes(bytes));
}

function numberOf(type: number): readonly [bytes: number, read: (bytes: Buffer) => number] {
  const number = NUMBERS[type];
  if (!number) throw new Damage("a value has a type that is not known");
  return number;
}
