/** A table in Markdown, its first row the header; rows that are shorter are filled up. Empty where nothing is in it. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const [header, ...rest] = rows.filter((cells) => cells.some((cell) => cell.trim() !== ""));
  if (!header) return "";
  const width = Math.max(header.length, ...rest.map(({ length }) => length));
  const line = (cells: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, column) => cellText(cells[column] ?? "")).join(" | ")} |`;
  return [line(header), line(Array.from({ length: width }, () => "---")), ...rest.map(line)].join("\n");
}

/** A cell on one line, its bars marked as no ends of it. */
export function cellText(cell: string): string {
  return cell.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|");
}
