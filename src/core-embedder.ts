import { statSync } from "node:fs";
import { join } from "node:path";
import type { EmbeddingSettings, MeaningSource } from "./config-embeddings.ts";
import { openOpenAiEmbedder } from "./brain/openai-embedder.ts";
import type { ModelServer } from "./config-model.ts";
import { readEmbedderList, type EmbedderList } from "./config-embedder-list.ts";
import type { Embedder } from "./knowledge/embedder.ts";
import type { Reranker } from "./knowledge/reranker.ts";
import { createTransformersEmbedder } from "./knowledge/transformers-embedder.ts";
import { createTransformersReranker } from "./knowledge/transformers-reranker.ts";
import { openTransformersThread, type TransformersThread } from "./knowledge/transformers-thread.ts";
import type { Log } from "./log.ts";
import type { ModelPlan } from "./model-child.ts";
import { openLlamaEmbedderProcess } from "./model-embedder.ts";
import { reachServers } from "./model-servers.ts";
import { UserError } from "./user-error.ts";

/** What opening takes: Hearth's own folder, how its model process is started, and how servers are reached. */
interface OpeningGiven {
  readonly home: string;
  readonly modelPlan: ModelPlan;
  readonly socket: string;
  /** The keys of servers, by the names of their variables. */
  readonly keys: Readonly<Record<string, string>>;
  readonly log: Log;
}

/** The models that search by meaning uses, as far as there are any. To be disposed of. */
export type MeaningModels = AsyncDisposable & {
  readonly embedder?: Embedder;
  readonly reranker?: Reranker;
  readonly rerankSeconds: number;
};

/**
 * Makes ready what the settings name; nothing is loaded before it is needed. Throws a UserError where the list of known models cannot be
 * read. `home` is Hearth's own folder.
 */
export function openMeaningModels(settings: EmbeddingSettings, given: OpeningGiven): MeaningModels {
  const { embedder, reranker, threads, rerankSeconds } = settings;
  if (embedder.kind === "none" && reranker.kind === "none") {
    return { rerankSeconds, [Symbol.asyncDispose]: async () => {} };
  }
  const onWarning = (sentence: string) => given.log.warn(sentence);
  const list = join(given.home, "config", "embedders.yaml");
  const { models } = readEmbedderList(list, { shown: "config/embedders.yaml" });
  const thread = openTransformersThread({ ...(threads !== undefined && { threads }), onWarning });
  const opening = { settings, models, thread, given, onWarning };
  const [opened, openedReranker] = [openEmbedder(embedder, opening), openReranker(reranker, opening)];
  return {
    ...(opened && { embedder: opened }),
    ...(openedReranker && { reranker: openedReranker }),
    rerankSeconds,
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]();
      await thread[Symbol.asyncDispose]();
    },
  };
}

interface Opening {
  readonly settings: EmbeddingSettings;
  readonly models: EmbedderList["models"];
  readonly thread: TransformersThread;
  readonly given: OpeningGiven;
  readonly onWarning: (sentence: string) => void;
}

function openEmbedder(source: MeaningSource, opening: Opening): Embedder | undefined {
  if (source.kind === "none") return undefined;
  if (source.kind === "missing") return missingEmbedder(source);
  const { settings, models, thread, given, onWarning } = opening;
  const name = source.kind === "server" ? source.server.model : source.name;
  const entry = models.find((model) => model.name === name);
  const listed = entry?.kind === "embedder" ? entry : undefined;
  const prefixes = { query: listed?.query ?? "", passage: listed?.passage ?? "", ...settings.prefixes };
  if (source.kind === "server") return openServer(source.server, { prefixes, given });
  if (source.kind === "gguf") return openGguf(source, { settings, prefixes, given });
  const told = Object.keys(settings.prefixes).length > 0 && { pooling: "mean" as const, ...prefixes };
  const known = listed ? { ...listed, ...prefixes } : told;
  return createTransformersEmbedder({ folder: source.path, ...(known && { known }), thread, onWarning });
}

function openReranker(source: MeaningSource, { models, thread, onWarning }: Opening): Reranker | undefined {
  if (source.kind === "missing") onWarning(source.why);
  if (source.kind !== "folder") return undefined;
  const maxTokens = models.find(({ name }) => name === source.name)?.maxTokens;
  return createTransformersReranker({ folder: source.path, ...(maxTokens !== undefined && { maxTokens }), thread });
}

/** Tokens that a GGUF model reads of a text, where it can read so many: passages have at most 250 words. */
const GGUF_TOKENS = 512;

type Prefixes = { readonly query: string; readonly passage: string };

function openGguf(
  { path: file, name }: { readonly path: string; readonly name: string },
  {
    settings: { threads },
    prefixes,
    given: { modelPlan: plan, log },
  }: { readonly settings: EmbeddingSettings; readonly prefixes: Prefixes; readonly given: OpeningGiven },
): Embedder {
  const request = {
    file,
    name,
    contextTokens: GGUF_TOKENS,
    gpu: "auto",
    ...(threads !== undefined && { threads }),
  } as const;
  const fileBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return openLlamaEmbedderProcess({ plan, log, fileBytes, request, prefixes });
}

function openServer(
  server: ModelServer,
  { prefixes, given }: { readonly prefixes: Prefixes; readonly given: OpeningGiven },
): Embedder | undefined {
  const [reached] = reachServers([server], given);
  return reached && openOpenAiEmbedder(reached, { prefixes });
}

/** An embedding model that is not there: the status says why, and words go on alone. */
function missingEmbedder({ name, why }: { readonly name: string; readonly why: string }): Embedder {
  const refuse = async () => {
    throw new UserError(why);
  };
  return {
    label: () => ({ kind: "transformers", name }),
    ready: refuse,
    embed: refuse,
    [Symbol.asyncDispose]: async () => {},
  };
}
