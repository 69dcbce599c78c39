import { splitMark } from "./pdf-lists.ts";
import { lineHeightOf, medianOf, type Row } from "./pdf-order.ts";
import { partTables } from "./pdf-tables.ts";
import { joinLines, type Words } from "./pdf-text.ts";
import { tableText } from "./table-text.ts";

/** A piece of a page, before it is known which of them are headings. */
export interface Part {
  readonly kind: "text" | "item" | "code" | "table";
  readonly text: string;
  readonly page: number;
  readonly size: number;
  readonly isBold: boolean;
  /** Where it begins, by which items of a list stand within one another. */
  readonly left: number;
  /** Its lines on the page. */
  readonly lines: number;
}

/** Lines of a paragraph stand no further apart than so many times the usual. */
const PARAGRAPH_GAP = 1.3;
/** No listing is indented further. */
const MOST_COLUMNS = 120;

/** The paragraphs, items, code and tables of one stretch of a page. */
export function toParts(
  rows: readonly Row[],
  { page, words }: { readonly page: number; readonly words: Words },
): Part[] {
  return partTables(rows, words).flatMap((stretch): Part[] => {
    const [first] = stretch.rows;
    if (!first) return [];
    const place = { page, size: first.size, isBold: false, left: first.left, lines: stretch.rows.length };
    if (stretch.kind === "table") return [{ kind: "table", text: tableText(stretch.cells), ...place }];
    return paragraphsOf(stretch.rows).map((lines) => toPart(lines, { page, words }));
  });
}

/** Lines that belong together: one paragraph, one item, one listing each. */
function paragraphsOf(rows: readonly Row[]): Row[][] {
  const height = lineHeightOf(rows);
  const right = Math.max(...rows.map((row) => row.right));
  const paragraphs: Row[][] = [];
  for (const row of rows) {
    const paragraph = paragraphs.at(-1);
    if (paragraph && goesOn(paragraph, row, { height, right })) paragraph.push(row);
    else paragraphs.push([row]);
  }
  return paragraphs;
}

/** Whether a line goes on with the paragraph above it. */
function goesOn(
  paragraph: readonly Row[],
  row: Row,
  { height, right }: { readonly height: number; readonly right: number },
): boolean {
  const [first, last] = [paragraph[0], paragraph.at(-1)];
  if (!first || !last || Math.abs(last.size - row.size) > row.size * 0.08) return false;
  if (isMono(last) !== isMono(row)) return false;
  const gap = row.base - last.base;
  if (isMono(row)) return gap < 3 * height;
  if (gap > PARAGRAPH_GAP * Math.max(height, last.size * 1.1) || isBold(last) !== isBold(row)) return false;
  if (splitMark(textOf(row))) return false;
  if (splitMark(textOf(first)))
    return row.left > first.left + row.size * 0.3 || row.left >= (paragraph[1]?.left ?? row.left);
  const isIndented = row.left > last.left + row.size * 0.7 && paragraph.length > 1;
  const isShort = last.right < right - 0.25 * (right - first.left) && /[.!?:。！？]["”)]?$/.test(textOf(last));
  return !isIndented && !isShort;
}

function toPart(rows: readonly Row[], { page, words }: { readonly page: number; readonly words: Words }): Part {
  const [first, ...others] = rows;
  const left = first?.left ?? 0;
  const place = { page, size: first?.size ?? 0, isBold: rows.every(isBold), left, lines: rows.length };
  if (first && isMono(first)) return { kind: "code", text: listing(rows), ...place };
  const text = others.reduce((sum, row) => joinLines(sum, textOf(row), words), first ? textOf(first) : "");
  return { kind: splitMark(text) ? "item" : "text", text, ...place };
}

/** Lines of even letters, with the spaces that stand before and within them on the page. */
function listing(rows: readonly Row[]): string {
  const left = Math.min(...rows.map((row) => row.left));
  const widths = rows.flatMap(({ runs }) => runs.map((run) => (run.right - run.left) / Math.max(1, run.text.length)));
  const width = Math.max(1, medianOf(widths));
  return rows
    .map(({ runs }) =>
      runs.reduce(
        (line, run) => line.padEnd(Math.min(MOST_COLUMNS, Math.round((run.left - left) / width))) + run.text,
        "",
      ),
    )
    .join("\n");
}

function textOf({ runs }: Row): string {
  const isRtl = runs.filter((run) => run.isRtl).length * 2 > runs.length;
  return (isRtl ? runs.toReversed() : runs).map(({ text }) => text).join(" ");
}

function isBold({ runs }: Row): boolean {
  return runs.every((run) => run.isBold);
}

function isMono({ runs }: Row): boolean {
  return runs.every((run) => run.isMono);
}
