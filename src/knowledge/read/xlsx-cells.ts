import { Parser } from "htmlparser2";
import { localName } from "./office.ts";
import type { SheetRow } from "./sheet.ts";

/** A sheet has no more rows and columns than these. */
const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
/** Bytes that are decoded at once, so that a large sheet is never whole in memory as text. */
const CHUNK_BYTES = 1 << 20;

/** What makes a cell's text of what is stored: its type (`s` for a shared string), style and value. */
export type ShowCell = (cell: { readonly type: string; readonly style: number; readonly value: string }) => string;

/**
 * The rows of a sheet's part that have a text in them, at most so many cells. Cells that were merged downwards have the text of the
 * first. `isCut`: there are more.
 */
export function readCells(
  bytes: Uint8Array,
  { show, mostCells }: { readonly show: ShowCell; readonly mostCells: number },
): { readonly rows: readonly SheetRow[]; readonly cells: number; readonly isCut: boolean } {
  const rows: { readonly number: number; readonly cells: string[] }[] = [];
  const merges: string[] = [];
  let cells = 0;
  const collector = collect({
    onRow: (number) => {
      // Rows come in order; what says otherwise is damaged, and counted on.
      const next = (rows.at(-1)?.number ?? 0) + 1;
      rows.push({ number: Math.max(next, number ?? next), cells: [] });
    },
    onCell: (column, cell) => {
      const row = rows.at(-1);
      const text = row ? show(cell).trim() : "";
      if (!row || text === "") return;
      row.cells[column ?? row.cells.length] = text;
      cells += 1;
    },
    onMerge: (range) => merges.push(range),
  });
  for (const chunk of chunksOf(bytes)) {
    collector.write(chunk);
    if (cells >= mostCells) break;
  }
  const filled = rows.filter((row) => row.cells.length > 0 && row.number <= MOST_ROWS);
  fillDown(filled, merges);
  return { rows: filled, cells, isCut: cells >= mostCells };
}

/** The texts that the cells of a workbook share: one in several fonts is one, and how it is pronounced is no part of it. */
export function readStrings(bytes: Uint8Array): readonly string[] {
  const strings: string[] = [];
  let text = "";
  const collector = collectText({
    onText: (more) => (text += more),
    onTag: (name) => {
      if (name !== "si") return;
      strings.push(unescapeText(text));
      text = "";
    },
  });
  for (const chunk of chunksOf(bytes)) collector.write(chunk);
  return strings;
}

/** Tells of the texts in some XML, and of each tag's end. */
function collectText({
  onText,
  onTag,
}: {
  readonly onText: (text: string) => void;
  readonly onTag: (name: string) => void;
}): Parser {
  let isText = false;
  let isReading = false;
  return new Parser(
    {
      onopentag(prefixed) {
        const name = localName(prefixed);
        if (name === "rPh") isReading = true;
        else if (name === "t") isText = !isReading;
      },
      ontext(text) {
        if (isText) onText(text);
      },
      onclosetag(prefixed) {
        const name = localName(prefixed);
        if (name === "rPh") isReading = false;
        else if (name === "t") isText = false;
        onTag(name);
      },
    },
    { xmlMode: true },
  );
}

/** Characters that XML cannot hold are written as `_x000D_`. */
export function unescapeText(text: string): string {
  return text.replaceAll(/_x([0-9A-F]{4})_/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

function* chunksOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES)
    yield decoder.decode(bytes.subarray(from, from + CHUNK_BYTES), { stream: true });
}

interface Told {
  readonly onRow: (number: number | undefined) => void;
  readonly onCell: (column: number | undefined, cell: Parameters<ShowCell>[0]) => void;
  readonly onMerge: (range: string) => void;
}

/** Tells of the rows and cells in a sheet's XML as they come. */
function collect({ onRow, onCell, onMerge }: Told): Parser {
  let cell: { column: number | undefined; type: string; style: number; value: string } | undefined;
  let isValue = false;
  let isReading = false;
  return new Parser(
    {
      onopentag(prefixed, attributes) {
        const name = localName(prefixed);
        const { r: place = "", t: type = "n", s: style = "0" } = attributes;
        if (name === "row") onRow(Number(place) || undefined);
        else if (name === "c") cell = { column: columnOf(place), type, style: Number(style) || 0, value: "" };
        else if (name === "rPh") isReading = true;
        else if (name === "v" || name === "t") isValue = !isReading;
        else if (name === "mergeCell") onMerge(attributes["ref"] ?? "");
      },
      ontext(text) {
        if (cell && isValue) cell.value += text;
      },
      onclosetag(prefixed) {
        const name = localName(prefixed);
        if (name === "v" || name === "t") isValue = false;
        else if (name === "rPh") isReading = false;
        if (name !== "c" || !cell) return;
        onCell(cell.column, cell);
        cell = undefined;
      },
    },
    { xmlMode: true },
  );
}

/** The column of a place such as "AB12", counted from 0. */
function columnOf(place: string): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(place)?.[0];
  if (letters === undefined) return undefined;
  const number = Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return number <= MOST_COLUMNS ? number - 1 : undefined;
}

/** A cell that was merged over rows names what all of them are about. */
function fillDown(
  rows: readonly { readonly number: number; readonly cells: string[] }[],
  merges: readonly string[],
): void {
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  for (const range of merges) {
    const [, from = "", first = "", to = "", last = ""] = /^([A-Z]+)(\d+):([A-Z]+)(\d+)$/.exec(range) ?? [];
    const column = columnOf(from);
    const text = column === undefined || from !== to ? undefined : byNumber.get(Number(first))?.cells[column];
    if (text === undefined || column === undefined) continue;
    for (let number = Number(first) + 1; number <= Math.min(Number(last), Number(first) + rows.length); number += 1) {
      const row = byNumber.get(number);
      if (row) row.cells[column] ??= text;
    }
  }
}
