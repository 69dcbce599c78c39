import { createHash } from "node:crypto";
import { isAudience, type Passage } from "../chat.ts";
import type { EmbedderFacts } from "./embedder.ts";
import { embeddedText } from "./embedded-text.ts";
import type { EmbeddingOptions } from "./embedding.ts";
import type { KnownDocument } from "./passage-index.ts";
import type { EmbeddedDocument, VectorIndex } from "./vector-index.ts";

/** Passages whose vectors are written in one commit. */
const COMMIT_PASSAGES = 2_000;
/** Passages that are embedded, and kept, in one step. */
const STEP_PASSAGES = 128;

/** What one run works with. */
export interface EmbeddingRun extends Pick<EmbeddingOptions, "index" | "embedder" | "cache" | "place" | "mayWrite"> {
  readonly vectors: VectorIndex;
  readonly model: EmbedderFacts;
  readonly signal: AbortSignal;
  /** Told how many passages have their vectors, of how many. Must not throw. */
  readonly onProgress: (state: { readonly done: number; readonly total: number }) => void;
}

type Named = KnownDocument & { readonly id: string };

/**
 * Gives every passage of the index its vector: those that the cache has, then those that the model makes, newest documents first; and
 * takes out the vectors of documents that are gone. Where another process writes, it only counts. Rejects when the model fails; what
 * was made until then is kept.
 */
export async function embedAll(run: EmbeddingRun): Promise<void> {
  const { index, vectors, mayWrite, signal, onProgress } = run;
  const [documents, known] = await Promise.all([index.documents(), vectors.documents()]);
  const named = [...documents].map(([id, document]): Named => ({ ...document, id }));
  const missing = named
    .filter(({ id, hash }) => known.get(id) !== hash)
    .sort((one, other) => (one.modifiedAt < other.modifiedAt ? 1 : -1));
  const total = countPassages(named);
  let done = total - countPassages(missing);
  onProgress({ done, total });
  if (!mayWrite()) return;
  let removed: readonly string[] = [...known.keys()].filter((id) => !documents.has(id));
  for (const batch of inBatches(missing)) {
    const before = done;
    const made = await embedDocuments(batch, run, (count) => onProgress({ done: before + count, total }));
    await vectors.replace({ documents: made, removed });
    removed = [];
    done += countPassages(batch);
  }
  if (removed.length > 0) await vectors.replace({ documents: [], removed });
  onProgress({ done: total, total });
  if (missing.length > 0) await vectors.optimize();
  await sayWhatIsUsed(named, run);
  signal.throwIfAborted();
}

function countPassages(documents: readonly KnownDocument[]): number {
  return documents.reduce((sum, { passages }) => sum + passages, 0);
}

/** Documents whole, in their order, about so many passages at a time. */
function inBatches(documents: readonly Named[], most: number = COMMIT_PASSAGES): Named[][] {
  const batches: Named[][] = [];
  let size = most;
  for (const document of documents) {
    if (size + document.passages > most) [size] = [0, batches.push([])];
    batches.at(-1)?.push(document);
    size += document.passages;
  }
  return batches;
}

/** Documents with their vectors. One that has changed meanwhile is left out: the next run finds it. */
async function embedDocuments(
  documents: readonly Named[],
  run: EmbeddingRun,
  onDone: (passages: number) => void,
): Promise<EmbeddedDocument[]> {
  const read = await readPassages(documents, run);
  const texts = read.flatMap(({ passages }) => passages.map(embeddedText));
  const vectors: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += STEP_PASSAGES) {
    run.signal.throwIfAborted();
    vectors.push(...(await vectorsOf(texts.slice(start, start + STEP_PASSAGES), run)));
    onDone(vectors.length);
  }
  let at = 0;
  return read.map(({ document: { id, hash, audience, path, modifiedAt }, passages }) => {
    const own = vectors.slice(at, (at += passages.length));
    return { id, hash, audience, path, modifiedAt, vectors: own };
  });
}

/** The passages of documents, in their order, as they are stored under the hash that is known. */
async function readPassages(
  documents: readonly Named[],
  { index }: EmbeddingRun,
): Promise<{ readonly document: Named; readonly passages: readonly Passage[] }[]> {
  const idsOf = ({ id, passages }: Named) => Array.from({ length: passages }, (_, place) => `${id}#${place}`);
  const stored = new Map<string, { readonly passage: Passage; readonly hash: string }>();
  for (const [audience, group] of Map.groupBy(documents, (document) => document.audience)) {
    if (!isAudience(audience)) continue;
    const found = await index.passages(group.flatMap(idsOf), { clearance: [audience] });
    for (const one of found) stored.set(one.passage.id, one);
  }
  return documents.flatMap((document) => {
    const passages = idsOf(document).flatMap((id) => {
      const found = stored.get(id);
      return found?.hash === document.hash ? [found.passage] : [];
    });
    return passages.length === document.passages ? [{ document, passages }] : [];
  });
}

async function vectorsOf(
  texts: readonly string[],
  { cache, embedder, model, signal }: EmbeddingRun,
): Promise<Float32Array[]> {
  const hashes = texts.map((text) => createHash("sha256").update(text).digest());
  const kept = cache.get(model.id, hashes);
  const missing = texts.flatMap((text, place) => (kept[place] ? [] : [{ text, place }]));
  if (missing.length === 0) return kept.filter((vector) => vector !== undefined);
  const made = await embedder.embed(
    missing.map(({ text }) => text),
    { as: "passage", wanted: "in the background", signal },
  );
  const entries = missing.flatMap(({ place }, row) => {
    const [hash, vector] = [hashes[place], made[row]];
    return hash && vector ? [{ hash, vector, place }] : [];
  });
  cache.put(model.id, entries);
  const all = new Map(entries.map(({ place, vector }) => [place, vector]));
  return texts.map((_, place) => {
    const vector = kept[place] ?? all.get(place);
    if (!vector) throw new Error("The embedding model gave fewer vectors than there are texts");
    return vector;
  });
}

/** Once a day, the cache hears which of its vectors the index uses, so that it can drop the rest. */
async function sayWhatIsUsed(documents: readonly Named[], run: EmbeddingRun): Promise<void> {
  const { cache, model, place, signal } = run;
  if (!cache.isDue(place)) return;
  for (const batch of inBatches(documents)) {
    signal.throwIfAborted();
    const read = await readPassages(batch, run);
    const texts = read.flatMap(({ passages }) => passages.map(embeddedText));
    cache.get(
      model.id,
      texts.map((text) => createHash("sha256").update(text).digest()),
    );
  }
  cache.checked(place);
}
