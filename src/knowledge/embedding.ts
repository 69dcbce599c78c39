import { unlessAborted } from "../abort.ts";
import type { Log } from "../log.ts";
import type { Embedder } from "./embedder.ts";
import { embedAll, type EmbeddingRun } from "./embedding-run.ts";
import type { MeaningState } from "./knowledge.ts";
import type { PassageIndex } from "./passage-index.ts";
import { UserError } from "../user-error.ts";
import type { VectorCache } from "./vector-cache.ts";
import type { VectorIndex } from "./vector-index.ts";

/** From this share of passages on that have their vectors, an index that was never seen whole is searched by meaning. */
const NEARLY_ALL = 0.9;
/** After a failure it is tried again, first so soon, then after twice as long each time, at last so seldom. */
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 10 * 60_000;

/** Keeps the vectors of one embedding model in step with a passage index, in the background: newest documents first. */
export interface Embedding extends AsyncDisposable {
  state(): MeaningState;
  /** The vectors, once nearly every passage has had one; whatever changes later is found by words until it has its own. */
  searched(): VectorIndex | undefined;
  /** Asks for the vectors that are missing, after those in hand. */
  catchUpSoon(): void;
  /** Waits until every passage that is there now has its vector, or the model has failed: the state tells. */
  complete(options: { readonly signal: AbortSignal }): Promise<void>;
}

/** What an embedding works with. */
export interface EmbeddingOptions {
  readonly index: Pick<PassageIndex, "documents" | "passages">;
  readonly embedder: Embedder;
  readonly cache: VectorCache;
  /** The vectors of the embedder's model, opened once it is known. */
  readonly openVectors: (model: Awaited<ReturnType<Embedder["ready"]>>) => Promise<VectorIndex>;
  /** What this index is called in the cache. */
  readonly place: string;
  /** False while another process keeps the index: then vectors are only read. */
  readonly mayWrite: () => boolean;
  readonly log: Log;
}

/** An embedding, which does nothing until it is asked to. */
export function createEmbedding(options: EmbeddingOptions): Embedding {
  const closing = new AbortController();
  const { run, state, searched, close } = createRun(options, closing.signal);
  const retry = planRetry();
  let running: Promise<void> | undefined;
  let isAskedAgain = false;

  const start = (): Promise<void> => {
    isAskedAgain = false;
    running = run().then((isDone) => {
      if (isDone || closing.signal.aborted) retry.cancel();
      else retry.plan(catchUpSoon);
      running = undefined;
      // Whoever waits for this run waits for the next one too.
      return isAskedAgain && !closing.signal.aborted ? start() : undefined;
    });
    return running;
  };
  const catchUpSoon = () => {
    if (running) isAskedAgain = true;
    else if (!closing.signal.aborted) void start();
  };
  return {
    state,
    searched,
    catchUpSoon,
    async complete({ signal }) {
      catchUpSoon();
      await unlessAborted(running ?? Promise.resolve(), signal);
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      retry.cancel();
      await running;
      await close();
    },
  };
}

/** One run after the other, and what is known since the last one. A run gives whether it came to its end; it does not reject. */
function createRun(options: EmbeddingOptions, signal: AbortSignal) {
  const { embedder, openVectors, cache, place, log } = options;
  let state = stateBefore(options);
  let vectors: VectorIndex | undefined;
  let isSearched = false;
  let progress = { done: 0, total: 0 };
  const onProgress: EmbeddingRun["onProgress"] = ({ done, total }) => {
    isSearched ||= total > 0 && done >= total * NEARLY_ALL;
    progress = { done, total };
    state = stateOf(embedder, progress);
  };
  const run = async (): Promise<boolean> => {
    try {
      const model = await embedder.ready({ signal });
      vectors ??= await openVectors(model);
      await embedAll({ ...options, vectors, model, signal, onProgress });
      cache.stand(place, { model: embedder.label().name, ...progress });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const why = error instanceof UserError ? error.message : "Passages could not be embedded; the log says why";
      // It is tried again and again, and need not be said each time.
      if (state.kind !== "failed" || state.why !== why) log.error({ err: error }, "passages could not be embedded");
      state = { kind: "failed", model: embedder.label(), why };
      return false;
    }
  };
  return {
    run,
    state: () => state,
    searched: () => (isSearched ? vectors : undefined),
    close: async () => vectors?.[Symbol.asyncDispose](),
  };
}

function stateOf(embedder: Embedder, { done, total }: { readonly done: number; readonly total: number }): MeaningState {
  const model = embedder.label();
  return done < total ? { kind: "embedding", model, done, total } : { kind: "ready", model };
}

/** Where it stood when it was last looked at; nothing has its vector where another model was used then. */
function stateBefore({ embedder, cache, place }: EmbeddingOptions): MeaningState {
  const model = embedder.label();
  const before = cache.standing(place);
  if (before?.model === model.name) return stateOf(embedder, before);
  return { kind: "embedding", model, done: 0, total: before?.total ?? 0 };
}

function planRetry() {
  let timer: NodeJS.Timeout | undefined;
  let wait = FIRST_RETRY_MS;
  const cancel = () => {
    clearTimeout(timer);
    wait = FIRST_RETRY_MS;
  };
  return {
    plan(again: () => void) {
      clearTimeout(timer);
      timer = setTimeout(again, wait);
      timer.unref();
      wait = Math.min(wait * 2, LAST_RETRY_MS);
    },
    cancel,
  };
}
