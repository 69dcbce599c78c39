import type { PageViewport } from "pdfjs-dist";
import type { TextContent, TextItem } from "pdfjs-dist/types/src/display/api.d.ts";

/** Words on one line without a wide gap, in points from the page's top left corner. */
export interface Run {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** The line that the letters stand on; it grows downwards. */
  readonly base: number;
  readonly size: number;
  readonly isBold: boolean;
  readonly isMono: boolean;
  readonly isRtl: boolean;
}

/** A piece of text as the page draws it, turned upright. */
interface Piece extends Omit<Run, "isMono"> {
  readonly fontName: string;
  /** Quarters of a circle that it was turned by. */
  readonly turn: number;
}

/** A gap so many times the letters' size parts two runs: columns, cells, what stands at the right margin. */
const GAP = 0.9;
/** A gap so many times the letters' size is a space. */
const SPACE = 0.15;
/** Text that is turned by another angle is a stamp across the page. */
const MOST_SLANT = 0.05;
const ACCENTS: Readonly<Record<string, string>> = {
  "¨": "\u0308",
  "´": "\u0301",
  ˆ: "\u0302",
  "˜": "\u0303",
  ˇ: "\u030C",
  "˚": "\u030A",
};

/**
 * A page's text as runs, sorted by line and place. What is turned by a quarter comes as a sheet of its own, turned upright, after the
 * one that has most of the text. `isBold` tells of a font by its name in the content.
 */
export function runsOf(
  { items, styles }: TextContent,
  { viewport, isBold }: { readonly viewport: PageViewport; readonly isBold: (fontName: string) => boolean },
): Run[][] {
  const pieces = items
    .filter((item): item is TextItem => "str" in item && item.str.trim() !== "")
    .map((item) => upright(item, { matrix: viewport.transform, isVertical: styles[item.fontName]?.vertical === true }))
    .filter((piece) => piece !== undefined)
    .map((piece) => ({ ...piece, isBold: isBold(piece.fontName) }));
  return [...Map.groupBy(pieces, ({ turn }) => turn).values()]
    .sort((one, other) => lettersOf(other) - lettersOf(one))
    .map((sheet) => lines(sheet).flatMap((line) => joined(line, (name) => styles[name]?.fontFamily === "monospace")));
}

function lettersOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { text }) => sum + text.length, 0);
}

/** Where a piece stands when its page is turned so that it reads from left to right. */
function upright(
  item: TextItem,
  { matrix, isVertical }: { readonly matrix: readonly number[]; readonly isVertical: boolean },
): Piece | undefined {
  const [a, b, c, d, e, f] = product(matrix, item.transform as readonly number[]);
  // Vertical writing goes down the page: the same as text that is turned by a quarter.
  const angle = Math.atan2(b, a) / (Math.PI / 2) + (isVertical ? 1 : 0);
  const turn = Math.round(angle);
  const size = Math.hypot(c, d);
  if (!(size > 0) || Math.abs(angle - turn) > MOST_SLANT) return undefined;
  const [x, y] = turned([e, f], (turn + 4) % 4);
  const width = isVertical ? item.height : item.width;
  return {
    text: item.str,
    left: x,
    right: x + width,
    base: y,
    size,
    isBold: false,
    isRtl: item.dir === "rtl",
    fontName: item.fontName,
    turn: (turn + 4) % 4,
  };
}

/** Matrices as PDF writes them: six numbers. */
function product(one: readonly number[], other: readonly number[]): [number, number, number, number, number, number] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = one;
  const [g = 1, h = 0, i = 0, j = 1, k = 0, l = 0] = other;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

function turned([x, y]: readonly [number, number], quarters: number): readonly [number, number] {
  if (quarters === 1) return [y, -x];
  if (quarters === 2) return [-x, -y];
  return quarters === 3 ? [-y, x] : [x, y];
}

/** Lines that are looked back over for one that a piece stands on: they are sorted from the top. */
const LOOK_BACK = 8;

/** Pieces that stand on one line, raised and lowered letters with them. */
function lines(pieces: readonly Piece[]): Piece[][] {
  const found: { main: Piece; readonly pieces: Piece[] }[] = [];
  for (const piece of pieces.toSorted((one, other) => one.base - other.base || one.left - other.left)) {
    const line = found.slice(-LOOK_BACK).findLast(({ main }) => isOnLine(piece, main));
    if (!line) {
      found.push({ main: piece, pieces: [piece] });
      continue;
    }
    line.pieces.push(piece);
    if (piece.size > line.main.size) line.main = piece;
  }
  return found.map(({ pieces: line }) => line.sort((one, other) => one.left - other.left));
}

/** Whether they stand beside each other: an initial over three lines is not on any of them. */
function isOnLine(one: Piece, other: Piece): boolean {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  const shared = Math.min(bottom(one), bottom(other)) - Math.max(top(one), top(other));
  return large.size < small.size * 2.2 && shared > (bottom(small) - top(small)) / 2;
}

function top({ base, size }: Piece): number {
  return base - size * 0.75;
}

function bottom({ base, size }: Piece): number {
  return base + size * 0.2;
}

/** The runs of a line, with spaces where there are gaps. */
function joined(line: readonly Piece[], isMono: (fontName: string) => boolean): Run[] {
  const runs: Piece[][] = [];
  for (const piece of line) {
    const last = runs.at(-1)?.at(-1);
    // Boldness is sometimes made by writing everything twice.
    if (last && last.text === piece.text && Math.abs(last.left - piece.left) < piece.size * 0.3) continue;
    if (last && piece.left - last.right < GAP * Math.max(last.size, piece.size)) runs.at(-1)?.push(piece);
    else runs.push([piece]);
  }
  return runs.map((pieces) => toRun(pieces, isMono));
}

function toRun(pieces: readonly Piece[], isMono: (fontName: string) => boolean): Run {
  const letters = lettersOf(pieces);
  const isRtl = lettersOf(pieces.filter((piece) => piece.isRtl)) * 2 > letters;
  const main = pieces.reduce((longest, piece) => (piece.text.length > longest.text.length ? piece : longest));
  return {
    text: textOf(isRtl ? pieces.toReversed() : pieces),
    left: pieces[0]?.left ?? 0,
    right: Math.max(...pieces.map(({ right }) => right)),
    base: main.base,
    size: main.size,
    isBold: lettersOf(pieces.filter(({ isBold }) => isBold)) * 2 > letters,
    isMono: pieces.every(({ fontName }) => isMono(fontName)),
    isRtl,
  };
}

/** Pieces of one run in the order they are read. */
function textOf(pieces: readonly Piece[]): string {
  let text = "";
  let before: Piece | undefined;
  for (const piece of pieces) {
    const gap = before ? Math.max(piece.left - before.right, before.left - piece.right) : 0;
    text += (before && gap > SPACE * piece.size ? " " : "") + piece.text;
    before = piece;
  }
  // Old TeX fonts write an accent before its letter.
  const composed = text.replaceAll(/([¨´ˆ˜ˇ˚]) ?(\p{L})/gu, (whole, accent: string, letter: string) => {
    const one = (letter + (ACCENTS[accent] ?? "")).normalize("NFC");
    return one.length === 1 ? one : whole;
  });
  return composed.replaceAll(/\s+/g, " ").trim();
}
