const EPOCH = 1_420_070_400_000;

/** When the thing with this id was made, in milliseconds since 1970. */
export const madeAt = (id: string): number => Number(BigInt(id) >> 22n) + EPOCH;

/** -1, 0 or 1, as the first of two ids is older, the same or younger. */
export function byAge(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Makes ids that only grow, and ids of an instant in the past, which never repeat either. */
export function createIds(): (at?: number) => string {
  let last = 0n;
  let backdated = 0n;
  return (at) => {
    if (at !== undefined) {
      backdated = (backdated + 1n) & 0x3fffffn;
      return String((BigInt(Math.trunc(at) - EPOCH) << 22n) | backdated);
    }
    const now = BigInt(Date.now() - EPOCH) << 22n;
    last = now > last ? now : last + 1n;
    return String(last);
  };
}
