import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { unlessAborted } from "../abort.ts";
import type { Embedder, EmbedderFacts } from "./embedder.ts";
import {
  findModelFiles,
  readShape,
  weighedFiles,
  type EmbeddingShape,
  type ModelFiles,
} from "./transformers-folder.ts";
import { askInOrder, CHARACTERS_A_TOKEN, type TransformersThread } from "./transformers-thread.ts";

/** Texts asked for at once: enough to fill batches, and soon done when it is called off. */
const TEXTS_AT_ONCE = 64;
const WANTED = { query: "now", passage: "in the background" } as const;
/** Counts up when the same files would give other vectors. */
const FORMAT = 1;

/** An embedding model in a folder, as transformers.js reads it: config.json, tokenizer.json, onnx/model_quantized.onnx or model.onnx. */
export function createTransformersEmbedder(options: {
  readonly folder: string;
  /** What is known of the model by its name; the folder's own files come first. */
  readonly known?: EmbeddingShape & { readonly maxTokens?: number };
  readonly thread: TransformersThread;
  readonly onWarning?: (sentence: string) => void;
}): Embedder {
  const { folder, known, thread, onWarning } = options;
  const label = { kind: "transformers", name: basename(folder) } as const;
  let model: Model | undefined;
  let facts: Promise<EmbedderFacts> | undefined;
  // Read when it is first needed, and again after a failure: the folder may have been mended.
  const read = () => (model ??= readModel({ folder, known, onWarning }));
  const embed: Embedder["embed"] = async (texts, { as, wanted = WANTED[as], signal }) => {
    const { files, pooling, ...shape } = read();
    const request = { kind: "embed", files, pooling, urgency: wanted === "now" ? 0 : 2 } as const;
    const marked = texts.map((text) => shape[as] + text.slice(0, files.maxTokens * CHARACTERS_A_TOKEN));
    return askInOrder(marked, (part) => thread.ask({ ...request, texts: part }, { signal }), { atOnce: TEXTS_AT_ONCE });
  };
  const load = async (): Promise<EmbedderFacts> => {
    const id = await identify(read());
    // Whoever asked may give up; the model is loaded for whoever asks next.
    const [vector] = await embed(["Hearth"], { as: "query", signal: new AbortController().signal });
    return { id, dimensions: vector?.length ?? 0 };
  };
  return {
    label: () => label,
    ready: ({ signal }) => {
      facts ??= load().catch((error: unknown) => {
        [facts, model] = [undefined, undefined];
        throw error;
      });
      return unlessAborted(facts, signal);
    },
    embed,
    // The thread is whose it was.
    [Symbol.asyncDispose]: async () => {},
  };
}

interface Model extends EmbeddingShape {
  readonly files: ModelFiles;
}

function readModel(given: {
  readonly folder: string;
  readonly known: (EmbeddingShape & { readonly maxTokens?: number }) | undefined;
  readonly onWarning: ((sentence: string) => void) | undefined;
}): Model {
  const { folder, known, onWarning } = given;
  const files = findModelFiles(folder, known);
  const { isGuessed, ...shape } = readShape(folder, known);
  if (isGuessed) {
    onWarning?.(
      `nothing says how ${basename(folder)} makes its vectors, so the mean of all tokens is taken; an entry of its name in config/embedders.yaml says otherwise`,
    );
  }
  return { ...shape, files };
}

/** The id of the vectors that a model makes. */
async function identify({ files, pooling, query, passage }: Model): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([FORMAT, pooling, query, passage, files.maxTokens]));
  for (const path of weighedFiles(files)) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex").slice(0, 32);
}
