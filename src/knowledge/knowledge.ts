import type { AttachedFile, Audience, Hit, Passage } from "../chat.ts";
import type { EmbedderLabel } from "./embedder.ts";
import type { Scope } from "./passage-index.ts";

/** A word of a question: as it was asked, its stem, and how much it tells (0 and up, see terms.ts). */
export interface Term {
  readonly word: string;
  readonly stem: string;
  /** How rare it is in these documents: 0 (everywhere) to 1 (nowhere). */
  readonly rarity: number;
  /** What it counts: its rarity, less for words of grammar and for those of earlier turns. */
  readonly weight: number;
  /** A word of grammar, such as "the" or "how". */
  readonly isFunction: boolean;
  /** From an earlier turn, not from the question itself. */
  readonly isEarlier: boolean;
  /** Whether any passage has it or one of its variants. */
  readonly isKnown: boolean;
  /** Stems that a text may have in its place, each with its share of the term's worth (up to 1). */
  readonly variants: readonly { readonly stem: string; readonly share: number }[];
}

/** What a search found: passages best first, and the words it looked for. */
export interface Found {
  readonly hits: readonly Hit[];
  readonly terms: readonly Term[];
}

/** A document that could not be read, with one sentence that says why. */
export interface FailedDocument {
  readonly path: string;
  readonly reason: string;
}

/** What changed in one sync, counted in documents. */
export interface SyncReport {
  /** True where another process keeps the index, so that nothing was read here: `unchanged` then counts what it holds so far. */
  readonly isKeptElsewhere?: boolean;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly failed: readonly FailedDocument[];
  readonly seconds: number;
}

/** A document that was added, changed or taken out. */
export interface DocumentChange {
  readonly kind: "added" | "changed" | "removed";
  readonly id: string;
  readonly path: string;
}

/** What a sync did, or would do. */
export interface Synced {
  readonly report: SyncReport;
  /** In order of path. */
  readonly changes: readonly DocumentChange[];
}

/** One document of a file, as it is stored. */
export interface ExplainedDocument {
  readonly path: string;
  readonly audience: string;
  readonly modifiedAt: string;
  readonly passages: number;
}

/** Where a document stands for a question. `place` counts from 1 among `of` passages that were ranked; absent: none of its was. */
export interface ExplainedQuestion {
  readonly place?: number;
  readonly of: number;
  /** The passage that ranked best of it, by its headings. */
  readonly headings?: readonly string[];
  readonly similarity?: number;
  /** Words of the question that tell something, and whether the best passage (or else the document) has them. */
  readonly words: readonly { readonly word: string; readonly rarity: number; readonly has: boolean }[];
}

/** What became of a file: read, or not, and then why and what cures it; and where it stands for a question, if one was given. */
export type Explanation =
  | {
      readonly kind: "read";
      readonly path: string;
      readonly folder: string;
      readonly documents: readonly ExplainedDocument[];
      readonly question?: ExplainedQuestion;
    }
  | { readonly kind: "not read"; readonly path: string; readonly why: string; readonly cure: string };

/** `reading` counts documents; `current` says since when (ISO 8601) and how long the last full sync took. */
export type SyncState =
  | { readonly kind: "reading"; readonly done: number; readonly total: number }
  | { readonly kind: "current"; readonly at: string; readonly seconds: number }
  | { readonly kind: "failed"; readonly reason: string };

/** Where search by meaning stands. While passages wait for their vectors (counted here), words find them. */
export type MeaningState =
  | { readonly kind: "none" }
  | { readonly kind: "embedding"; readonly model: EmbedderLabel; readonly done: number; readonly total: number }
  | { readonly kind: "ready"; readonly model: EmbedderLabel }
  | { readonly kind: "failed"; readonly model: EmbedderLabel; readonly why: string };

export interface KnowledgeStatus {
  readonly documents: number;
  readonly passages: number;
  readonly sync: SyncState;
  /** Where the index is on storage that several Hearths share, as people read it, and whether this one writes it now. */
  readonly storage?: { readonly shown: string; readonly isWrittenHere: boolean };
  readonly meaning: MeaningState;
  /** Documents that could not be read at the last sync. */
  readonly failed: readonly FailedDocument[];
}

/** What is known together with the files that came with a question; their passages are those that `isAttached` tells. */
export interface Attached extends Pick<Knowledge, "search" | "nearness"> {
  /** The passages that each file begins with, which has text. */
  readonly beginnings: readonly (readonly Passage[])[];
  /** What could not be read, and why. */
  readonly unread: readonly FailedDocument[];
}

/** What is written: documents, as passages that can be found. A missing clearance is an error, never "everything". */
export interface Knowledge extends AsyncDisposable {
  /** Passages for a question in plain words; `earlier` holds what the asker said before, oldest first. */
  search(
    question: { readonly text: string; readonly earlier: readonly string[] },
    options: {
      readonly clearance: readonly Audience[];
      readonly scope?: Scope;
      readonly limit: number;
      readonly signal: AbortSignal;
    },
  ): Promise<Found>;
  /** Passages for words as they are typed: the last word counts as the beginning of one. */
  lookup(
    words: string,
    options: {
      readonly clearance: readonly Audience[];
      readonly scope?: Scope;
      readonly limit: number;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly Hit[]>;
  /**
   * Reads files for one question, which is to be searched for with what this gives, and keeps nothing of them. With `isAlone` only they
   * are searched.
   */
  attach(
    files: readonly AttachedFile[],
    options: {
      readonly text: string;
      readonly earlier: readonly string[];
      readonly isAlone: boolean;
      readonly signal: AbortSignal;
    },
  ): Promise<Attached>;
  /** All passages of one document in order; empty when there is none, or when the clearance does not cover it. */
  document(id: string, options: { readonly clearance: readonly Audience[] }): Promise<readonly Passage[]>;
  /**
   * How near in meaning each text is to a question (cosine), in their order; undefined where there is no embedding model that is
   * ready.
   */
  nearness(
    question: string,
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[] | undefined>;
  /** Makes the index match the folders. A sync in hand is joined. With `complete` it waits until every passage has its vector. */
  sync(options: { readonly signal: AbortSignal; readonly complete?: boolean }): Promise<SyncReport>;
  /** What a sync would do now; nothing is written. */
  plan(options: { readonly signal: AbortSignal }): Promise<Synced>;
  /** Why a file (its absolute path) is or is not found, and where its passages stand for a question, if one is given. */
  explain(path: string, options: { readonly question?: string; readonly signal: AbortSignal }): Promise<Explanation>;
  status(): Promise<KnowledgeStatus>;
}
