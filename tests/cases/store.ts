import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { filesUnder, type Program } from "./box.ts";

/** All values of a database's tables, a row each; of copies, since Hearth lets nobody else in. */
export interface Row {
  readonly file: string;
  readonly table: string;
  readonly values: readonly unknown[];
}

/** Every row of every SQLite file below a folder whose path fits. */
export function rowsUnder(folder: string, fits: RegExp): Row[] {
  return filesUnder(folder)
    .filter((path) => path.endsWith(".sqlite") && fits.test(path))
    .flatMap(rowsOf);
}

function rowsOf(path: string): Row[] {
  const place = mkdtempSync(join(tmpdir(), "hearth-rows-"));
  try {
    const copy = join(place, "copy.sqlite");
    for (const end of ["", "-wal"]) if (existsSync(path + end)) copyFileSync(path + end, copy + end);
    using database = new DatabaseSync(copy);
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return tables.flatMap(({ name }) => rowsIn(database, path, String(name)));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function rowsIn(database: DatabaseSync, file: string, table: string): Row[] {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  const rows = database.prepare(`SELECT * FROM ${quoted}`).all();
  return rows.map((row) => ({ file, table, values: Object.values(row) }));
}

/** How many rows hold a text. */
export function countHolding(rows: readonly Row[], text: string): number {
  return rows.filter(({ values }) => values.some((value) => String(value).includes(text))).length;
}

/** The passages that lookups find for words that each stand in one document, by word: document and text. */
export async function whatIsFound(
  program: Program,
  words: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const word of words) {
    const hits = await program.lookup(word).catch(() => []);
    const holding = hits.filter(({ passage }) => new RegExp(`\\b${word}\\b`, "i").test(passage.text));
    found[word] = holding.map(({ passage }) => `${passage.path}: ${passage.text}`).join("\n");
  }
  return found;
}
