// Measures hybrid lookup (the best 50 by words and the nearest 50 by meaning, both under an audience filter, fused by rank, ten texts given)
// beside SQLite FTS5 + sqlite-vec, question by question in one process. Texts and vectors are made up (bench/material.ts): 3,000 topics, 48
// latent dimensions and noise, 384 dimensions; words drawn as often as words are in a language. Synthetic vectors are kinder than real ones.
// Both sides get the same words, those of grammar too. Hearth always filters by audience; the pair has no filter where all may be seen.
// The exact nearest, against which both are held, come from sqlite-vec's whole vectors.
// Run: npx node bench/knowledge.ts [passages, 100000 by default] [questions, 200 by default]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Audience } from "../src/chat.ts";
import { openLanceIndex } from "../src/knowledge/lance.ts";
import { openLanceVectors } from "../src/knowledge/lance-vectors.ts";
import type { PassageIndex } from "../src/knowledge/passage-index.ts";
import type { VectorIndex } from "../src/knowledge/vector-index.ts";
import { median, percentile } from "./figures.ts";
import { openPair, type Pair, type PairVectors } from "./knowledge-pair.ts";
import { ALL, DIMENSIONS, makeDocument, makeQuestion, ONE_IN_100, ONE_IN_10000, PER_DOCUMENT } from "./material.ts";

const TOTAL = Number(process.argv[2] ?? 100_000);
const QUESTIONS = Number(process.argv[3] ?? 200);
/** Questions whose answers are compared with the exact ones; the exact search takes a third of a second at a million. */
const CHECKED = 40;
const LIMIT = 50;
const GIVEN = 10;
/** Documents written in one commit. */
const BATCH = 500;
const MODEL = { id: "0".repeat(32), dimensions: DIMENSIONS };

const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using index = await openLanceIndex({ folder: join(folder, "lance"), mayWrite: true });
  await using vectors = await openLanceVectors({ folder: join(folder, "vectors"), mayWrite: true, model: MODEL });
  using pair = openPair(join(folder, "pair.sqlite"));
  await build({ index, vectors, pair });
  const rescored = findRescored(pair);
  console.log(`\nhybrid lookup, ${TOTAL} passages   p50 / p95 ms         recall@10 of the vectors`);
  for (const [name, audiences] of [
    ["everything", ALL],
    ["an audience of 1 %", ONE_IN_100],
    [TOTAL < 100_000 ? "an audience of one document" : "an audience of 0.01 %", ONE_IN_10000],
  ] as const) {
    await compare(name, { index, vectors, pair, audiences, rescored });
  }
  await others(index, vectors);
  console.log(`memory ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB, both sides and the building included`);
}

interface Sides {
  readonly index: PassageIndex;
  readonly vectors: VectorIndex;
  readonly pair: Pair;
}

async function build({ index, vectors, pair }: Sides): Promise<void> {
  const seconds = { words: 0, vectors: 0, upkeep: 0, pair: 0 };
  const add = async (name: keyof typeof seconds, work: () => unknown) => {
    seconds[name] += (await time(work)) / 1000;
  };
  await add("pair", () => pair.begin());
  for (let first = 0; first < TOTAL / PER_DOCUMENT; first += BATCH) {
    const count = Math.min(BATCH, TOTAL / PER_DOCUMENT - first);
    const documents = Array.from({ length: count }, (_, offset) => makeDocument(first + offset));
    await add("words", () => index.replace({ documents: documents.map(({ text }) => text), removed: [] }));
    await add("vectors", () => vectors.replace({ documents: documents.map((each) => each.vectors), removed: [] }));
    await add("pair", () => pair.add(documents));
  }
  await add("pair", () => pair.end());
  await add("upkeep", () => index.optimize());
  await add("upkeep", () => vectors.optimize());
  const shown = Object.entries(seconds).map(([name, value]) => `${name} ${value.toFixed(1)} s`);
  console.log(`built: ${shown.join(", ")}`);
}

/** Candidates by bits that the pair has to compare whole to reach a recall of 0.98. */
function findRescored(pair: Pair): number {
  const questions = Array.from({ length: 3 * CHECKED }, makeQuestion);
  const nearest = (vector: Float32Array, by: PairVectors, rescored: number) =>
    pair.nearest(vector, { audiences: ALL, limit: GIVEN, by, rescored });
  const exact = questions.map(({ vector }) => nearest(vector, "f32", 0));
  for (const rescored of [100, 200, 400, 800]) {
    const found = questions.map(({ vector }) => nearest(vector, "bit", rescored));
    const recall = recallOf(exact, found);
    console.log(`pair, ${rescored} rescored: recall@10 ${recall.toFixed(3)}`);
    if (recall >= 0.98) return rescored;
  }
  return 1_600;
}

