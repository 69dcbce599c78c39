import { findElements, isElement, isShown, isText, partsOf, plain, type Element } from "./html-tree.ts";

/** Most columns that one cell is taken to span: no real table has wider ones. */
const WIDEST_CELL = 20;

/** A list in Markdown, with the lists in its items below them. */
export function listText(list: Element): string {
  return listLines(list, "").join("\n");
}

function listLines(list: Element, indent: string): string[] {
  let number = Number.parseInt(list.attribs["start"] ?? "1", 10) || 1;
  return list.children.flatMap((child) => {
    if (isText(child)) return child.data.trim() === "" ? [] : [`${indent}- ${oneLine(child.data)}`];
    if (!isElement(child) || !isShown(child)) return [];
    // A list right within a list, as careless pages have it, belongs to the item before it.
    if (isList(child)) return listLines(child, `${indent}  `);
    const mark = list.name === "ol" ? `${number}. ` : "- ";
    const lines = itemLines(child, { indent, mark });
    if (lines.length > 0) number += 1;
    return lines;
  });
}

/** An item's text and the lists in it, in the order of the page. */
function itemLines(item: Element, { indent, mark }: { readonly indent: string; readonly mark: string }): string[] {
  const deeper = indent + " ".repeat(mark.length);
  const lines: string[] = [];
  for (const part of partsOf(item, isList)) {
    if (typeof part !== "string") lines.push(...listLines(part, lines.length === 0 ? indent : deeper));
    else if (part.trim() !== "") lines.push((lines.length === 0 ? indent + mark : deeper) + oneLine(part));
  }
  return lines;
}

/** Whether it is a list of items. */
export function isList({ name }: Element): boolean {
  return name === "ul" || name === "ol" || name === "menu";
}

/** Whether a table only says where things stand on a page: it holds headings or other tables. */
export function isLayout(table: Element): boolean {
  const fits = ({ name }: Element) => name === "table" || /^h[1-6]$/.test(name);
  return table.attribs["role"] === "presentation" || findElements(table.children, fits, 1).length > 0;
}

/** A table in Markdown; its first row is taken as the header. */
export function tableText(table: Element): string {
  const rows = findElements(table.children, ({ name }) => name === "tr").map((row) =>
    row.children.filter(isElement).filter(isShown).filter(isCell).flatMap(cellTexts),
  );
  const [header, ...rest] = rows.filter((cells) => cells.some((cell) => cell !== ""));
  if (!header) return "";
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rest.map(line)].join("\n");
}

/** A cell's text, and empty cells for the other columns that it spans. */
function cellTexts(cell: Element): string[] {
  const span = Number.parseInt(cell.attribs["colspan"] ?? "1", 10) || 1;
  const others = Math.max(0, Math.min(span, WIDEST_CELL) - 1);
  return [plain(cell).replaceAll("|", "\\|"), ...Array.from({ length: others }, () => "")];
}

function isCell({ name }: Element): boolean {
  return name === "td" || name === "th";
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
