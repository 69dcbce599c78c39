/** Discord's ids hold when they were made: milliseconds since its epoch, above 22 bits. */
const EPOCH = 1_420_070_400_000n;

/** Whether a value can be an id: digits that fit 64 bits. */
export function isSnowflake(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 64n;
}

/** When an id was made, in milliseconds. */
export function timeOf(id: string): number {
  return Number((BigInt(id) >> 22n) + EPOCH);
}

/** The first id of an instant, so that "since then" can be asked. */
export function snowflakeAt(time: number): string {
  const since = BigInt(Math.max(0, Math.floor(time))) - EPOCH;
  return String((since < 0n ? 0n : since) << 22n);
}

/** Orders ids by when they were made. */
export function compareIds(one: string, other: string): number {
  const [a, b] = [BigInt(one), BigInt(other)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
