import { Schema } from "apache-arrow";
import type { Passage } from "../chat.ts";
import type { IndexedDocument } from "./document.ts";
import type { Cells } from "./lance-columns.ts";
import { beginningsOf } from "./lance-query.ts";
import { numberField, SCOPE_FIELDS, scopeCells, textField } from "./lance-scope.ts";
import type { KnownDocument } from "./passage-index.ts";

/**
 * The table's columns: `passage` is the whole passage in one, and what has to be known with it, since a hundred rows of nine columns took three times as long to fetch;
 * `search_text` and `beginnings` are what is searched in, `passages` is how many the document has.
 */
export const schema = new Schema([
  ...SCOPE_FIELDS,
  ...["file_id", "passage", "search_text", "beginnings"].map(textField),
  numberField("passages"),
]);

/** One row for each passage of a document. */
export function toRows(document: IndexedDocument): Cells[] {
  const known = new Map<string, string>();
  return document.passages.map((passage, position) => {
    const label = labelOf(passage);
    const beginnings = known.get(label) ?? beginningsOf(label).join(" ");
    known.set(label, beginnings);
    return {
      ...scopeCells({ ...document, path: passage.path }, position),
      id: passage.id,
      file_id: document.file,
      passage: toCell({ id: passage.id, hash: document.hash, audience: document.audience, passage }),
      search_text: searchTextOf(passage),
      beginnings,
      passages: document.passages.length,
    };
  });
}

function labelOf({ title, headings }: Passage): string {
  return [title, ...headings].join("\n");
}

function searchTextOf(passage: Passage): string {
  return `${labelOf(passage)}\n${passage.text}`;
}

/** Columns that say the same as another, so that bytes which changed on the disk show. */
export const TWICE = ["id", "hash", "audience", "passage", "search_text"];

/** Whether the columns of `TWICE` agree in a row. */
export function isSound([id, hash, audience, cell, searchText]: readonly unknown[]): boolean {
  try {
    const stored = toStored(String(cell));
    return (
      stored.id === id &&
      stored.hash === hash &&
      stored.audience === audience &&
      searchTextOf(stored.passage) === searchText
    );
  } catch {
    return false;
  }
}

/** A passage as it is stored: with its document's hash, and who may read it. */
export interface StoredPassage {
  readonly id: string;
  readonly hash: string;
  readonly audience: string;
  readonly passage: Passage;
}

function toCell(stored: StoredPassage): string {
  return JSON.stringify(stored);
}

/** What the cell of a passage says. */
export function toStored(cell: string): StoredPassage {
  return JSON.parse(cell);
}

/** Columns that a stored document is known by. */
export const KNOWN = ["document_id", "file_id", "hash", "path", "audience", "modified_at", "passages"];

/** The columns of `KNOWN`, as documents by their ids. */
export function toKnown(columns: readonly (readonly (string | number)[])[]): [string, KnownDocument][] {
  const [ids = [], files = [], hashes = [], paths = [], audiences = [], times = [], counts = []] = columns;
  return ids.map((id, row) => [
    String(id),
    {
      hash: String(hashes[row]),
      path: String(paths[row]),
      file: String(files[row]),
      audience: String(audiences[row]),
      modifiedAt: String(times[row]),
      passages: Number(counts[row]),
    },
  ]);
}
