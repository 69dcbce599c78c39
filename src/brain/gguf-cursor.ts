/** What is wrong with a header, as the middle of a sentence. Names nothing that stands in the file. */
export class Damage extends Error {
  override readonly name = "Damage";
}

/** More of the file has to be read before its header can be told. */
export class NeedsMore extends Error {
  override readonly name = "NeedsMore";
}

/** Reads the numbers and strings of a header one after the other, never past what there is. */
export interface GgufCursor {
  at(): number;
  u32(): number;
  /** Past 2^53 it is only roughly right, which is enough to refuse it. */
  u64(): number;
  /** How many things follow. Refused when the file is too small for so many, each of which takes at least so many bytes. */
  count(what: string, given: { readonly least: number; readonly most: number }): number;
  string(most: number): string;
  /** Goes past a string of any length, and gives at most so many of its first bytes. */
  beginning(most: number): string;
  bytes(length: number): Buffer;
  skip(length: number): void;
}

interface Given {
  /** The beginning of the file. */
  readonly bytes: Buffer;
  /** How large a header may be: the whole file, or less. */
  readonly limit: number;
}

/** A cursor at the beginning of a file. Throws NeedsMore where the bytes end before the limit, and Damage where the limit is passed. */
export function createGgufCursor({ bytes, limit }: Given): GgufCursor {
  let at = 0;
  const take = (length: number): number => {
    const from = at;
    if (length > limit - from) throw new Damage("its header goes past its end, or past all sense");
    if (length > bytes.length - from) throw new NeedsMore();
    at += length;
    return from;
  };
  const u32 = () => bytes.readUInt32LE(take(4));
  const u64 = () => {
    const from = take(8);
    return bytes.readUInt32LE(from) + bytes.readUInt32LE(from + 4) * 2 ** 32;
  };
  return {
    at: () => at,
    u32,
    u64,
    count(what, { least, most }) {
      const count = u64();
      if (count > most || count * least > limit - at) throw new Damage(`its header speaks of too many ${what}`);
      return count;
    },
    string(most) {
      const length = u64();
      if (length > most) throw new Damage("its header holds a name that is too long");
      return bytes.toString("utf8", take(length), at);
    },
    beginning(most) {
      const length = u64();
      const from = take(length);
      return bytes.toString("utf8", from, from + Math.min(length, most));
    },
    bytes: (length) => bytes.subarray(take(length), at),
    skip: (length) => void take(length),
  };
}
