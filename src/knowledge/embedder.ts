/** An embedding model as people know it, and where it runs. */
export interface EmbedderLabel {
  readonly kind: "transformers" | "llama" | "openai";
  readonly name: string;
}

/** What a loaded embedding model is. */
export interface EmbedderFacts {
  /** 32 hexadecimal digits of the SHA-256 of the model and of all that shapes its vectors; those of different ids never mix. */
  readonly id: string;
  readonly dimensions: number;
}

/**
 * Makes vectors of texts, near one another where texts mean the same: unit length, so that their product is the cosine. A text longer
 * than the model can read is cut. What is wanted now comes before what is made in the background; without a word, questions are wanted
 * now.
 */
export interface Embedder extends AsyncDisposable {
  label(): EmbedderLabel;
  /** Loads the model, once. Rejects with a UserError that names the cure when it cannot be used. */
  ready(options: { readonly signal: AbortSignal }): Promise<EmbedderFacts>;
  /** One vector for each text, in their order. */
  embed(
    texts: readonly string[],
    options: {
      readonly as: "query" | "passage";
      readonly wanted?: "now" | "in the background";
      readonly signal: AbortSignal;
    },
  ): Promise<readonly Float32Array[]>;
}
