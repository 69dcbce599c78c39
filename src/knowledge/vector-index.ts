import type { Audience } from "../chat.ts";
import type { Scope } from "./passage-index.ts";

/** One document's vectors, in the order of its passages, with what a search filters by. */
export interface EmbeddedDocument {
  readonly id: string;
  /** The document's hash as the passage index has it: a vector of another hash is of an older text, and is not used. */
  readonly hash: string;
  readonly audience: string;
  readonly path: string;
  readonly modifiedAt: string;
  readonly vectors: readonly Float32Array[];
}

/** A passage near to a vector. */
export interface Near {
  /** The passage's id. */
  readonly id: string;
  readonly hash: string;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Search by meaning: the vectors of one embedding model, without any text. Derived: can be deleted and built again. One writer. */
export interface VectorIndex extends AsyncDisposable {
  /** The hash of every document that has vectors here, by its id. */
  documents(): Promise<ReadonlyMap<string, string>>;
  /** Stores documents' vectors and takes others out, in one commit. Safe to call concurrently (writes queue up). */
  replace(change: {
    readonly documents: readonly EmbeddedDocument[];
    readonly removed: readonly string[];
  }): Promise<void>;
  /** The nearest passages, nearest first, only of the given audiences (none: an error) and scope; exact enough under any filter. */
  nearest(
    vector: Float32Array,
    options: { readonly clearance: readonly Audience[]; readonly scope?: Scope; readonly limit: number },
  ): Promise<readonly Near[]>;
  /** Compacts, brings the index up to date and drops old versions. For idle time. */
  optimize(): Promise<void>;
}
