import type { Compared } from "./compare.ts";
import { FIGURES, type Figure, type FigureKey } from "./figures.ts";

const LABEL_WIDTH = 34;
const CELL_WIDTH = 26;

/** The figures of one setting, one a line, and which of them the question file is silent about. Ends with a newline. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => `${labelOf(figure.key)}${cellOf(figure)}`);
  return toText([...rows, ...missing(figures.map(({ key }) => key))]);
}

/**
 * Two settings side by side, each figure with its difference and what a test says of it; `figures` are all of the second one, which
 * may have some that the first lacks. Ends with a newline.
 */
export function comparisonTable(
  compared: readonly Compared[],
  {
    before: nameBefore,
    after: nameAfter,
    figures,
  }: { readonly before: string; readonly after: string; readonly figures: readonly Figure[] },
): string {
  const heads = [apart(nameBefore, nameAfter), apart(nameAfter, nameBefore)];
  const head = `${" ".repeat(LABEL_WIDTH)}${heads.map(cell).join("")}difference`;
  const rows = compared.flatMap(({ key, before, after, difference, words, isWorse }) => [
    `${labelOf(key)}${cell(cellOf(before))}${cell(cellOf(after))}${differenceOf(key, difference)}`,
    `    ${words}${isWorse ? "  <- WORSE" : ""}`,
  ]);
  const alone = figures
    .filter(({ key }) => compared.every((one) => one.key !== key))
    .map((figure) => `${labelOf(figure.key)}${cell("-")}${cellOf(figure)}`);
  return toText([head, ...rows, ...alone, ...missing(figures.map(({ key }) => key))]);
}

/** What cannot be measured with this file, and what it would take. */
function missing(measured: readonly FigureKey[]): string[] {
  const needs = FIGURES.flatMap(({ key, needs: need }) => {
    // It is a variant, and left out where it would say nothing new.
    if (need === undefined || key === "rightStrong" || measured.includes(key)) return [];
    return [need];
  });
  if (needs.length === 0) return [];
  return [`Not measured, since the file has no ${[...new Set(needs)].join(", no ")}.`];
}

/** What of one setting's name the other has not, for there is little room. */
function apart(name: string, other: string): string {
  const others = new Set(other.split(","));
  return (
    name
      .split(",")
      .filter((part) => !others.has(part))
      .join(",") || name
  );
}

function labelOf(key: FigureKey): string {
  return (FIGURES.find((kind) => kind.key === key)?.label ?? key).padEnd(LABEL_WIDTH);
}

function cell(text: string): string {
  const shown = text.length < CELL_WIDTH ? text : `${text.slice(0, CELL_WIDTH - 2)}…`;
  return shown.padEnd(CELL_WIDTH);
}

function cellOf({ key, value, hits, of }: Figure): string {
  if (isSeconds(key)) return value.toFixed(2);
  const counted = Number.isInteger(hits) ? String(hits) : hits.toFixed(1);
  return `${(100 * value).toFixed(1).padStart(5)} %  ${counted} of ${of}`;
}

function differenceOf(key: FigureKey, difference: number): string {
  const sign = difference < 0 ? "-" : "+";
  const size = Math.abs(difference);
  if (isSeconds(key)) return size < 0.005 ? "none" : `${sign}${size.toFixed(2)} s`;
  return size === 0 ? "none" : `${sign}${(100 * size).toFixed(1)} points`;
}

function isSeconds(key: FigureKey): boolean {
  return key === "secondsMiddle" || key === "secondsMost";
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
