import type { Part } from "./pdf-blocks.ts";

/** A title in the document's own table of contents, and how deep it stands: 1 at the top. */
export interface OutlineEntry {
  readonly title: string;
  readonly depth: number;
}

/** Letters so much larger than the text's are a heading's. */
const LARGER = 1.12;
const MOST_WORDS = 25;
/** A bold line of more words is an emphasised sentence. */
const MOST_BOLD_WORDS = 14;
const MOST_LINES = 4;

/**
 * The levels of the parts that are headings, 1 to 6: those that the document's table of contents names, and those that stand out by
 * size or weight, in the order of how much they do.
 */
export function headingLevels(parts: readonly Part[], outline: readonly OutlineEntry[]): ReadonlyMap<Part, number> {
  const text = textStyle(parts);
  const depths = new Map(outline.map(({ title, depth }) => [plainTitle(title), depth]));
  const depthOf = (part: Part) => depths.get(plainTitle(part.text));
  const headings = parts.filter((part) => isHeading(part, text) || (depthOf(part) !== undefined && isShort(part)));
  const levels = styleLevels(headings, depthOf);
  return new Map(headings.map((part) => [part, Math.min(6, depthOf(part) ?? levels.get(styleOf(part)) ?? 6)]));
}

interface TextStyle {
  readonly size: number;
  /** Whether boldness tells a heading, as most of the text has none. */
  readonly isBoldRare: boolean;
}

/** How most of the text is set. */
function textStyle(parts: readonly Part[]): TextStyle {
  const letters = new Map<number, number>();
  let bold = 0;
  let all = 0;
  for (const { kind, size, text, isBold } of parts) {
    if (kind === "code") continue;
    const rounded = Math.round(size * 2) / 2;
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length);
    all += text.length;
    if (isBold) bold += text.length;
  }
  const [size] = [...letters].reduce((most, own) => (own[1] > most[1] ? own : most), [10, 0]);
  return { size, isBoldRare: bold < all * 0.4 };
}

function isHeading(part: Part, text: TextStyle): boolean {
  if (!isShort(part) || /[.,;]$/.test(part.text) || !/\p{L}/u.test(part.text)) return false;
  if (part.kind === "item" && !/^\(?\d/.test(part.text)) return false;
  if (part.size >= text.size * LARGER) return true;
  if (part.size < text.size * 0.95 || part.text.split(/\s+/).length > MOST_BOLD_WORDS) return false;
  return (part.isBold && text.isBoldRare) || isCapitals(part);
}

/** Whether it is a line of capitals alone, as typewriters made headings. */
function isCapitals({ text, lines }: Part): boolean {
  return lines === 1 && /\p{Lu}{4}/u.test(text) && !/[\p{Ll}\d]/u.test(text);
}

function isShort({ kind, text, lines }: Part): boolean {
  return (
    (kind === "text" || kind === "item") &&
    lines <= MOST_LINES &&
    text.split(/\s+/, MOST_WORDS + 1).length <= MOST_WORDS
  );
}

/** Headings of one style, numbered ones by how deep they are, are of one level: that of the contents, else the next after those larger. */
function styleLevels(
  headings: readonly Part[],
  depthOf: (part: Part) => number | undefined,
): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  const styles = Map.groupBy(headings, styleOf);
  let level = 0;
  for (const [style, parts] of [...styles].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const known = parts.map(depthOf).filter((depth) => depth !== undefined);
    level = known.length > 0 ? Math.min(...known) : level + 1;
    levels.set(style, level);
  }
  return levels;
}

/** Sorts from what stands out most to what does least. */
function styleOf(part: Part): string {
  const { size, isBold, text } = part;
  const depth = /^(\d{1,3}(?:\.\d{1,3})*)\.?\s/.exec(text)?.[1]?.split(".").length ?? 1;
  return [String(10_000 - Math.round(size * 2)).padStart(6, "0"), isBold || isCapitals(part) ? 0 : 1, depth].join(" ");
}

/** A title as it is compared: without its number, marks and spaces. */
function plainTitle(title: string): string {
  return title
    .toLowerCase()
    .replace(/^\s*(?:(?:chapter|section|appendix|kapitel)\s+)?(?:[\d.]+|[a-z]\.|[ivx]+\.)\s+/i, "")
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
}