async function compare(
  name: string,
  {
    index,
    vectors,
    pair,
    audiences,
    rescored,
  }: Sides & { readonly audiences: readonly Audience[]; readonly rescored: number },
): Promise<void> {
  const times: Record<string, number[]> = { Hearth: [], "pair, bit": [], "pair, f32": [] };
  const exact: string[][] = [];
  const found: Record<"Hearth" | "pair", string[][]> = { Hearth: [], pair: [] };
  const run = async (side: string, work: () => unknown) => times[side]?.push(await time(work));
  for (let turn = 0; turn < QUESTIONS; turn += 1) {
    const question = makeQuestion();
    const { vector } = question;
    await run("Hearth", () => ourLookup({ index, vectors }, question, audiences));
    await run("pair, bit", () => pairLookup(pair, question, { audiences, by: "bit", rescored }));
    if (turn >= CHECKED) continue;
    await run("pair, f32", () => pairLookup(pair, question, { audiences, by: "f32", rescored }));
    const near = { audiences, limit: GIVEN, rescored } as const;
    exact.push(pair.nearest(vector, { ...near, by: "f32" }).map((row) => pair.id(row)));
    found.pair.push(pair.nearest(vector, { ...near, by: "bit" }).map((row) => pair.id(row)));
    found.Hearth.push((await vectors.nearest(vector, { clearance: audiences, limit: LIMIT })).map(({ id }) => id));
  }
  const { Hearth = [], "pair, bit": bit = [], "pair, f32": whole = [] } = times;
  const ratio = (other: readonly number[]) => `${(median(other) / median(Hearth)).toFixed(1)} times Hearth's median`;
  console.log(name);
  console.log(`  Hearth                       ${show(Hearth)}${recallOf(exact, found.Hearth).toFixed(3)}`);
  console.log(`  SQLite, bits rescored        ${show(bit)}${recallOf(exact, found.pair).toFixed(3)}   ${ratio(bit)}`);
  console.log(`  SQLite, whole vectors        ${show(whole)}exact   ${ratio(whole)}`);
}

type Question = ReturnType<typeof makeQuestion>;

async function ourLookup(
  { index, vectors }: Pick<Sides, "index" | "vectors">,
  { words, vector }: Question,
  clearance: readonly Audience[],
): Promise<string[]> {
  const [hits, near] = await Promise.all([
    index.search(words.join(" "), { clearance, limit: LIMIT }),
    vectors.nearest(vector, { clearance, limit: LIMIT }),
  ]);
  const best = fuse(
    hits.map(({ passage }) => passage.id),
    near.map(({ id }) => id),
  );
  const known = new Map(hits.map(({ passage }) => [passage.id, passage]));
  const missing = best.filter((id) => !known.has(id));
  for (const { passage } of await index.passages(missing, { clearance })) known.set(passage.id, passage);
  return best.map((id) => known.get(id)?.text ?? "");
}

function pairLookup(
  pair: Pair,
  { words, vector }: Question,
  options: { readonly audiences: readonly Audience[]; readonly by: PairVectors; readonly rescored: number },
): string[] {
  return pair.texts(
    fuse(pair.words(words, { ...options, limit: LIMIT }), pair.nearest(vector, { ...options, limit: LIMIT })),
  );
}

/** The best by reciprocal rank, with the usual constant of 60. */
function fuse<Id>(...rankings: readonly (readonly Id[])[]): Id[] {
  const scores = new Map<Id, number>();
  for (const ranking of rankings) {
    for (const [place, id] of ranking.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (61 + place));
  }
  return [...scores]
    .sort(([, one], [, other]) => other - one)
    .slice(0, GIVEN)
    .map(([id]) => id);
}

function recallOf<Id>(exact: readonly (readonly Id[])[], found: readonly (readonly Id[])[]): number {
  const shares = exact.map((ids, place) => {
    const given = new Set(found[place]?.slice(0, GIVEN));
    return ids.filter((id) => given.has(id)).length / Math.max(1, ids.length);
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** What else is asked of an index. */
async function others(index: PassageIndex, vectors: VectorIndex): Promise<void> {
  const each = async (name: string, count: number, work: (turn: number) => Promise<unknown>) => {
    const times: number[] = [];
    for (let turn = 0; turn < count; turn += 1) times.push(await time(() => work(turn)));
    console.log(`${name.padEnd(31)}${show(times)}`);
  };
  const clearance = ALL;
  const questions = Array.from({ length: QUESTIONS }, makeQuestion);
  const wordsOf = (turn: number) => questions[turn % QUESTIONS]?.words ?? [];
  const vectorOf = (turn: number) => questions[turn % QUESTIONS]?.vector ?? new Float32Array(DIMENSIONS);
  console.log("\nHearth alone                   p50 / p95 ms");
  await each("by words, 100 passages", QUESTIONS, (turn) =>
    index.search(wordsOf(turn).join(" "), { clearance, limit: 100 }),
  );
  await each("as typed, 10 passages", QUESTIONS, (turn) =>
    index.search(wordsOf(turn).slice(3, 5).join(" ").slice(0, -1), { clearance, limit: 10, prefix: true }),
  );
  await each("frequencies of 8 words", QUESTIONS, (turn) =>
    index.frequencies(wordsOf(turn), { clearance, cap: 2_000 }),
  );
  await each("nearest 50", QUESTIONS, (turn) => vectors.nearest(vectorOf(turn), { clearance, limit: LIMIT }));
  for (const scope of [
    { folder: "folder 7" },
    { types: ["pdf"] },
    { since: new Date(1.7e12 + 5e8).toISOString(), until: new Date(1.7e12 + 6e8).toISOString() },
  ]) {
    const [kind = ""] = Object.keys(scope);
    await each(`nearest 50, by ${kind}`, QUESTIONS / 4, (turn) =>
      vectors.nearest(vectorOf(turn), { clearance, scope, limit: LIMIT }),
    );
  }
  await each("all documents listed", 3, () => index.documents());
  await each("one document replaced", 5, (turn) =>
    index.replace({ documents: [makeDocument(turn).text], removed: [] }),
  );
}

function show(times: readonly number[]): string {
  return `${median(times).toFixed(1)} / ${percentile(times, 0.95).toFixed(1)}`.padEnd(21);
}

async function time(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
