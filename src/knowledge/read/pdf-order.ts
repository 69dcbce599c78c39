import type { Run } from "./pdf-runs.ts";

/** What stands on one line of a column, from left to right. */
export interface Row {
  readonly runs: readonly Run[];
  readonly base: number;
  readonly left: number;
  readonly right: number;
  readonly size: number;
}

/** Columns are parted by white space at least so many times as wide as the letters are high. */
const GUTTER = 0.8;
/** Rows that there must be on both sides for two columns. */
const FEWEST_ROWS = 3;
/** Columns within columns within columns. */
const DEEPEST = 6;

/**
 * A sheet's rows in the order that they are read, column by column: each stretch that stands apart (above columns, one of them, below
 * them) for itself. Rows of a table stay rows, for its columns are not read one after the other.
 */
export function inReadingOrder(runs: readonly Run[], depth = 0): Row[][] {
  const gutter = depth < DEEPEST ? findGutter(runs) : undefined;
  if (!gutter) return runs.length === 0 ? [] : [toRows(runs)];
  const { x, from, to } = gutter;
  const isLeft = ({ right }: Run) => right <= x;
  const isAbove = (run: Run) => run.base < from || (run.base === from && !isLeft(run) && run.left < x);
  const isBelow = (run: Run) => run.base > to || (run.base === to && !isLeft(run) && run.left < x);
  const between = runs.filter((run) => !isAbove(run) && !isBelow(run));
  return [
    runs.filter(isAbove),
    between.filter(isLeft),
    between.filter((run) => !isLeft(run)),
    runs.filter(isBelow),
  ].flatMap((part) => inReadingOrder(part, depth + 1));
}

/** Runs that stand on the same line, line by line. */
export function toRows(runs: readonly Run[]): Row[] {
  const rows: Run[][] = [];
  for (const run of runs.toSorted((one, other) => one.base - other.base || one.left - other.left)) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && run.base - first.base < 0.4 * Math.min(first.size, run.size)) row.push(run);
    else rows.push([run]);
  }
  return rows.map((row) => {
    const main = row.reduce((longest, run) => (run.text.length > longest.text.length ? run : longest));
    return {
      runs: row.sort((one, other) => one.left - other.left),
      base: main.base,
      left: Math.min(...row.map(({ left }) => left)),
      right: Math.max(...row.map(({ right }) => right)),
      size: main.size,
    };
  });
}

/** White space between two columns: where it stands, and the lines above and below that reach over it. */
interface Gutter {
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

/** The longest gutter that parts two columns of text. */
function findGutter(runs: readonly Run[]): Gutter | undefined {
  let best: (Gutter & { readonly height: number }) | undefined;
  const sorted = runs.toSorted((one, other) => one.base - other.base);
  const starts = Map.groupBy(runs, ({ left }) => Math.round(left));
  for (const [start, begun] of starts) {
    if (begun.length < FEWEST_ROWS) continue;
    const x = start - 1.5;
    for (const { between, from, to } of partAcross(sorted, x)) {
      const height = between.length < 2 * FEWEST_ROWS ? 0 : columnsHeight(between, x);
      if (height > (best?.height ?? 0)) best = { x, from, to, height };
    }
  }
  return best;
}

/** The runs between one that reaches over a place and the next that does. */
function partAcross(sorted: readonly Run[], x: number) {
  let part = { between: new Array<Run>(), from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const parts = [part];
  for (const run of sorted) {
    if (run.left < x && run.right > x) {
      part.to = run.base;
      part = { between: [], from: run.base, to: Number.POSITIVE_INFINITY };
      parts.push(part);
    } else part.between.push(run);
  }
  return parts;
}

/** How high two columns stand beside each other; 0 where they are none. */
function columnsHeight(between: readonly Run[], x: number): number {
  const left = between.filter((run) => run.right <= x);
  const right = between.filter((run) => run.left >= x);
  if (left.length < FEWEST_ROWS || right.length < FEWEST_ROWS) return 0;
  const space = Math.min(...right.map((run) => run.left)) - Math.max(...left.map((run) => run.right));
  if (space < GUTTER * medianOf(between.map(({ size }) => size))) return 0;
  const [one, other] = [toRows(left), toRows(right)];
  if (one.length < FEWEST_ROWS || other.length < FEWEST_ROWS || isTable(one, other)) return 0;
  return Math.min(heightOf(one), heightOf(other));
}

function heightOf(rows: readonly Row[]): number {
  return (rows.at(-1)?.base ?? 0) - (rows[0]?.base ?? 0);
}

/** Whether two sides are columns of one table: their lines stand side by side, and do not fill them as text does, or part together. */
function isTable(one: readonly Row[], other: readonly Row[]): boolean {
  const [few, many] = one.length < other.length ? [one, other] : [other, one];
  const beside = few.filter((row) => many.some(({ base }) => Math.abs(base - row.base) < row.size * 0.3));
  if (beside.length < few.length * 0.6) return false;
  if (!isFilled(one) || !isFilled(other)) return true;
  const gaps = [gapsOf(one), gapsOf(other)] as const;
  const shared = gaps[0].filter((gap) => gaps[1].some((its) => its.from < gap.to && gap.from < its.to));
  const most = Math.max(gaps[0].length, gaps[1].length);
  return most > 0 && shared.length >= most * 0.7;
}

/** Whether most lines reach far to the right, as those of a paragraph do. */
function isFilled(rows: readonly Row[]): boolean {
  const left = Math.min(...rows.map((row) => row.left));
  const width = Math.max(...rows.map((row) => row.right)) - left;
  const letters = medianOf(rows.map(({ runs }) => runs.reduce((sum, { text }) => sum + text.length, 0)));
  return letters >= 18 && rows.filter((row) => row.right - left > width * 0.7).length >= rows.length / 2;
}

/** Where rows stand further apart than most do. */
function gapsOf(rows: readonly Row[]): { readonly from: number; readonly to: number }[] {
  const usual = lineHeightOf(rows);
  return rows.slice(1).flatMap((row, index) => {
    const from = rows[index]?.base ?? row.base;
    return row.base - from > usual * 1.2 ? [{ from, to: row.base - row.size * 0.5 }] : [];
  });
}

/** How far the lines of one paragraph stand apart. */
export function lineHeightOf(rows: readonly Row[]): number {
  const heights = rows
    .slice(1)
    .map((row, index) => row.base - (rows[index]?.base ?? row.base))
    .filter((height, index) => height > 0 && height < 2.2 * (rows[index]?.size ?? 0));
  return heights.length > 0 ? medianOf(heights) : 1.2 * (rows[0]?.size ?? 10);
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
