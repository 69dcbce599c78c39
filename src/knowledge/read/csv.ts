import { parse, type Options } from "csv-parse/sync";
import type { ReadDocument } from "../document.ts";
import { titleFromFileName } from "./file-name.ts";
import { sheetBlocks, type SheetRow } from "./sheet.ts";

/** Rows that are read of one file. */
const MOST_ROWS = 200_000;
/** What parts the values of a row; which one it is tells the file's beginning. */
const DELIMITERS = [",", ";", "\t", "|"] as const;
const SAMPLE_LETTERS = 50_000;
const SAMPLE_ROWS = 100;

/** Files of other programs are seldom strict: quotes within values, rows of different length. */
const LENIENT: Options = { relax_quotes: true, relax_column_count: true, skip_empty_lines: true };

/** A CSV or TSV file as tables in pieces with the header on each; `lines` are the lines of the file. */
export function readCsv(given: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const text = given.replaceAll(/\r\n?/g, "\n");
  // Excel says the delimiter on a line of its own.
  const said = /^sep=(.)\n/i.exec(text);
  const delimiter = said?.[1] ?? delimiterOf(text);
  const rows = parseRows(said ? text.slice(said[0].length) : text, { delimiter, to: MOST_ROWS + 1 });
  const skipped = said ? 1 : 0;
  const isCut = rows.length > MOST_ROWS;
  const kept = rows
    .slice(0, MOST_ROWS)
    .map((row) => ({ ...row, number: row.number + skipped, last: (row.last ?? row.number) + skipped }));
  return {
    title: titleFromFileName(fileName),
    blocks: sheetBlocks(kept),
    ...(isCut && {
      unread: `it has more than ${MOST_ROWS.toLocaleString("en")} rows; what follows line ${kept.at(-1)?.last} was not read`,
    }),
  };
}

/** The one that parts most rows of the beginning into the same number of values, the more the better. */
function delimiterOf(text: string): string {
  const sample = text.slice(0, SAMPLE_LETTERS).replace(/[^\n]*$/, (last) => (text.length > SAMPLE_LETTERS ? "" : last));
  let best = { delimiter: ",", score: 0 };
  for (const delimiter of DELIMITERS) {
    const widths = parseRows(sample, { delimiter, to: SAMPLE_ROWS }).map(({ cells }) => cells.length);
    const counts = Map.groupBy(widths, (width) => width);
    const [width, same] = [...counts]
      .map(([own, rows]) => [own, rows.length] as const)
      .reduce((most, own) => (own[1] > most[1] ? own : most), [1, 0]);
    const score = width < 2 ? 0 : same / widths.length + Math.min(width, 20) / 100;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** The rows that have a text, each with the line that it begins on. */
function parseRows(text: string, given: { readonly delimiter: string; readonly to: number }): SheetRow[] {
  try {
    return collectRows(text, given);
  } catch {
    // A quote is never closed: then quotes are letters.
    return collectRows(text, { ...given, quote: null });
  }
}

function collectRows(text: string, given: Options): SheetRow[] {
  const rows: SheetRow[] = [];
  parse(text, {
    ...LENIENT,
    ...given,
    on_record: (cells, { lines }) => {
      const below = cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
      rows.push({ number: lines - below, last: lines, cells });
      return null;
    },
  });
  return rows;
}
