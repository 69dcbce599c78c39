import { describe, expect, it } from "vitest";
import type { Passage } from "../../src/chat.ts";
import type { Embedding } from "../../src/knowledge/embedding.ts";
import { createMeaning } from "../../src/knowledge/meaning.ts";
import type { Reranker } from "../../src/knowledge/reranker.ts";
import type { VectorIndex } from "../../src/knowledge/vector-index.ts";
import { silentLog } from "../../src/log.ts";
import { UserError } from "../../src/user-error.ts";
import { countingEmbedder } from "../helpers/counting-embedder.ts";
import { memoryVectorIndex } from "../helpers/memory-vector-index.ts";

const signal = AbortSignal.timeout(60_000);
const log = silentLog();
const team = { clearance: ["team"], limit: 10, signal } as const;
const id = "1".repeat(32);

function embeddingOf(vectors: VectorIndex | undefined): Embedding {
  return {
    state: () => ({ kind: "ready", model: { kind: "transformers", name: "counting" } }),
    searched: () => vectors,
    catchUpSoon: () => {},
    complete: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

async function filledVectors() {
  const vectors = memoryVectorIndex({ id: "a".repeat(32), dimensions: 8 });
  const [far, near] = await countingEmbedder().embed(["zzzz", "abcd"], { as: "passage", signal });
  const document = { id, hash: "h", audience: "team", path: "a.md", modifiedAt: "2026-11-01T00:00:00.000Z" };
  await vectors.replace({
    documents: [{ ...document, vectors: [far, near].flatMap((one) => one ?? []) }],
    removed: [],
  });
  return vectors;
}

const passage = (text: string): Passage => {
  const place = { id: `${id}#0`, documentId: id, path: "a.md", title: "A", headings: ["B"], anchor: "" };
  return { ...place, lines: [1, 1], text };
};

describe("createMeaning", () => {
  it("knows nothing without a model", async () => {
    const meaning = createMeaning({ log });
    expect(meaning.state()).toEqual({ kind: "none" });
    expect(await meaning.nearest("question", team)).toBeUndefined();
    expect(await meaning.nearness("question", ["text"], { signal })).toBeUndefined();
    expect(await meaning.rerank("question", [passage("text")], { signal })).toBeUndefined();
    await expect(meaning.nearest("question", { ...team, clearance: [] })).rejects.toThrow("clearance");
  });

  it("apart remembers what it made as long as it lasts, and leaves nothing of it to others", async () => {
    const embedder = countingEmbedder();
    const meaning = createMeaning({ log, embedder, embedding: embeddingOf(await filledVectors()) });
    await meaning.nearness("abcd", ["known"], { signal });
    const before = embedder.texts.length;
    const apart = meaning.apart();
    for (let time = 0; time < 2; time += 1) {
      expect(await apart.nearness("abcd", ["known", "secret"], { signal })).toHaveLength(2);
      expect(embedder.texts.slice(before)).toEqual(["secret"]);
    }
    await meaning.nearness("abcd", ["known", "secret"], { signal });
    expect(embedder.texts.slice(before)).toEqual(["secret", "secret"]);
  });

  it("finds the nearest passages for those who may read them, and embeds a question once", async () => {
    const embedder = countingEmbedder();
    const meaning = createMeaning({ log, embedder, embedding: embeddingOf(await filledVectors()) });
    const near = await meaning.nearest("abce", team);
    expect(near?.map((one) => one.id)).toEqual([`${id}#1`, `${id}#0`]);
    expect(near?.[0]).toMatchObject({ hash: "h", similarity: expect.closeTo(1, 1) });
    expect(await meaning.nearest("abce", { ...team, clearance: ["public"] })).toEqual([]);
    const texts = ["abcf", "zzzz", "abcf"];
    const [one = 0, other = 0, again] = (await meaning.nearness("abce", texts, { signal })) ?? [];
    expect(one).toBeGreaterThan(other);
    expect(again).toBe(one);
    await meaning.nearness("abce", texts, { signal });
    expect(embedder.texts).toEqual(["abce", "abcf", "zzzz"]);
    expect(await meaning.nearness("abce", [], { signal })).toEqual([]);
  });

  it("leaves the search to words until the vectors were whole, and compares sentences all the same", async () => {
    const meaning = createMeaning({ log, embedder: countingEmbedder(), embedding: embeddingOf(undefined) });
    expect(await meaning.nearest("abce", team)).toBeUndefined();
    expect(await meaning.nearness("abce", ["abce"], { signal })).toEqual([expect.closeTo(1)]);
  });

  it("gives nothing where the model fails, and rejects where the asker gave up", async () => {
    const embedder = countingEmbedder();
    const meaning = createMeaning({ log, embedder, embedding: embeddingOf(await filledVectors()) });
    embedder.before = async () => {
      throw new UserError("The model is gone");
    };
    expect(await meaning.nearest("abce", team)).toBeUndefined();
    expect(await meaning.nearness("abce", ["text"], { signal })).toBeUndefined();
    const stop = new AbortController();
    embedder.before = async () => stop.abort(new Error("no longer wanted"));
    await expect(meaning.nearest("abce", { ...team, signal: stop.signal })).rejects.toThrow("no longer wanted");
  });

  it("asks a reranker with titles and headings, for as long as there is time", async () => {
    const asked: string[] = [];
    const reranker: Reranker = {
      name: "counting",
      async score(question, texts, { signal: stop }) {
        asked.push(question, ...texts);
        if (question === "slow")
          await new Promise((_, reject) => stop.addEventListener("abort", () => reject(stop.reason)));
        return texts.map(({ length }) => length / 100);
      },
      [Symbol.asyncDispose]: async () => {},
    };
    const meaning = createMeaning({ log, reranker, rerankSeconds: 60 });
    const options = { signal };
    expect(await meaning.rerank("question", [passage("text"), passage("longer")], options)).toEqual([0.08, 0.1]);
    expect(asked).toEqual(["question", "A\nB\ntext", "A\nB\nlonger"]);
    expect(await meaning.rerank("question", [], options)).toBeUndefined();
    const hurried = createMeaning({ log, reranker, rerankSeconds: 0.005 });
    expect(await hurried.rerank("slow", [passage("text")], options)).toBeUndefined();
  });
});
