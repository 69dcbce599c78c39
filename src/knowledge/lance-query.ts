import { MatchQuery } from "@lancedb/lancedb";
import type { Audience } from "../chat.ts";
import type { Scope } from "./passage-index.ts";
import { wordsOf } from "../words/words.ts";

/** Longer queries are cut: a query of 700,000 characters was seen to take more than a second. */
const LONGEST_QUERY = 1_000;
/** Letters of a word's beginning that are indexed; longer ones are cut. */
const LONGEST_BEGINNING = 15;

/** The rows that a place may see, as a filter. Throws on a missing clearance and on an audience that would need quoting. */
export function audienceFilter(clearance: readonly Audience[]): string {
  if (clearance.length === 0) throw new Error("A search needs a clearance: which audiences the place may see");
  for (const audience of clearance) {
    if (!/^[A-Za-z0-9@_:.-]{1,200}$/.test(audience))
      throw new Error("An audience may hold letters, digits and @ _ : . - only");
  }
  return `audience IN (${clearance.map((audience) => `'${audience}'`).join(", ")})`;
}

/** The rows that a place may see, of a scope. Throws as `audienceFilter` does. */
export function rowsFilter(clearance: readonly Audience[], scope: Scope = {}): string {
  const { folder, types, since, until } = scope;
  const parts = [
    audienceFilter(clearance),
    ...(folder === undefined ? [] : [`starts_with(path, ${quoted(`${folder.replace(/\/+$/, "")}/`)})`]),
    ...(types === undefined ? [] : [`type IN (${types.map(quoted).join(", ")})`]),
    ...(since === undefined ? [] : [`modified_at >= ${quoted(since)}`]),
    ...(until === undefined ? [] : [`modified_at < ${quoted(until)}`]),
  ];
  return parts.join(" AND ");
}

/** A text as a literal of SQL, in which only the quote is special. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The rows of passages, as a filter: by their documents first, which have an index. Throws on what is no passage id. */
export function idsFilter(ids: readonly string[]): string {
  if (!ids.every((id) => /^[0-9a-f]{32}#\d+$/.test(id))) throw new Error("That is no passage id");
  const documents = new Set(ids.map((id) => id.slice(0, id.indexOf("#"))));
  return `${documentsFilter([...documents])} AND id IN (${ids.map((id) => `'${id}'`).join(", ")})`;
}

/** Ids are made of digits that need no quoting in a filter; nothing else is let into one. */
export function isDocumentId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}

/** Ids of the documents that a change touches, each once. Throws on what is no document id. */
export function documentIds(change: {
  readonly documents: readonly { readonly id: string }[];
  readonly removed: readonly string[];
}): string[] {
  const { documents, removed } = change;
  const ids = [...documents.map(({ id }) => id), ...removed];
  if (!ids.every(isDocumentId)) throw new Error("A document id must be 32 hexadecimal digits");
  return [...new Set(ids)];
}

/** The rows of documents, as a filter. */
export function documentsFilter(ids: readonly string[]): string {
  return `document_id IN (${ids.map((id) => `'${id}'`).join(", ")})`;
}

/**
 * Queries for words, whose scores add up; none where there is no word. With `prefix` the last word may be unfinished. One query of
 * all three parts would do the same, but has to score every row that any part matches: its slowest tenth took twice as long.
 */
export function toQueries(words: string, { prefix }: { readonly prefix: boolean }): MatchQuery[] {
  const typed = words.slice(0, LONGEST_QUERY).trim();
  if (!/[\p{L}\p{N}]/u.test(typed)) return [];
  const whole = new MatchQuery(typed, "search_text");
  if (!prefix) return [whole];
  const last = typed.split(/\s+/).at(-1) ?? typed;
  const labels = new MatchQuery(plainWords(typed).map(cutBeginning).join(" "), "beginnings");
  if (last.length < 3 || last.length > LONGEST_BEGINNING) return [whole, labels];
  // What may follow the letters typed so far: words that begin with them and are at most two letters longer.
  const unfinished = { fuzziness: 2, prefixLength: last.length, maxExpansions: 20 };
  return [whole, labels, new MatchQuery(last, "search_text", unfinished)];
}

/** The beginnings of every word, two letters and up, each once: what people have typed when they look a heading up. */
export function beginningsOf(label: string): string[] {
  const beginnings = plainWords(label).flatMap((word) =>
    Array.from({ length: Math.max(1, Math.min(word.length, LONGEST_BEGINNING) - 1) }, (_, index) =>
      word.slice(0, index + 2),
    ),
  );
  return [...new Set(beginnings)];
}

function cutBeginning(word: string): string {
  return word.slice(0, LONGEST_BEGINNING);
}

function plainWords(text: string): string[] {
  return wordsOf(text).map(({ word }) => word);
}
