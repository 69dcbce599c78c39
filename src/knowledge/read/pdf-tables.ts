import { isMark } from "./pdf-lists.ts";
import { lineHeightOf, type Row } from "./pdf-order.ts";
import type { Run } from "./pdf-runs.ts";
import { joinLines, type Words } from "./pdf-text.ts";

/** Rows of a page, and what they are. */
export type Stretch =
  | { readonly kind: "text"; readonly rows: readonly Row[] }
  | { readonly kind: "table"; readonly rows: readonly Row[]; readonly cells: readonly (readonly string[])[] };

/** What stands in one column of a table, from where to where. */
interface Column {
  readonly left: number;
  readonly right: number;
  readonly size: number;
}

/** Rows of a table stand no further apart than so many of their heights, nor than so many times those before them. */
const FURTHEST = 4;
const FURTHER = 1.9;

/** A column's rows parted into tables and the text between them. */
export function partTables(given: readonly Row[], words: Words): Stretch[] {
  const rows = given.map(withMark);
  const stretches: Stretch[] = [];
  let text: Row[] = [];
  const flush = () => {
    if (text.length > 0) stretches.push({ kind: "text", rows: text });
    text = [];
  };
  for (let from = 0; from < rows.length;) {
    const table = tableFrom(rows.slice(from), words);
    if (table) {
      flush();
      stretches.push(table);
    } else text.push(...rows.slice(from, from + 1));
    from += table?.rows.length ?? 1;
  }
  flush();
  return stretches;
}

/** The table that begins with the first of some rows. */
function tableFrom(rows: readonly Row[], words: Words): Stretch | undefined {
  const first = rows[0]?.runs ?? [];
  if (first.length < 2 || first.every(({ isMono }) => isMono)) return undefined;
  let columns: readonly Column[] = [];
  let length = 0;
  let furthest = 0;
  for (const [index, row] of rows.entries()) {
    const gap = index === 0 ? 0 : row.base - (rows[index - 1]?.base ?? 0);
    const wider = widened(columns, row.runs);
    if (!wider || (index > 0 && isApart(row, { gap, furthest, index, columns }))) break;
    columns = wider;
    furthest = Math.max(furthest, gap);
    length += 1;
  }
  const own = withoutTail(rows.slice(0, length), columns);
  const isOne = own.filter(({ runs }) => runs.length > 1).length >= 2 && columns.length > 1;
  if (!isOne) return undefined;
  const cells = toCells(own, { columns, words });
  return isNumbered(cells) ? { kind: "text", rows: own.map(numbered) } : { kind: "table", rows: own, cells };
}

/** Whether a row stands apart from the rows of a table above it: by space, by size, or to the left of it. */
function isApart(
  row: Row,
  given: {
    readonly gap: number;
    readonly furthest: number;
    readonly index: number;
    readonly columns: readonly Column[];
  },
): boolean {
  const { gap, furthest, index, columns } = given;
  if (gap > FURTHEST * row.size) return true;
  if (index === 1) return false;
  if (row.runs.length === 1 && (gap > furthest * 1.2 || row.size > (columns[0]?.size ?? row.size) * 1.15)) return true;
  // A header may leave the corner empty; below it, what stands further to the left is no part of the table.
  return gap > FURTHER * Math.max(furthest, row.size * 1.2) || row.right < (columns[0]?.left ?? 0);
}

/** Whether it is a list, its numbers set apart from the text. */
function isNumbered(cells: readonly (readonly string[])[]): boolean {
  const [first = 0] = cells.map(([number]) => Number(number));
  return cells.every((row, index) => row.length === 2 && row[0] === String(first + index));
}

function numbered(row: Row): Row {
  const [number, text] = row.runs;
  if (!number || !text) return row;
  return { ...row, runs: [{ ...text, text: `${number.text}. ${text.text}`, left: number.left }] };
}

/** A row in which a list's mark and the text behind it are one run. */
function withMark(row: Row): Row {
  const [mark, text, ...others] = row.runs;
  if (!mark || !text || !isMark(mark.text) || text.left - mark.right > 3 * text.size) return row;
  return { ...row, runs: [{ ...text, text: `${mark.text} ${text.text}`, left: mark.left }, ...others] };
}

/** The columns with a row's cells in them; undefined where a cell stands in two, so that the row is none of this table. */
function widened(columns: readonly Column[], cells: readonly Run[]): readonly Column[] | undefined {
  const wider = [...columns];
  for (const { left, right, size } of cells) {
    const hit = wider.filter((column) => column.left < right && left < column.right);
    const [column] = hit;
    if (hit.length > 1) return undefined;
    if (!column) wider.push({ left, right, size });
    else
      wider[wider.indexOf(column)] = { left: Math.min(column.left, left), right: Math.max(column.right, right), size };
  }
  return wider.sort((one, other) => one.left - other.left);
}

/** Lines below a table that have one cell and stand apart from it are text again. */
function withoutTail(rows: readonly Row[], columns: readonly Column[]): readonly Row[] {
  const last = rows.findLastIndex((row) => row.runs.length > 1);
  const height = lineHeightOf(rows);
  let end = last + 1;
  for (let row = rows[end]; row; row = rows[end]) {
    const isBelow = row.base - (rows[end - 1]?.base ?? 0) < height * 1.3;
    const isFirst = row.left < (columns[1]?.left ?? 0);
    if (!isBelow || (isFirst && !isWrapped(rows, end))) break;
    end += 1;
  }
  return rows.slice(0, end);
}

/** Whether a line of one cell goes on with the one above, which filled its column. */
function isWrapped(rows: readonly Row[], index: number): boolean {
  const above = rows[index - 1]?.runs[0];
  const own = rows[index]?.runs[0];
  return above !== undefined && own !== undefined && above.right > own.right && Math.abs(above.left - own.left) < 1;
}

/** The texts of a table; lines that belong to one row of it are put together. */
function toCells(
  rows: readonly Row[],
  { columns, words }: { readonly columns: readonly Column[]; readonly words: Words },
): string[][] {
  const cells: string[][] = [];
  const isParted = partsBySpace(rows);
  for (const [index, row] of rows.entries()) {
    const texts = columns.map(({ left, right }) =>
      row.runs
        .filter((run) => run.left < right && left < run.right)
        .map(({ text }) => text)
        .join(" "),
    );
    const last = cells.at(-1);
    if (last && isGoingOn(rows, { index, isParted, texts })) {
      texts.forEach((text, column) => {
        if (text !== "") last[column] = last[column] ? joinLines(last[column], text, words) : text;
      });
    } else cells.push(texts);
  }
  return cells;
}

/** How far the lines within one cell stand apart, where a table's rows stand further apart than those; else undefined. */
function partsBySpace(rows: readonly Row[]): number | undefined {
  const gaps = rows.slice(1).map((row, index) => row.base - (rows[index]?.base ?? row.base));
  const least = Math.min(...gaps);
  const isWithinCell = least < 1.5 * Math.max(...rows.map(({ size }) => size));
  return isWithinCell && gaps.some((gap) => gap > least * 1.25) ? least : undefined;
}

function isGoingOn(
  rows: readonly Row[],
  given: { readonly index: number; readonly isParted: number | undefined; readonly texts: readonly string[] },
): boolean {
  const { index, isParted, texts } = given;
  const gap = (rows[index]?.base ?? 0) - (rows[index - 1]?.base ?? 0);
  return isParted === undefined ? texts[0] === "" : gap < isParted * 1.2;
}
