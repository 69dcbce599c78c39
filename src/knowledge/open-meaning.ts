import { join } from "node:path";
import type { Log } from "../log.ts";
import type { Embedder } from "./embedder.ts";
import { createEmbedding, type Embedding } from "./embedding.ts";
import { lancePlaceIn } from "./lance-place.ts";
import { openLanceVectors } from "./lance-vectors.ts";
import { createMeaning, type Meaning } from "./meaning.ts";
import type { PassageIndex } from "./passage-index.ts";
import type { Reranker } from "./reranker.ts";
import type { SharedPlace } from "./shared-index.ts";
import { openVectorCache } from "./vector-cache.ts";
import type { WritingRight } from "./writing-right.ts";

/** Search by meaning, with what keeps its vectors in step where there is an embedding model. */
export interface OpenMeaning extends AsyncDisposable, Partial<Pick<Embedding, "catchUpSoon" | "complete">> {
  readonly meaning: Meaning;
}

/**
 * Search by meaning over one index. Vectors are beside the index, and those that were made are kept in `<dataFolder>/knowledge` for all
 * indexes. Nothing is loaded before the vectors are asked to catch up.
 */
export function openMeaning(options: {
  readonly dataFolder: string;
  readonly index: PassageIndex;
  /** The index's name, and its folder on this machine. */
  readonly name: string;
  readonly folder: string;
  readonly shared?: SharedPlace;
  readonly right: WritingRight;
  readonly embedder?: Embedder;
  readonly reranker?: Reranker;
  readonly rerankSeconds?: number;
  readonly log: Log;
}): OpenMeaning {
  const { dataFolder, index, name, folder, shared, right, embedder, reranker, rerankSeconds, log } = options;
  const ranking = { log, ...(reranker && { reranker }), ...(rerankSeconds !== undefined && { rerankSeconds }) };
  if (!embedder) return { meaning: createMeaning(ranking), [Symbol.asyncDispose]: async () => {} };
  const onWarning = (sentence: string) => log.warn(sentence);
  const cache = openVectorCache({ file: join(dataFolder, "knowledge", "vectors.sqlite"), now: Date.now, onWarning });
  const place = lancePlaceIn(shared?.place ?? { folder }, "vectors");
  const embedding = createEmbedding({
    index,
    embedder,
    cache,
    place: name,
    openVectors: (model) => openLanceVectors({ ...place, mayWrite: right.isHeld(), onWarning, model }),
    mayWrite: right.isHeld,
    log,
  });
  return {
    meaning: createMeaning({ ...ranking, embedder, embedding }),
    catchUpSoon: () => embedding.catchUpSoon(),
    complete: (given) => embedding.complete(given),
    async [Symbol.asyncDispose]() {
      await embedding[Symbol.asyncDispose]();
      cache[Symbol.dispose]();
    },
  };
}
