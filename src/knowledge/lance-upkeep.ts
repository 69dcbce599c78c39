import type { Index, Table } from "@lancedb/lancedb";

/** One index of a table. */
export interface IndexMake {
  readonly column: string;
  /** Made anew for each use: LanceDB takes a configuration once. */
  readonly make: () => Index;
  /** Tables of fewer rows do without; 0 where it is made with the table. */
  readonly fromRows: number;
  /** Whether it is learned from the rows that it was made for, and so has to be made anew as they grow in number. */
  readonly isLearned: boolean;
}

/** How a table is looked after. */
export interface Upkeep {
  readonly indexes: readonly IndexMake[];
  /** Rows outside an index that a search may have to look through one by one, or not see for a while, before the next write waits. */
  readonly mostUnindexed: number;
  readonly onWarning?: (sentence: string) => void;
}

/**
 * During writes an index is brought up to date once it lacks this many times the rows that it has: each time costs as much as making it
 * anew. With three, 63,000 passages took a third less time than with one.
 */
const UNINDEXED_SHARE = 3;
/** A learned index is made anew once it lacks, or has gained, this share. */
const RELEARN_SHARE = 0.25;
/** A fragment more is a file more for every search; beyond so many a write waits until they are made one. */
const MOST_FRAGMENTS = 100;
/** Where nothing was tidied for long: at 10,000 fragments that was seen to take two minutes. */
const ALARMING_FRAGMENTS = 500;
/** In idle time it is worth its cost from so many fragments, or from this share of unindexed rows. */
const IDLE_FRAGMENTS = 20;
const IDLE_SHARE = 0.001;
/** Versions younger than this are kept for searches that still read them. */
const KEEP_VERSIONS_MS = 10 * 60_000;
/** What was taken out or changed stays in old versions no longer than this, as long as somebody calls in idle time. */
const OLDEST_VERSION_MS = 60 * 60_000;

/** After a write: what searches would feel if it waited for idle time. */
export async function tendAfterWrite(table: Table, upkeep: Upkeep): Promise<void> {
  const { rows, fragments, unindexed } = await standingOf(table, upkeep);
  if (fragments > ALARMING_FRAGMENTS)
    upkeep.onWarning?.(`The index is in ${fragments} pieces and slow; they are made one now`);
  const isBehind = unindexed > Math.max(upkeep.mostUnindexed, (rows - unindexed) * UNINDEXED_SHARE);
  if (isBehind || fragments > MOST_FRAGMENTS) await tidy(table, upkeep);
}

/** After the last of many writes. */
export async function tendAfterMany(table: Table, upkeep: Upkeep): Promise<void> {
  const { unindexed } = await standingOf(table, upkeep);
  if (unindexed > upkeep.mostUnindexed) await tidy(table, upkeep);
}

/** In idle time: what is worth its cost, which is that of reading the whole table. Cheap to call when nothing is. */
export async function tendIdle(table: Table, upkeep: Upkeep): Promise<void> {
  const { rows, fragments, unindexed } = await standingOf(table, upkeep);
  const isWorthIt = unindexed > rows * IDLE_SHARE || fragments > IDLE_FRAGMENTS || (await hasOldVersions(table));
  if (isWorthIt) await tidy(table, upkeep);
}

/** Makes the indexes that a table of this size should have and lacks. */
export async function makeIndexes(table: Table, indexes: readonly IndexMake[]): Promise<void> {
  const rows = await table.countRows();
  for (const index of indexes) {
    if (rows < index.fromRows || !(await isDue(table, index))) continue;
    await table.createIndex(index.column, { config: index.make(), replace: true });
  }
}

async function tidy(table: Table, { indexes }: Upkeep): Promise<void> {
  await makeIndexes(table, indexes);
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - KEEP_VERSIONS_MS) });
}

async function isDue(table: Table, { column, isLearned }: IndexMake): Promise<boolean> {
  const stats = await table.indexStats(nameOf(column));
  return !stats || (isLearned && stats.numUnindexedRows > stats.numIndexedRows * RELEARN_SHARE);
}

async function standingOf(table: Table, { indexes }: Upkeep) {
  const { numRows: rows, fragmentStats } = await table.stats();
  const wanted = indexes.filter(({ fromRows }) => rows >= fromRows);
  const unindexed = await Promise.all(wanted.map(({ column }) => countUnindexed(table, column, rows)));
  return { rows, fragments: fragmentStats.numFragments, unindexed: Math.max(0, ...unindexed) };
}

/** Rows that a column's index lacks: all where there is none. */
export async function countUnindexed(table: Table, column: string, rows: number): Promise<number> {
  return (await table.indexStats(nameOf(column)))?.numUnindexedRows ?? rows;
}

async function hasOldVersions(table: Table): Promise<boolean> {
  const [oldest, ...newer] = await table.listVersions();
  return oldest !== undefined && newer.length > 0 && oldest.timestamp.getTime() < Date.now() - OLDEST_VERSION_MS;
}

/** The name that LanceDB gives a column's index. */
function nameOf(column: string): string {
  return `${column}_idx`;
}
