/** A cross-encoder: reads a question and a passage together, which tells more than their vectors, and takes longer. */
export interface Reranker extends AsyncDisposable {
  readonly name: string;
  /** How well each text answers the question, 0 to 1, in their order. Rejects with a UserError where the model cannot be used. */
  score(
    question: string,
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[]>;
}
