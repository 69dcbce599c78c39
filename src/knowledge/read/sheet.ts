import type { Block } from "../document.ts";
import { sizeOf } from "../split-block.ts";
import { cellText, tableText } from "./table-text.ts";

/** A row with its number in the file, from 1; columns without a text may be missing. */
export interface SheetRow {
  readonly number: number;
  /** Where it ends, if it takes more than one line. */
  readonly last?: number;
  readonly cells: readonly (string | undefined)[];
}

/** A piece of a table stays below what one passage may hold, so that each has the header on top. */
const MOST_WORDS = 220;
/** Rows that are longer, with their header, are written one under the other, each value with its name. */
const MOST_ROW_WORDS = 110;
/** Header cells are names, not sentences. */
const MOST_NAME_WORDS = 12;
const NUMBER = /^[\s(+\-−–]*(?:[$€£¥]\s?)?\d[\d.,\s'’]*(?:\s?[%‰€$£¥])?\)?$/;
const DATE = /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T]\d{1,2}:\d{2}.*)?$/;

/**
 * The rows of a sheet as blocks: tables in pieces with the header on each, text above them as such. Empty rows part tables; columns
 * without a text are left out; where there is no header, columns are called by their letters. `lines` are the numbers of the rows.
 */
export function sheetBlocks(rows: readonly SheetRow[]): Block[] {
  let header: Header | undefined;
  return regionsOf(rows).flatMap((region) => {
    const { preamble, table, header: own } = partHeader(region, header);
    header = own ?? header;
    return [...preamble.map(toParagraph), ...tableBlocks(table, own)];
  });
}

/** Rows that follow one another without a gap. */
function regionsOf(rows: readonly SheetRow[]): SheetRow[][] {
  const regions: SheetRow[][] = [];
  for (const row of rows.filter(({ cells }) => cells.some(isFilled))) {
    const last = regions.at(-1);
    if (last && row.number <= endOf(last) + 1) last.push(row);
    else regions.push([row]);
  }
  return regions;
}

/** The last line of some rows. */
function endOf(rows: readonly SheetRow[]): number {
  const row = rows.at(-1);
  return row?.last ?? row?.number ?? 1;
}

/** The names of columns. `row` is where they stand. */
interface Header {
  readonly names: readonly (string | undefined)[];
  readonly row: number;
}

interface Parted {
  readonly preamble: readonly SheetRow[];
  readonly table: readonly SheetRow[];
  readonly header?: Header;
}

/** A region's header and what stands above it; a region that has none goes on with the table before it, where its columns fit. */
function partHeader(region: readonly SheetRow[], before: Header | undefined): Parted {
  const widths = region.map(({ cells }) => cells.filter(isFilled).length);
  const widest = widths.reduce((most, width) => Math.max(most, width), 0);
  if (widest < 2) return { preamble: region, table: [] };
  const first = widths.findIndex((width) => width >= Math.max(2, widest * 0.5));
  const [row, ...rest] = region.slice(first);
  if (!row) return { preamble: region, table: [] };
  const preamble = region.slice(0, first);
  const table = [row, ...rest];
  const isGoingOn = before !== undefined && preamble.length === 0 && table.every((own) => fits(own, before));
  if (isHeader(row, rest.length > 0) && (!isGoingOn || isUnlike(row, rest)))
    return { preamble, table: rest, header: { names: row.cells, row: row.number } };
  return { preamble, table, ...(isGoingOn && { header: before }) };
}

/** Whether a row has texts only in columns that have names. */
function fits({ cells }: SheetRow, { names }: Header): boolean {
  return cells.every((cell, column) => !isFilled(cell) || isFilled(names[column]));
}

/** Whether a row has words where those below it have numbers or dates. */
function isUnlike({ cells }: SheetRow, rest: readonly SheetRow[]): boolean {
  return cells.some((name, column) => {
    const below = rest.map((row) => row.cells[column]).filter(isFilled);
    return isFilled(name) && below.length > 0 && below.every((cell) => NUMBER.test(cell) || DATE.test(cell));
  });
}

