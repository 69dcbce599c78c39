import type { Llama, LlamaEmbeddingContext, LlamaModel } from "node-llama-cpp";
import type { Log } from "../log.ts";
import { UserError } from "../user-error.ts";
import { openLibrary } from "./llama-library.ts";
import type { LlamaOptions } from "./llama-options.ts";

/** Tokens that a model may put around a text by itself. */
const MARKS = 2;

/** How an embedding model is loaded; paths are absolute. */
export type LlamaEmbedderOptions = Pick<LlamaOptions, "file" | "name" | "hash" | "contextTokens" | "threads" | "gpu">;

/** An embedding model in llama.cpp, in this process. One text after the other: the library evaluates no batches of them. */
export interface LlamaEmbedder extends AsyncDisposable {
  readonly dimensions: number;
  /** A unit vector for each text, by the pooling that the model's file names; a text too long is cut. */
  embed(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<readonly Float32Array[]>;
}

/** Loads an embedding model. Throws a UserError with the cure when it cannot be used. */
export async function openLlamaEmbedder(
  options: LlamaEmbedderOptions,
  { log, signal, llama: given }: { readonly log: Log; readonly signal: AbortSignal; readonly llama?: Llama },
): Promise<LlamaEmbedder> {
  await using stack = new AsyncDisposableStack();
  const llama = given ?? stack.adopt(await openLibrary(options, log), (library) => library.dispose());
  const { model, context } = await load(options, { llama, signal, stack });
  const longest = Math.min(options.contextTokens, model.trainContextSize) - MARKS;
  const owned = stack.move();
  return {
    dimensions: model.embeddingVectorSize,
    async embed(texts, { signal: stop }) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        stop.throwIfAborted();
        const tokens = model.tokenize(text).slice(0, longest);
        const { vector } = await context.getEmbeddingFor(tokens);
        vectors.push(toUnit(vector));
      }
      return vectors;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function load(
  { file, name, contextTokens }: LlamaEmbedderOptions,
  {
    llama,
    signal,
    stack,
  }: { readonly llama: Llama; readonly signal: AbortSignal; readonly stack: AsyncDisposableStack },
): Promise<{ readonly model: LlamaModel; readonly context: LlamaEmbeddingContext }> {
  try {
    const model = stack.adopt(await llama.loadModel({ modelPath: file, loadSignal: signal }), (one) => one.dispose());
    const contextSize = Math.min(contextTokens, model.trainContextSize);
    const context = stack.adopt(
      await model.createEmbeddingContext({ contextSize, batchSize: contextSize, createSignal: signal }),
      (one) => one.dispose(),
    );
    return { model, context };
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(`The embedding model ${name} (${file}) cannot be loaded by llama.cpp; use another`, {
      cause: error,
    });
  }
}

function toUnit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
}
