import type { Element } from "./html-tree.ts";
import { childAt, childrenOf, descendantsOf, textIn } from "./office.ts";
import { tableText } from "./table-text.ts";

/** Points of one series of a chart that are shown; more are a curve, not figures that somebody asks for. */
const MOST_POINTS = 200;

/** The figures behind a chart as a table: a row for each category, a column for each series. */
export function chartTable(chart: Element): string {
  const series = descendantsOf(childAt(chart, "chart", "plotArea"), "ser");
  const [first] = series;
  if (!first) return "";
  const names = series.map((one, index) => pointsOf(childAt(one, "tx")).get(0) ?? `Series ${index + 1}`);
  const values = series.map((one) => pointsOf(childAt(one, "val") ?? childAt(one, "yVal")));
  const categories = pointsOf(childAt(first, "cat") ?? childAt(first, "xVal"));
  const title = descendantsOf(childAt(chart, "chart", "title"), "t")
    .map(textIn)
    .join("");
  const rows = Math.min(MOST_POINTS, Math.max(0, ...values.map((points) => Math.max(-1, ...points.keys()) + 1)));
  return tableText([
    [title, ...names],
    ...Array.from({ length: rows }, (_, row) => [
      categories.get(row) ?? `${row + 1}`,
      ...values.map((points) => points.get(row) ?? ""),
    ]),
  ]);
}

/** What a chart keeps of the cells that it shows, by their place. */
function pointsOf(source: Element | undefined): ReadonlyMap<number, string> {
  const points = descendantsOf(source, "pt").map((point): [number, string] => [
    Number(point.attribs["idx"]),
    textIn(childrenOf(point, "v")[0]),
  ]);
  return new Map(points.filter(([index]) => Number.isInteger(index) && index >= 0).slice(0, MOST_POINTS));
}
