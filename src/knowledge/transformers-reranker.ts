import { basename } from "node:path";
import type { Reranker } from "./reranker.ts";
import { findModelFiles } from "./transformers-folder.ts";
import { askInOrder, CHARACTERS_A_TOKEN, type TransformersThread } from "./transformers-thread.ts";

/** A cross-encoder in a folder, as transformers.js reads it: config.json, tokenizer.json, onnx/model_quantized.onnx or model.onnx. */
export function createTransformersReranker(options: {
  readonly folder: string;
  /** The most tokens of question and text together; the folder's own files may say fewer. */
  readonly maxTokens?: number;
  readonly thread: TransformersThread;
}): Reranker {
  const { folder, thread, ...limits } = options;
  return {
    name: basename(folder),
    async score(question, texts, { signal }) {
      const files = findModelFiles(folder, limits);
      const most = files.maxTokens * CHARACTERS_A_TOKEN;
      const request = { kind: "score", files, question: question.slice(0, most), urgency: 1 } as const;
      const scores = await askInOrder(
        texts.map((text) => text.slice(0, most)),
        (part) => thread.ask({ ...request, texts: part }, { signal }),
        { atOnce: texts.length },
      );
      return scores.map(([score = 0]) => score);
    },
    // The thread is whose it was.
    [Symbol.asyncDispose]: async () => {},
  };
}
