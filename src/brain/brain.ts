import type { Answer, Audience, Hit, Passage, Question } from "../chat.ts";
import type { KnowledgeStatus, SyncReport } from "../knowledge/knowledge.ts";

/** Where an answer stands: `searching` in the documents, `asking-again` after the core was restarted. */
export type Progress = "searching" | "asking-again";

/** An answer, everything that was considered for it (best first), and how long each step took in milliseconds. */
export interface Answered {
  readonly answer: Answer;
  readonly hits: readonly Hit[];
  readonly timings: { readonly search: number; readonly answer: number };
}

/** What the core knows about itself; shown to people as it is. */
export interface BrainStatus extends KnowledgeStatus {
  readonly seal: Seal;
}

/** Whether the core can reach a network: its own list of interfaces, and where it can, why and what cures it. */
export type Seal =
  | { readonly kind: "sealed"; readonly interfaces: readonly string[]; readonly by: string }
  | {
      readonly kind: "not sealed";
      readonly interfaces: readonly string[];
      readonly why: string;
      readonly cure: string;
    };

/** Everything one can ask, with no trace of any platform. Rejects when something is broken; "not in the docs" is a value. */
export interface Brain {
  /** The answer to a question. `onProgress` is told where it stands and must not throw. */
  answer(
    question: Question,
    options: { readonly signal: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<Answered>;
  /** Passages for words as they are typed: the last word counts as the beginning of one. No model, no waiting. */
  lookup(
    words: string,
    options: { readonly clearance: readonly Audience[]; readonly limit: number; readonly signal: AbortSignal },
  ): Promise<readonly Hit[]>;
  /** All passages of one document in order; empty when there is none, or when the clearance does not cover it. */
  document(
    id: string,
    options: { readonly clearance: readonly Audience[]; readonly signal: AbortSignal },
  ): Promise<readonly Passage[]>;
  /** Makes the index match the folders now, and says what changed. A sync in hand is joined. */
  sync(options: { readonly signal: AbortSignal }): Promise<SyncReport>;
  status(options: { readonly signal: AbortSignal }): Promise<BrainStatus>;
}
