import type { Audience, Hit } from "../chat.ts";
import { byScoreAndAge, fuseRanks } from "./fuse.ts";
import type { Meaning } from "./meaning.ts";
import type { PassageIndex, Scope } from "./passage-index.ts";
import { sentencesOf } from "./sentences.ts";

/** Passages nearest in meaning that are ranked beside those that words find, and those that a reranker reads. */
const NEAREST = 100;
const RERANKED = 20;
/** Passages whose sentences are compared with the question, the sentences of each, and how long that may take. */
const COMPARED = 12;
const MOST_SENTENCES = 20;
const LONGEST_MS = 1_000;
/** What the nearest sentence counts beside the score: a plateau from .2 to .4 on both public question sets, and on XQuAD between languages. */
const SENTENCE = 0.3;

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

/**
 * The first hits in the order of their scores and of their sentences: a passage about several things is near to a question by one of
 * its sentences. As they are where meaning cannot be told now, or not soon enough.
 */
export async function compareSentences(
  asked: string,
  hits: readonly Hit[],
  { meaning, signal }: { readonly meaning: Pick<Meaning, "nearness"> | undefined; readonly signal: AbortSignal },
): Promise<readonly Hit[]> {
  const first = hits.slice(0, COMPARED).map((hit) => ({ hit, sentences: textsOf(hit) }));
  const cosines = await nearnessSoon(asked, [...new Set(first.flatMap(({ sentences }) => sentences))], {
    meaning,
    signal,
  });
  if (!cosines || cosines.size === 0) return hits;
  const [lowest, highest] = rangeOf(first.map(({ sentences }) => nearestOf(sentences, cosines)));
  const best = hits[0]?.score ?? 0;
  const scored = first.map(({ hit, sentences }) => {
    const nearest = nearestOf(sentences, cosines);
    const share = highest > lowest ? (Math.max(nearest, lowest) - lowest) / (highest - lowest) : 0;
    return { ...hit, score: hit.score + SENTENCE * best * share };
  });
  return [...scored.sort(byScoreAndAge), ...hits.slice(COMPARED)];
}

function textsOf({ passage }: Hit): string[] {
  return sentencesOf(passage.text)
    .slice(0, MOST_SENTENCES)
    .map(({ text }) => text);
}

/** The cosine of the sentence that is nearest; less than any where there is no sentence. */
function nearestOf(sentences: readonly string[], cosines: ReadonlyMap<string, number>): number {
  return Math.max(-Infinity, ...sentences.map((text) => cosines.get(text) ?? -Infinity));
}

function rangeOf(values: readonly number[]): readonly [lowest: number, highest: number] {
  const finite = values.filter(Number.isFinite);
  return [Math.min(...finite), Math.max(...finite)];
}

async function nearnessSoon(
  asked: string,
  texts: readonly string[],
  { meaning, signal }: { readonly meaning: Pick<Meaning, "nearness"> | undefined; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, number> | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  try {
    const cosines = await meaning?.nearness(asked, texts, { signal: limited });
    return cosines && new Map(texts.map((text, place) => [text, cosines[place] ?? 0]));
  } catch (error) {
    signal.throwIfAborted();
    if (limited.aborted) return undefined;
    throw error;
  }
}
