import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { filesUnder, type Program } from "./box.ts";
import type { Stage } from "./stage.ts";

/** All values of a database's tables, a row each; of copies, since Hearth lets nobody else in. */
export interface Row {
  readonly file: string;
  readonly table: string;
  readonly named: Readonly<Record<string, unknown>>;
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
  const all = database.prepare(`SELECT * FROM ${quoted}`);
  // Some numbers are longer than those of JavaScript.
  all.setReadBigInts(true);
  const rows = all.all();
  return rows.map((row) => ({ file, table, named: row, values: Object.values(row) }));
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

/** The documents of a load (`loadDocument`) that lookups find, by the word that each alone holds: document and text. */
export async function loadFound({
  box,
  program,
}: Pick<Stage, "box" | "program">): Promise<Readonly<Record<string, string>>> {
  if (!program) return {};
  const found = await whatIsFound(program, loadWords(box));
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== ""));
}

/** The words by which the documents of a load are told apart. */
export function loadWords({ folder }: Pick<Stage["box"], "folder">): readonly string[] {
  const numbers = readdirSync(join(folder, "docs")).flatMap((name) => /^load-(\d+)\.md$/.exec(name)?.[1] ?? []);
  return numbers.map((number) => `Loadnumber${number}`);
}

/** How many questions the edge's inbox has ever taken in, as far as it remembers. */
export function questionsKept(box: Pick<Stage["box"], "data">): number {
  return questionRows(box).length;
}

/** How many of them are not done with. */
export function questionsOpen(box: Pick<Stage["box"], "data">): number {
  return questionRows(box).filter(({ named }) => named["done_at"] === null).length;
}

function questionRows({ data }: Pick<Stage["box"], "data">): Row[] {
  return rowsUnder(data, /edge\/.*\.sqlite$/).filter(({ table }) => table === "questions");
}
