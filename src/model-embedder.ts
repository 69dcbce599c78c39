import { createHash } from "node:crypto";
import PQueue from "p-queue";
import type { OpenEmbedderRequest } from "./channel/engine-wire.ts";
import type { Embedder } from "./knowledge/embedder.ts";
import { createModelKeeper, onceMore, type ModelProcessOptions } from "./model-keeper.ts";

/** Texts that are sent at once: a question waits for so many at most. */
const TEXTS_AT_ONCE = 2;

/**
 * An embedding model (GGUF) in a process of its own, started when it is first needed and again when it dies. `prefixes` are put before
 * the texts, as the model was trained. Disposing of it ends the process.
 */
export function openLlamaEmbedderProcess(
  options: ModelProcessOptions & {
    readonly request: Omit<OpenEmbedderRequest, "freeBytes">;
    readonly prefixes: { readonly query: string; readonly passage: string };
  },
): Embedder {
  const { request, prefixes } = options;
  const keeper = createModelKeeper({
    ...options,
    open: (remote, { freeBytes, signal }) => remote.openEmbedder({ ...request, freeBytes }, { signal }),
    without: "documents are found by words only",
  });
  const queue = new PQueue({ concurrency: 1 });
  return {
    label: () => ({ kind: "llama", name: request.name }),
    async ready({ signal }) {
      const { hash, dimensions } = (await keeper.running(signal)).opened;
      const parts = [hash, request.contextTokens, prefixes.query, prefixes.passage];
      return { id: createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32), dimensions };
    },
    async embed(texts, { as, signal }) {
      const parts = inParts(texts.map((text) => prefixes[as] + text)).map((part) =>
        queue.add(() => onceMore(keeper, (remote) => remote.embed(part, { signal }), signal), {
          signal,
          priority: as === "query" ? 1 : 0,
        }),
      );
      return (await Promise.all(parts)).flat();
    },
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}

function inParts(texts: readonly string[]): (readonly string[])[] {
  return texts.flatMap((_, index) => (index % TEXTS_AT_ONCE === 0 ? [texts.slice(index, index + TEXTS_AT_ONCE)] : []));
}
