import { Field, Int32, Schema, Utf8 } from "apache-arrow";
import type { Passage } from "../chat.ts";
import type { IndexedDocument } from "./document.ts";
import { beginningsOf } from "./lance-query.ts";

const textField = (name: string) => new Field(name, new Utf8(), false);
const numberField = (name: string) => new Field(name, new Int32(), false);

const PLACE = ["id", "document_id", "path", "title", "headings", "anchor", "url", "text", "modified_at"];
const LINES = ["first_line", "last_line", "page"];

/** Columns of a row that a passage is made of. */
export const SHOWN = [...PLACE, ...LINES];

/** The table's columns; `passages` is how many the document has, `search_text` and `beginnings` are what is searched in. */
export const schema = new Schema([
  ...[...PLACE, "file_id", "type", "hash", "audience", "search_text", "beginnings"].map(textField),
  ...[...LINES, "position", "passages"].map(numberField),
]);

/** What a search or a listing reads of a row. */
export interface Row {
  readonly id: string;
  readonly document_id: string;
  readonly path: string;
  readonly title: string;
  /** JSON. */
  readonly headings: string;
  readonly anchor: string;
  readonly url: string;
  readonly text: string;
  readonly modified_at: string;
  readonly first_line: number;
  readonly last_line: number;
  /** 0 where there are no pages. */
  readonly page: number;
}

/** One row for each passage of a document. */
export function toRows(document: IndexedDocument): Record<string, unknown>[] {
  return document.passages.map((passage, position) => ({
    id: passage.id,
    document_id: document.id,
    file_id: document.file,
    type: typeOf(passage.path),
    hash: document.hash,
    audience: document.audience,
    modified_at: document.modifiedAt,
    path: passage.path,
    title: passage.title,
    headings: JSON.stringify(passage.headings),
    anchor: passage.anchor,
    url: passage.url ?? "",
    text: passage.text,
    position,
    first_line: passage.lines[0],
    last_line: passage.lines[1],
    page: passage.page ?? 0,
    passages: document.passages.length,
    search_text: [passage.title, ...passage.headings, passage.text].join("\n"),
    beginnings: beginningsOf([passage.title, ...passage.headings].join(" ")).join(" "),
  }));
}

/** The passage of a row. */
export function toPassage(row: Row): Passage {
  const headings: readonly string[] = JSON.parse(row.headings);
  return {
    id: row.id,
    documentId: row.document_id,
    path: row.path,
    title: row.title,
    headings,
    anchor: row.anchor,
    lines: [row.first_line, row.last_line],
    ...(row.page > 0 && { page: row.page }),
    ...(row.modified_at !== "" && { modifiedAt: row.modified_at }),
    ...(row.url !== "" && { url: row.url }),
    text: row.text,
  };
}

/** A path's extension in lower case without the dot; empty where it has none. */
function typeOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}
