import type { Table } from "@lancedb/lancedb";
import type { Table as Rows } from "apache-arrow";

/** The key in a table's metadata that tells it from another one of its name that was made anew. */
export const MADE = "made";
/** What is remembered of one version of a table at most: counts, and which row an id has. */
const MOST_OF_VERSION = 50_000;
/** Where more than this share of what was found lately is not remembered, rows are fetched as they are found: one query instead of two. */
const MOSTLY = 0.5;

/** A table as it is now, or a little later, with what is remembered of it. */
export interface Seen<Row> {
  readonly table: Table;
  /** Counts once for each version of the table. */
  readonly counted: (key: string, count: () => Promise<number>) => Promise<number>;
  /**
   * The rows that a search finds, each once with its scores added up (or 1 - distance), best first. `find` is given the columns to fetch
   * besides those and `_rowid`; it is asked once more where rows were moved or taken out in between.
   */
  readonly best: (
    find: (columns: readonly string[]) => Promise<readonly Rows[]>,
    limit: number,
  ) => Promise<readonly { readonly row: Row; readonly score: number }[]>;
  /** The rows of these ids, in no order; `fetch` gives those that are not remembered, with their `_rowid`. */
  readonly byId: (
    ids: readonly string[],
    fetch: (ids: readonly string[], columns: readonly string[]) => Promise<Rows>,
  ) => Promise<readonly Row[]>;
}

/** How rows are remembered: the column that says all of a row, what is made of it, and how many of the latest are kept. */
interface RowMake<Row> {
  readonly column: string;
  readonly toRow: (cell: string) => Row;
  readonly most: number;
}

/**
 * Remembers what is fetched of a table, since most of a search's time went into fetching the same rows: rows by their addresses, for LanceDB
 * gives the address of a row to no other; counts, and which row an id has, until the table changes, by whichever process.
 */
export function rememberTable<Row extends { readonly id: string }>(
  make: RowMake<Row>,
): (table: Table) => Promise<Seen<Row>> {
  const rows = createRows(make);
  const best = findBest(rows, [make.column]);
  let [version, made] = [0, ""];
  let ofVersion = { counts: new Map<string, number>(), places: new Map<string, bigint>() };
  return async (table) => {
    const [now, { metadata }] = await Promise.all([table.version(), table.schema()]);
    // A table that was made anew gives its addresses anew.
    const isOther = (metadata.get(MADE) ?? "") !== made || now < version;
    if (isOther) rows.forget();
    const size = Math.max(ofVersion.counts.size, ofVersion.places.size);
    if (isOther || now !== version || size > MOST_OF_VERSION) ofVersion = { counts: new Map(), places: new Map() };
    [version, made] = [now, metadata.get(MADE) ?? ""];
    // What belongs to an older version, but comes later, is remembered nowhere.
    const { counts, places } = ofVersion;
    return {
      table,
      counted: async (key, count) => {
        const known = counts.get(key) ?? (await count());
        counts.set(key, known);
        return known;
      },
      best: async (find, limit) => {
        const found = await best(table, find, limit);
        for (const { row, address } of found) places.set(row.id, address);
        return found;
      },
      byId: async (ids, fetch) => {
        const known = ids.flatMap((id) => rows.get(places.get(id)) ?? []);
        const missing = new Set(ids).difference(new Set(known.map(({ id }) => id)));
        if (missing.size === 0) return known;
        const fetched = rows.keep(await fetch([...missing], [make.column]));
        for (const [address, { id }] of fetched) places.set(id, address);
        return [...known, ...fetched.values()];
      },
    };
  };
}

type Remembered<Row> = ReturnType<typeof createRows<Row>>;

/** The rows that were asked for last, by their addresses. */
function createRows<Row>({ column, toRow, most }: RowMake<Row>) {
  const rows = new Map<bigint, Row>();
  const keepOne = (address: bigint, row: Row) => {
    // Again the last in the order of the map.
    rows.delete(address);
    rows.set(address, row);
    if (rows.size > most) for (const [oldest] of rows.entries().take(1)) rows.delete(oldest);
  };
  const keep = (fetched: Rows): ReadonlyMap<bigint, Row> => {
    const cells = fetched.getChild(column);
    const made = addressesOf(fetched).map((address, place): [bigint, Row] => [
      address,
      toRow(String(cells?.get(place))),
    ]);
    for (const [address, row] of made) keepOne(address, row);
    return new Map(made);
  };
  return {
    keep,
    has: (address: bigint) => rows.has(address),
    get: (address: bigint | undefined) => (address === undefined ? undefined : rows.get(address)),
    /** The rows at these addresses; one that is gone from there is missing. */
    at: async (table: Table, addresses: readonly bigint[]): Promise<ReadonlyMap<bigint, Row>> => {
      const missing = addresses.filter((address) => !rows.has(address));
      const known = addresses.flatMap((address): [bigint, Row][] => {
        const row = rows.get(address);
        return row ? [[address, row]] : [];
      });
      for (const [address, row] of known) keepOne(address, row);
      if (missing.length === 0) return new Map(known);
      const taken = keep(await table.takeRowIds(missing).select([column]).withRowId().toArrow());
      return new Map([...known, ...taken]);
    },
    forget: () => rows.clear(),
  };
}

/** Finds rows by their addresses while most of them are remembered, else with their columns. */
function findBest<Row>(rows: Remembered<Row>, columns: readonly string[]) {
  let isMostlyKnown = false;
  return async (table: Table, find: Parameters<Seen<Row>["best"]>[0], limit: number) => {
    const findOnce = async () => {
      // Another search may change it while this one waits.
      const isFetched = !isMostlyKnown;
      const tables = await find(isFetched ? columns : []);
      const best = addUp(tables).slice(0, limit);
      const unknown = best.filter(({ address }) => !rows.has(address)).length;
      if (isFetched) for (const one of tables) rows.keep(one);
      isMostlyKnown = unknown <= best.length * MOSTLY;
      return {
        best,
        there: await rows.at(
          table,
          best.map(({ address }) => address),
        ),
      };
    };
    let { best, there } = await findOnce();
    if (there.size < best.length) ({ best, there } = await findOnce());
    return best.flatMap(({ address, score }) => {
      const row = there.get(address);
      return row ? { address, row, score } : [];
    });
  };
}

/** Each row's address once, with the sum of its scores, best first. */
function addUp(tables: readonly Rows[]): { readonly address: bigint; readonly score: number }[] {
  const scores = new Map<bigint, number>();
  for (const rows of tables) {
    const found: Float32Array | undefined = rows.getChild("_score")?.toArray();
    const distances: Float32Array | undefined = rows.getChild("_distance")?.toArray();
    for (const [place, address] of addressesOf(rows).entries()) {
      const score = found?.[place] ?? 1 - (distances?.[place] ?? 0);
      scores.set(address, (scores.get(address) ?? 0) + score);
    }
  }
  return Array.from(scores, ([address, score]) => ({ address, score })).sort((one, other) => other.score - one.score);
}

function addressesOf(fetched: Rows): bigint[] {
  return Array.from<bigint>(fetched.getChild("_rowid")?.toArray() ?? []);
}
