import { Schema } from "apache-arrow";
import type { Passage } from "../chat.ts";
import type { IndexedDocument } from "./document.ts";
import type { Cells } from "./lance-columns.ts";
import { beginningsOf } from "./lance-query.ts";
import { numberField, SCOPE_FIELDS, scopeCells, textField } from "./lance-scope.ts";
import type { KnownDocument } from "./passage-index.ts";

/**
 * The table's columns: `passage` is the whole passage in one, since a hundred rows of nine columns took three times as long to fetch;
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
    const label = [passage.title, ...passage.headings].join("\n");
    const beginnings = known.get(label) ?? beginningsOf(label).join(" ");
    known.set(label, beginnings);
    return {
      ...scopeCells({ ...document, path: passage.path }, position),
      id: passage.id,
      file_id: document.file,
      passage: JSON.stringify(passage),
      search_text: `${label}\n${passage.text}`,
      beginnings,
      passages: document.passages.length,
    };
  });
}

/** The passage of a row. */
export function toPassage({ passage }: { readonly passage: string }): Passage {
  return JSON.parse(passage);
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
