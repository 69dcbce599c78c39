import { Index } from "@lancedb/lancedb";
import { Field, Int32, Utf8 } from "apache-arrow";
import type { IndexMake } from "./lance-upkeep.ts";

export const textField = (name: string) => new Field(name, new Utf8(), false);
export const numberField = (name: string) => new Field(name, new Int32(), false);

/** Columns that every row has, whatever else it holds: which passage of which document, and what a search filters by. */
export const SCOPE_FIELDS = [
  ...["id", "document_id", "hash", "audience", "path", "type", "modified_at"].map(textField),
  numberField("position"),
];

/** Smaller tables are read through as fast. */
const INDEXED_FROM = 2_000;

/**
 * With these a filter costs less than a millisecond whatever it lets pass; without, a search by meaning under a rare filter reads every
 * vector. There is none on `id`: with one, LanceDB puts rows in place twice when it is told to at the same time (see lance-table.ts).
 */
export const SCOPE_INDEXES: readonly IndexMake[] = [
  scopeIndex("document_id", () => Index.btree()),
  scopeIndex("audience", () => Index.bitmap()),
  scopeIndex("path", () => Index.btree()),
  scopeIndex("type", () => Index.bitmap()),
  scopeIndex("modified_at", () => Index.btree()),
];

function scopeIndex(column: string, make: () => Index): IndexMake {
  return { column, make, fromRows: INDEXED_FROM, isLearned: false };
}

/** What a row says of the document that it is from. */
export function scopeCells(
  document: {
    readonly id: string;
    readonly hash: string;
    readonly audience: string;
    readonly path: string;
    readonly modifiedAt: string;
  },
  position: number,
) {
  return {
    id: `${document.id}#${position}`,
    document_id: document.id,
    hash: document.hash,
    audience: document.audience,
    path: document.path,
    type: typeOf(document.path),
    modified_at: document.modifiedAt,
    position,
  };
}

/** A path's extension in lower case without the dot; empty where it has none. */
function typeOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}
