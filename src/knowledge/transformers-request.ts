import type { ModelFiles, Pooling } from "./transformers-folder.ts";

/** What the thread of the models is asked. Its texts are best sorted by length: those that are next to one another are run together. */
export type ModelRequest =
  | {
      readonly kind: "embed";
      readonly files: ModelFiles;
      readonly pooling: Pooling;
      readonly texts: readonly string[];
      readonly urgency: Urgency;
    }
  | {
      readonly kind: "score";
      readonly files: ModelFiles;
      readonly question: string;
      readonly texts: readonly string[];
      readonly urgency: Urgency;
    };

/** A question somebody waits for comes first, then putting what was found in order, then passages. Lower is sooner. */
export type Urgency = 0 | 1 | 2;

/** From the core's thread to that of the models. `threads` is how many it may compute with. */
export type ToModels =
  | { readonly kind: "ask"; readonly id: number; readonly request: ModelRequest }
  | { readonly kind: "cancel"; readonly id: number }
  /** Ends the thread after the batch in hand. */
  | { readonly kind: "close" };

/** And back. `values` has one vector for each text, one after the other, or one score for each. */
export type FromModels =
  | { readonly kind: "done"; readonly id: number; readonly values: Float32Array }
  | { readonly kind: "failed"; readonly id: number; readonly at: "loading" | "running"; readonly why: string };

/** What the thread is started with. */
export interface ModelThreadData {
  readonly threads: number;
}
