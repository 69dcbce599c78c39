import type { Audience, Hit, Passage } from "../chat.ts";
import type { IndexedDocument } from "./document.ts";

/** Which passages a search may give, besides the clearance; what is left out does not limit. */
export interface Scope {
  /** A folder inside the documents' folder, with forward slashes: only what lies below it. */
  readonly folder?: string;
  /** Extensions without the dot, such as "pdf", in lower case. */
  readonly types?: readonly string[];
  /** ISO 8601 instants: last changed from `since` on, and before `until`. */
  readonly since?: string;
  readonly until?: string;
}

/** What is stored about one document, without its text. */
export interface KnownDocument {
  readonly hash: string;
  readonly path: string;
  /** The id of the file that it was read from: its own, but for what stands with others in one file (a zip, an mbox). */
  readonly file: string;
  readonly audience: string;
  readonly modifiedAt: string;
  readonly passages: number;
}

/** Search over passages. Derived from the documents: it can be deleted and built again at any time. One writer. */
export interface PassageIndex extends AsyncDisposable {
  /** Every stored document by its id. */
  documents(): Promise<ReadonlyMap<string, KnownDocument>>;
  /**
   * Stores whole documents and takes others out, in one commit: after a crash each document is either as before or as given,
   * never half. Safe to call concurrently (writes queue up).
   */
  replace(change: {
    readonly documents: readonly IndexedDocument[];
    readonly removed: readonly string[];
  }): Promise<void>;
  /**
   * Passages by words (stemmed BM25 over title, headings and text), best first, only of the given audiences (none: an error).
   * `prefix` takes the last word as the beginning of one.
   */
  search(
    words: string,
    options: {
      readonly clearance: readonly Audience[];
      readonly scope?: Scope;
      readonly limit: number;
      readonly prefix?: boolean;
    },
  ): Promise<readonly Hit[]>;
  /**
   * In how many passages of the given audiences each word occurs (in any form with the same stem), counted up to `cap`. Words
   * that stand only in what others may read count as unknown; how many passages there are in all does show in the weights.
   */
  frequencies(
    words: readonly string[],
    options: { readonly clearance: readonly Audience[]; readonly cap: number },
  ): Promise<readonly number[]>;
  /** All passages of one document in order, if the clearance covers it. */
  document(id: string, options: { readonly clearance: readonly Audience[] }): Promise<readonly Passage[]>;
  /** The passages of these ids that the clearance covers, each with its document's hash, in no order. */
  passages(
    ids: readonly string[],
    options: { readonly clearance: readonly Audience[] },
  ): Promise<readonly { readonly passage: Passage; readonly hash: string }[]>;
  count(): Promise<{ readonly documents: number; readonly passages: number }>;
  /** A number that changes with every write, whichever process wrote. */
  version(): Promise<number>;
  /** To be called after many writes: until then a search may miss the newest of thousands of passages that were written at once. */
  catchUp(): Promise<void>;
  /**
   * Compacts, brings the word index up to date and drops old versions, where that is worth its cost. For idle time; searches go on
   * meanwhile.
   */
  optimize(): Promise<void>;
}
