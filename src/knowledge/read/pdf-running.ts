import { medianOf, type Row } from "./pdf-order.ts";

/** Rows at the top and at the bottom of a page that may be its head and foot. */
const EDGE_ROWS = 3;
/** What is so much larger than most of the text is a heading, also where every page begins with one. */
const LARGER = 1.15;
/** What a page says of its own number, alone on a line, with or without a word before and the number of pages behind. */
const NUMBERED =
  /^[\s–—|·-]*(page|seite|pagina|página|p\.|стр\.?|第)?\s*(\d{1,4})(?:\s*(?:\/|of|von|de|di|sur|из|页|頁|ページ)\s*\d{0,4})?[\s–—|·-]*$/i;
/** A title, dots, and the page where it stands. */
const DOTTED = /(?:[.·…]\s?){4,}\s*(?:\d{1,4}|[ivxl]{1,7})$/;
const ROMAN = /^[\s–—-]*[ivxl]{1,7}[\s–—-]*$/;

/**
 * The rows of each page without its head and foot: lines at its edges that most pages or neighbouring ones have in the same place,
 * whatever page number stands in them, and page numbers.
 */
export function withoutRunning(pages: readonly (readonly Row[])[]): Row[][] {
  const counts = new Map<string, number>();
  const places = new Map<string, number>();
  for (const [index, rows] of pages.entries()) {
    for (const row of edgesOf(rows)) {
      for (const key of keysOf(row, index)) counts.set(key, (counts.get(key) ?? 0) + 1);
      if (isOutermost(row, rows)) places.set(placeOf(row), (places.get(placeOf(row)) ?? 0) + 1);
    }
  }
  const offsets = offsetsOf(pages);
  const size = medianOf(pages.flatMap((rows) => rows.map((row) => row.size)));
  return pages.map((rows, index) => {
    const edges = new Set(edgesOf(rows));
    const isRunning = (row: Row) => {
      if (row.size > size * LARGER) return false;
      const count = Math.max(...keysOf(row, index).map((key) => counts.get(key) ?? 0));
      // Heads that change with the chapter stand where nothing but heads stands, on most pages.
      const isUsualPlace = (places.get(placeOf(row)) ?? 0) >= Math.max(4, pages.length * 0.6);
      if (count >= 3 && (count >= pages.length * 0.35 || isUsualPlace)) return true;
      if (!isOutermost(row, rows)) return false;
      return (isUsualPlace && count >= 2) || isPageNumber(textOf(row), offsets, index);
    };
    return rows.filter((row) => !(edges.has(row) && isRunning(row)));
  });
}

/** A page's rows without the lines of a table of contents: what is to be found there stands under the headings themselves. */
export function withoutContents(rows: readonly Row[]): readonly Row[] {
  const dotted = rows.filter((row) => DOTTED.test(textOf(row)));
  if (dotted.length < 3) return rows;
  return rows.filter(
    (row) => !DOTTED.test(textOf(row)) && !(row.runs.length > 1 && /^\d{1,4}$/.test(row.runs.at(-1)?.text ?? "")),
  );
}

/** How often the numbers at the edges differ by so much from the pages' own, counted from 0. */
function offsetsOf(pages: readonly (readonly Row[])[]): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>();
  for (const [index, rows] of pages.entries()) {
    const own = new Set([rows[0], rows.at(-1)].flatMap((row) => (row ? numberOf(textOf(row)) : [])));
    for (const number of own) offsets.set(number - index, (offsets.get(number - index) ?? 0) + 1);
  }
  return offsets;
}

function numberOf(text: string): number[] {
  const number = NUMBERED.exec(text)?.[2];
  return number === undefined ? [] : [Number(number)];
}

function isPageNumber(text: string, offsets: ReadonlyMap<number, number>, index: number): boolean {
  if (ROMAN.test(text) || NUMBERED.exec(text)?.[1] !== undefined) return true;
  return numberOf(text).some((number) => (offsets.get(number - index) ?? 0) >= 2);
}

function edgesOf(rows: readonly Row[]): readonly Row[] {
  return rows.length <= 2 * EDGE_ROWS ? rows : [...rows.slice(0, EDGE_ROWS), ...rows.slice(-EDGE_ROWS)];
}

function isOutermost(row: Row, rows: readonly Row[]): boolean {
  return row === rows[0] || row === rows.at(-1);
}

/** The same for lines in one place that say the same, or differ by their page's number, which stands first or last in them. */
function keysOf(row: Row, index: number): readonly string[] {
  const text = textOf(row).toLowerCase();
  const relative = (number: string) => `#${Number(number) - index}`;
  const keys = new Set([text, text.replace(/\d+/, relative), text.replace(/\d+(?=\D*$)/, relative)]);
  return [...keys].map((key) => `${placeOf(row)} ${key}`);
}

function placeOf({ base, size }: Row): string {
  return `${Math.round(base / 3)} ${Math.round(size)}`;
}

function textOf({ runs }: Row): string {
  return runs.map(({ text }) => text).join(" ");
}
