import type { Audience, Hit } from "../chat.ts";
import { fuseRanks } from "./fuse.ts";
import type { Meaning } from "./meaning.ts";
import type { PassageIndex, Scope } from "./passage-index.ts";

/** Passages nearest in meaning that are ranked beside those that words find, and those that a reranker reads. */
const NEAREST = 100;
const RERANKED = 20;

/** The rows that a search may see. */
export interface SearchPlace {
  readonly clearance: readonly Audience[];
  readonly scope?: Scope;
}

/** The passages nearest in meaning, nearest first, with their similarity as score; undefined where meaning cannot be told now. */
export async function findNear(
  asked: string,
  given: {
    readonly index: PassageIndex;
    readonly meaning: Pick<Meaning, "nearest"> | undefined;
    readonly place: SearchPlace;
    readonly signal: AbortSignal;
  },
): Promise<readonly Hit[] | undefined> {
  const { index, meaning, place, signal } = given;
  const near = await meaning?.nearest(asked, { ...place, limit: NEAREST, signal });
  if (!near) return undefined;
  const passages = await index.passages(
    near.map(({ id }) => id),
    place,
  );
  const stored = new Map(passages.map((one) => [one.passage.id, one]));
  return near.flatMap(({ id, hash, similarity }) => {
    const found = stored.get(id);
    // A vector of an older text says nothing of this one.
    return found?.hash === hash ? [{ passage: found.passage, score: similarity, similarity }] : [];
  });
}

/**
 * The first hits in an order between their own and a reranker's; as they are where there is none, or no time. Scores stay with the
 * places, since what follows compares them.
 */
export async function rerank(
  asked: string,
  hits: readonly Hit[],
  { meaning, signal }: { readonly meaning: Pick<Meaning, "rerank"> | undefined; readonly signal: AbortSignal },
): Promise<readonly Hit[]> {
  const first = hits.slice(0, RERANKED);
  const passages = first.map(({ passage }) => passage);
  const scores = await meaning?.rerank(asked, passages, { signal });
  if (!scores) return hits;
  const scored = first.map((hit, place) => ({ ...hit, score: scores[place] ?? 0 }));
  const order = fuseRanks([first, scored.toSorted((one, other) => other.score - one.score)]);
  return [...order.map((hit, place) => ({ ...hit, score: first[place]?.score ?? 0 })), ...hits.slice(RERANKED)];
}
