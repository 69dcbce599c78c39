import { isObject, type Problem } from "./checks.ts";
import type { Json } from "./model.ts";
import { closed } from "./texts.ts";

const CELLS = ["raw_text", "raw_number", "rich_text"];

/** A table: 100 rows of 20 cells. */
export function checkTable(block: Json, at: string, problems: Problem[]): void {
  closed(block, ["rows", "column_settings"], { at, problems });
  const { rows } = block;
  if (!Array.isArray(rows) || rows.length === 0)
    return void problems.push({ at: `${at}/rows`, message: "must be an array with items" });
  if (rows.length > 100) problems.push({ at: `${at}/rows`, message: "must have no more than 100 items" });
  for (const [i, row] of rows.entries()) {
    const where = `${at}/rows/${i}`;
    if (!Array.isArray(row)) problems.push({ at: where, message: "must be an array" });
    else if (row.length > 20) problems.push({ at: where, message: "must have no more than 20 items" });
    else for (const [j, cell] of row.entries()) checkCell(cell, `${where}/${j}`, problems);
  }
}

function checkCell(cell: unknown, at: string, problems: Problem[]): void {
  if (!isObject(cell) || !CELLS.some((type) => type === cell.type)) problems.push({ at, message: "must be a cell" });
  else if (cell.type === "raw_text" && (typeof cell.text !== "string" || cell.text === ""))
    problems.push({ at: `${at}/text`, message: "must be a string of at least one character" });
}
