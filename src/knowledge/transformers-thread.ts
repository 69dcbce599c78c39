import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { SHARE_ENV, Worker } from "node:worker_threads";
import type { FromModels, ModelRequest, ModelThreadData, ToModels } from "./transformers-request.ts";
import { UserError } from "../user-error.ts";

/** A request whose thread ended so often is given up. */
const MOST_TRIES = 3;
/** Characters that a token stands for at most, nearly always: what is longer is cut before it is counted in tokens. */
export const CHARACTERS_A_TOKEN = 16;
/** As many as are at hand on a small machine; with more, a batch is not worth sharing out. */
const USUAL_THREADS = 2;
/** Longer than a batch, and than loading a large model on a busy machine mostly takes. */
const LONGEST_END_MS = 10_000;
/** A tokenizer of 250,000 words takes about 300. */
const USUAL_HEAP_MEGABYTES = 2_048;

/** The thread that transformers.js runs in: it blocks for as long as a batch takes. Embedder and reranker share it. */
export interface TransformersThread extends AsyncDisposable {
  /**
   * One vector for each text, one after the other, or one score for each. A thread that dies is started again, and what it had not
   * answered is asked again. Rejects with a UserError where the model cannot be used.
   */
  ask(request: ModelRequest, options: { readonly signal: AbortSignal }): Promise<Float32Array>;
}

interface Pending {
  readonly request: ModelRequest;
  readonly answer: PromiseWithResolvers<Float32Array>;
  tries: number;
}

/** The thread, started with the first request. `heapMegabytes` bounds its JavaScript, which is little but for a large tokenizer. */
export function openTransformersThread(options: {
  readonly threads?: number;
  readonly heapMegabytes?: number;
  readonly onWarning?: (sentence: string) => void;
}): TransformersThread {
  const pending = new Map<number, Pending>();
  const worker = keepWorker({
    ...options,
    onMessage: (message) => settle(pending, message),
    onEnd: () => askAgain(pending, { send: (message) => worker.send(message), onWarning: options.onWarning }),
  });
  let count = 0;
  return {
    async ask(request, { signal }) {
      signal.throwIfAborted();
      const id = (count += 1);
      const answer = Promise.withResolvers<Float32Array>();
      const onAbort = () => {
        if (!pending.delete(id)) return;
        worker.send({ kind: "cancel", id });
        answer.reject(signal.reason);
      };
      pending.set(id, { request, answer, tries: 1 });
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        worker.send({ kind: "ask", id, request });
        return await answer.promise;
      } finally {
        signal.removeEventListener("abort", onAbort);
        pending.delete(id);
        if (pending.size === 0) worker.rest();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { answer } of pending.values()) answer.reject(new Error("The models are closed"));
      pending.clear();
      await worker.end();
    },
  };
}

/** A worker that is started when something is sent to it, and whose end is told. */
function keepWorker(options: {
  readonly threads?: number;
  readonly heapMegabytes?: number;
  readonly onMessage: (message: FromModels) => void;
  readonly onEnd: () => void;
}) {
  const { threads = USUAL_THREADS, heapMegabytes = USUAL_HEAP_MEGABYTES, onMessage, onEnd } = options;
  let worker: Worker | undefined;
  let isEnded = false;
  const start = () => {
    const started = startWorker({ threads }, heapMegabytes);
    started.on("message", onMessage);
    // What ended it is told by its exit.
    started.on("error", () => {});
    started.once("exit", () => {
      worker = undefined;
      if (!isEnded) onEnd();
    });
    return started;
  };
  return {
    send(message: ToModels) {
      if (isEnded) throw new Error("The models are closed");
      worker ??= start();
      // It keeps the process alive only while something is asked of it.
      worker.ref();
      worker.postMessage(message, []);
    },
    rest() {
      if (!isEnded) worker?.unref();
    },
    async end() {
      isEnded = true;
      if (!worker) return;
      // Ending it from outside while native code runs would end the whole process.
      const ended = once(worker, "exit");
      worker.ref();
      worker.postMessage({ kind: "close" } satisfies ToModels, []);
      await Promise.race([ended, delay(LONGEST_END_MS, undefined, { ref: false })]);
      worker?.unref();
    },
  };
}

function startWorker(workerData: ModelThreadData, heapMegabytes: number): Worker {
  return new Worker(new URL("./transformers-worker.ts", import.meta.url), {
    workerData,
    // So that transformers.js can switch ONNX Runtime's telemetry off for its native code.
    env: SHARE_ENV,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 16 },
  });
}

/** Sends again what a worker that ended had not answered; what has ended several of them fails. */
function askAgain(
  pending: Map<number, Pending>,
  given: {
    readonly send: (message: ToModels) => void;
    readonly onWarning: ((sentence: string) => void) | undefined;
  },
): void {
  if (pending.size === 0) return;
  given.onWarning?.("the thread of the embedding model ended and is started again");
  for (const [id, one] of pending) {
    if (one.tries >= MOST_TRIES) {
      settle(pending, { kind: "failed", id, at: "loading", why: `its thread ended ${MOST_TRIES} times` });
      continue;
    }
    one.tries += 1;
    given.send({ kind: "ask", id, request: one.request });
  }
}

function settle(pending: Map<number, Pending>, message: FromModels): void {
  const one = pending.get(message.id);
  if (!one) return;
  pending.delete(message.id);
  if (message.kind === "done") one.answer.resolve(message.values);
  else one.answer.reject(failure(one.request, message));
}

/**
 * Asks with texts sorted by length, so that what is equally long is run together, a part after the other; gives the values of each text
 * in the order that the texts were given in.
 */
export async function askInOrder(
  texts: readonly string[],
  ask: (part: readonly string[]) => Promise<Float32Array>,
  { atOnce }: { readonly atOnce: number },
): Promise<Float32Array[]> {
  const sorted = texts.map((text, at) => ({ text, at })).sort((one, other) => one.text.length - other.text.length);
  const inOrder: Float32Array[] = [];
  for (let start = 0; start < sorted.length; start += atOnce) {
    const part = sorted.slice(start, start + atOnce);
    const values = await ask(part.map(({ text }) => text));
    const each = values.length / part.length;
    for (const [row, { at }] of part.entries()) inOrder[at] = values.slice(row * each, (row + 1) * each);
  }
  return inOrder;
}

/** What a library says may repeat a text's words, so it is only the cause; the log does not write it. */
function failure(
  { files: { folder } }: ModelRequest,
  { at, why }: { readonly at: "loading" | "running"; readonly why: string },
): UserError {
  const what =
    at === "loading"
      ? `The model in ${folder} cannot be loaded: a file of it is damaged, or it is of a kind that Hearth does not know; pull it again, or use another one`
      : `The model in ${folder} failed on a text; pull it again, or use another one`;
  return new UserError(what, { cause: new Error(why) });
}
