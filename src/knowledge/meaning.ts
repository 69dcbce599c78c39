import type { Audience, Passage } from "../chat.ts";
import type { Log } from "../log.ts";
import { embeddedText } from "./embedded-text.ts";
import type { Embedder } from "./embedder.ts";
import type { Embedding } from "./embedding.ts";
import type { MeaningState } from "./knowledge.ts";
import type { Scope } from "./passage-index.ts";
import type { Reranker } from "./reranker.ts";
import type { Near } from "./vector-index.ts";

/** Words go on alone after so long: a model that is being loaded, or a server that does not answer, stops no search. */
const LONGEST_MS = 5_000;
/** Vectors of questions and sentences that are remembered: 6 MB with 384 dimensions. */
const MOST_REMEMBERED = 4_000;

/**
 * What search and quoting know by meaning. Each gives undefined where that cannot be told now (no model, the first build is not
 * complete, it failed, it took too long): words then go on alone. Rejects only for the signal, and for a missing clearance.
 */
export interface Meaning {
  state(): MeaningState;
  /** The passages nearest to a question, nearest first. One whose hash is not its document's any more is of an older text. */
  nearest(
    question: string,
    options: {
      readonly clearance: readonly Audience[];
      readonly scope?: Scope;
      readonly limit: number;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly Near[] | undefined>;
  /** How near in meaning each text is to a question (cosine), in their order. */
  nearness(
    question: string,
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[] | undefined>;
  /** How well each passage answers a question, 0 to 1, in their order, by a model that reads both together; 20 are plenty. */
  rerank(
    question: string,
    passages: readonly Passage[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[] | undefined>;
  /** For texts of which nothing is to be kept. */
  apart(): MeaningApart;
}

/** Meaning with a memory for vectors that ends with it; what others remember it knows too. */
export type MeaningApart = Pick<Meaning, "nearest" | "nearness" | "rerank">;

/** What there is to know by meaning with; without an embedder or a reranker, what needs it gives undefined. */
export function createMeaning(options: {
  readonly embedder?: Embedder;
  readonly embedding?: Embedding;
  readonly reranker?: Reranker;
  /** How long reranking may take. */
  readonly rerankSeconds?: number;
  readonly log: Log;
}): Meaning {
  const { embedder, embedding } = options;
  const remembered = new Map<string, Float32Array>();
  return {
    state: () => embedding?.state() ?? { kind: "none" },
    ...meaningBy(embedder && rememberVectors(embedder, { remembered }), options),
    apart: () =>
      meaningBy(embedder && rememberVectors(embedder, { remembered: new Map(), known: remembered }), options),
  };
}

function meaningBy(
  vectorsOf: VectorsOf | undefined,
  { embedding, reranker, rerankSeconds = 1, log }: Parameters<typeof createMeaning>[0],
): MeaningApart {
  const within = attemptsIn(log);
  return {
    nearest: async (question, { clearance, scope, limit, signal }) => {
      if (clearance.length === 0) throw new Error("A search needs a clearance");
      const vectors = embedding?.searched();
      if (!vectors || !vectorsOf) return undefined;
      return within({ ms: LONGEST_MS, what: "search by meaning failed", signal }, async (stop) => {
        const [vector] = await vectorsOf([question], { as: "query", signal: stop });
        return vector && vectors.nearest(vector, { clearance, ...(scope && { scope }), limit });
      });
    },
    nearness: async (question, texts, { signal }) => {
      if (!vectorsOf) return undefined;
      return within({ ms: LONGEST_MS, what: "comparing by meaning failed", signal }, async (stop) => {
        const [asked] = await vectorsOf([question], { as: "query", signal: stop });
        const vectors = await vectorsOf(texts, { as: "passage", signal: stop });
        return asked && vectors.map((vector) => product(asked, vector));
      });
    },
    rerank: async (question, passages, { signal }) => {
      if (!reranker || passages.length === 0) return undefined;
      return within({ ms: rerankSeconds * 1_000, what: "reranking failed", signal }, (stop) =>
        reranker.score(question, passages.map(embeddedText), { signal: stop }),
      );
    },
  };
}

/** Does work for at most so long; gives undefined where it failed or took longer. The log hears of failures. */
function attemptsIn(log: Log) {
  return async <Result>(
    { ms, what, signal }: { readonly ms: number; readonly what: string; readonly signal: AbortSignal },
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | undefined> => {
    signal.throwIfAborted();
    const tooLong = AbortSignal.timeout(ms);
    try {
      return await work(AbortSignal.any([signal, tooLong]));
    } catch (error) {
      signal.throwIfAborted();
      if (tooLong.aborted) log.info({ ms }, "what is known by meaning took too long");
      else log.warn({ err: error }, what);
      return undefined;
    }
  };
}

type VectorsOf = (
  texts: readonly string[],
  options: { readonly as: "query" | "passage"; readonly signal: AbortSignal },
) => Promise<Float32Array[]>;

/** The embedder, with what it made lately: a question is searched for and then compared with sentences, which come again. */
function rememberVectors(
  embedder: Embedder,
  {
    remembered,
    known = remembered,
  }: { readonly remembered: Map<string, Float32Array>; readonly known?: ReadonlyMap<string, Float32Array> },
): VectorsOf {
  return async (texts, { as, signal }) => {
    const keyOf = (text: string) => `${as} ${text}`;
    const found = new Map(texts.map((text) => [text, remembered.get(keyOf(text)) ?? known.get(keyOf(text))]));
    const missing = [...found].flatMap(([text, vector]) => (vector ? [] : [text]));
    const made = missing.length > 0 ? await embedder.embed(missing, { as, wanted: "now", signal }) : [];
    for (const [row, text] of missing.entries()) found.set(text, made[row]);
    for (const [text, vector] of found) {
      if (!vector) throw new Error("The embedding model gave fewer vectors than there are texts");
      // What was asked for last is forgotten last.
      remembered.delete(keyOf(text));
      remembered.set(keyOf(text), vector);
    }
    for (const key of remembered.keys()) {
      if (remembered.size <= MOST_REMEMBERED) break;
      remembered.delete(key);
    }
    return texts.flatMap((text) => found.get(text) ?? []);
  };
}

/** The cosine of two vectors of unit length. */
function product(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0);
}
