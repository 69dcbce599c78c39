import type { Table } from "@lancedb/lancedb";

/** Counts that are remembered. */
const MOST_COUNTED = 20_000;

/** Remembers what was counted of a table until the table changes, by whichever process. */
export type Counts = (table: Table, key: string, count: () => Promise<number>) => Promise<number>;

export function createCounts(): Counts {
  let counted = new Map<string, number>();
  let version: number | undefined;
  return async (table, key, count) => {
    const now = await table.version();
    if (now !== version || counted.size >= MOST_COUNTED) counted = new Map();
    version = now;
    const counts = counted;
    const known = counts.get(key) ?? (await count());
    // A count of an older version may come last; it is then remembered nowhere.
    counts.set(key, known);
    return known;
  };
}