/** Whether a row names columns: by words, hardly any of them twice. */
function isHeader({ cells }: SheetRow, hasRows: boolean): boolean {
  const names = cells.filter(isFilled);
  const isNames = names.every((name) => !NUMBER.test(name) && !DATE.test(name) && sizeOf(name) <= MOST_NAME_WORDS);
  // Years are names of columns too.
  const isYears = hasRows && names.length > 1 && names.slice(1).every((name) => /^(?:19|20)\d\d$/.test(name));
  return (isNames || isYears) && new Set(names).size > names.length / 2;
}

function isFilled(cell: string | undefined): cell is string {
  return cell !== undefined && cell.trim() !== "";
}

function toParagraph({ number, last = number, cells }: SheetRow): Block {
  return {
    kind: "paragraph",
    text: cells
      .filter(isFilled)
      .map((cell) => cell.trim())
      .join(" "),
    lines: [number, last],
  };
}

/** A table as pieces of few enough words, each with its header. */
function tableBlocks(rows: readonly SheetRow[], header: Header | undefined): Block[] {
  const columns = columnsOf(rows, header);
  const names = columns.map((column) => header?.names[column]?.trim() || letterOf(column));
  if (rows.length === 0) {
    const lines = [header?.row ?? 1, header?.row ?? 1] as const;
    return header ? [{ kind: "table", text: tableText([names]), lines }] : [];
  }
  const head = sizeOf(tableText([names]));
  const pieces: { readonly rows: SheetRow[]; size: number }[] = [];
  for (const row of rows) {
    const size = sizeOf(rowText(row, columns)) + columns.length + 1;
    const last = pieces.at(-1);
    const isApart = head + size > MOST_ROW_WORDS || !last || head + last.size + size > MOST_WORDS;
    if (isApart) pieces.push({ rows: [row], size: head + size > MOST_ROW_WORDS ? MOST_WORDS : size });
    else {
      last.rows.push(row);
      last.size += size;
    }
  }
  return pieces.map((piece) => toBlock(piece, { columns, names }));
}

function toBlock(
  { rows, size }: { readonly rows: readonly SheetRow[]; readonly size: number },
  { columns, names }: { readonly columns: readonly number[]; readonly names: readonly string[] },
): Block {
  const lines = [rows[0]?.number ?? 1, endOf(rows)] as const;
  const [row] = rows;
  if (size < MOST_WORDS || !row) {
    const texts = rows.map(({ cells }) => columns.map((column) => cells[column] ?? ""));
    return { kind: "table", text: tableText([names, ...texts]), lines };
  }
  const values = columns.flatMap((column, index) => {
    const cell = row.cells[column];
    return isFilled(cell) ? [`- ${names[index]}: ${cell.replaceAll(/\s+/g, " ").trim()}`] : [];
  });
  return { kind: "list", text: values.join("\n"), lines };
}

/** Columns that have a text in some row, or a name. */
function columnsOf(rows: readonly SheetRow[], header: Header | undefined): readonly number[] {
  const columns = new Set<number>();
  for (const { cells } of rows.length > 0 ? rows : [{ cells: header?.names ?? [] }]) {
    // Sparse: columns far to the right cost nothing.
    for (const column of Object.keys(cells)) if (isFilled(cells[Number(column)])) columns.add(Number(column));
  }
  return [...columns].sort((one, other) => one - other);
}

function rowText({ cells }: SheetRow, columns: readonly number[]): string {
  return columns.map((column) => cellText(cells[column] ?? "")).join(" ");
}

/** A column as spreadsheets call it: A, B, … Z, AA. */
function letterOf(column: number): string {
  const letter = String.fromCodePoint(65 + (column % 26));
  return column < 26 ? letter : letterOf(Math.floor(column / 26) - 1) + letter;
}
