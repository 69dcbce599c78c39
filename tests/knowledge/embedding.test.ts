import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { IndexedDocument } from "../../src/knowledge/document.ts";
import { createEmbedding } from "../../src/knowledge/embedding.ts";
import type { PassageIndex } from "../../src/knowledge/passage-index.ts";
import { openVectorCache } from "../../src/knowledge/vector-cache.ts";
import type { VectorIndex } from "../../src/knowledge/vector-index.ts";
import { silentLog } from "../../src/log.ts";
import { UserError } from "../../src/user-error.ts";
import { countingEmbedder, type CountingEmbedder } from "../helpers/counting-embedder.ts";
import { scratch } from "../helpers/hearth.ts";
import { memoryPassageIndex } from "../helpers/memory-passage-index.ts";
import { memoryVectorIndex } from "../helpers/memory-vector-index.ts";

const signal = AbortSignal.timeout(60_000);
const everyone = { clearance: ["team", "public"], limit: 50 } as const;
const idOf = (name: string) => createHash("sha256").update(name).digest("hex").slice(0, 32);

function documentOf(name: string, texts: readonly string[], changes: Partial<IndexedDocument> = {}): IndexedDocument {
  const id = idOf(name);
  const passages = texts.map((text, place) => ({
    id: `${id}#${place}`,
    documentId: id,
    path: `${name}.md`,
    title: name,
    headings: ["Part"],
    anchor: "",
    lines: [1, 1] as const,
    text,
  }));
  const [first, ...rest] = passages;
  if (!first) throw new Error("A document has a passage");
  const hash = createHash("sha256").update(texts.join("\n")).digest("hex");
  const modifiedAt = "2026-11-01T00:00:00.000Z";
  return { id, file: id, hash, audience: "team", modifiedAt, passages: [first, ...rest], ...changes };
}

/** An embedding over an index and vectors in memory, with a cache in a file. */
function setUp(given: {
  readonly folder: string;
  readonly index?: PassageIndex;
  readonly vectors?: VectorIndex;
  readonly embedder?: CountingEmbedder;
  readonly mayWrite?: () => boolean;
}) {
  const { folder, mayWrite = () => true } = given;
  const index = given.index ?? memoryPassageIndex();
  const embedder = given.embedder ?? countingEmbedder();
  const vectors = given.vectors ?? memoryVectorIndex({ id: "a".repeat(32), dimensions: 8 });
  const cache = openVectorCache({ file: join(folder, "vectors.sqlite"), now: Date.now });
  const openVectors = async () => vectors;
  const embedding = createEmbedding({ index, embedder, cache, openVectors, place: "here", mayWrite, log: silentLog() });
  return {
    index,
    embedder,
    vectors,
    embedding,
    async [Symbol.asyncDispose]() {
      await embedding[Symbol.asyncDispose]();
      cache[Symbol.dispose]();
    },
  };
}

const ids = async (vectors: VectorIndex) => {
  const found = await vectors.nearest(new Float32Array(8).fill(0.1), everyone);
  return found.map(({ id }) => id).toSorted();
};
const model = { kind: "transformers", name: "counting" } as const;

describe("createEmbedding", () => {
  it("gives every passage its vector, and says when it is ready to be searched", async () => {
    using files = scratch();
    await using made = setUp(files);
    await made.index.replace({ documents: [documentOf("a", ["one", "two"]), documentOf("b", ["three"])], removed: [] });
    expect(made.embedding.searched()).toBeUndefined();
    expect(made.embedding.state()).toEqual({ kind: "embedding", model, done: 0, total: 0 });
    await made.embedding.complete({ signal });
    expect(made.embedding.state()).toEqual({ kind: "ready", model });
    expect(made.embedding.searched()).toBe(made.vectors);
    expect(await ids(made.vectors)).toEqual([`${idOf("a")}#0`, `${idOf("a")}#1`, `${idOf("b")}#0`].toSorted());
    expect(made.embedder.texts.toSorted()).toEqual(["a\nPart\none", "a\nPart\ntwo", "b\nPart\nthree"]);
  });

  it("embeds what is new or changed alone, and takes out what is gone", async () => {
    using files = scratch();
    await using made = setUp(files);
    const kept = documentOf("kept", ["one"]);
    await made.index.replace({
      documents: [kept, documentOf("gone", ["two"]), documentOf("changed", ["old", "same"])],
      removed: [],
    });
    await made.embedding.complete({ signal });
    made.embedder.texts.length = 0;
    const changes = [documentOf("changed", ["new", "same"]), documentOf("added", ["three"])];
    await made.index.replace({ documents: changes, removed: [idOf("gone")] });
    await made.embedding.complete({ signal });
    expect(made.embedder.texts.toSorted()).toEqual(["added\nPart\nthree", "changed\nPart\nnew"]);
    expect([...(await made.vectors.documents()).keys()].toSorted()).toEqual(
      ["kept", "changed", "added"].map(idOf).toSorted(),
    );
    expect((await made.vectors.documents()).get(idOf("changed"))).toBe(changes[0]?.hash);
    await made.index.replace({ documents: [], removed: [kept.id] });
    await made.embedding.complete({ signal });
    expect((await made.vectors.documents()).has(kept.id)).toBe(false);
  });

  it("embeds nothing twice when the index or the vectors are built anew", async () => {
    using files = scratch();
    const documents = [documentOf("a", ["one", "two"]), documentOf("b", ["three"], { audience: "public" })];
    {
      await using first = setUp(files);
      await first.index.replace({ documents, removed: [] });
      await first.embedding.complete({ signal });
    }
    await using second = setUp(files);
    await second.index.replace({ documents, removed: [] });
    await second.embedding.complete({ signal });
    expect(second.embedder.texts).toEqual([]);
    expect(await ids(second.vectors)).toHaveLength(3);
    await using renamed = setUp({ ...files, embedder: countingEmbedder("b".repeat(32)) });
    // What was known of it before is told before anything is loaded.
    expect(renamed.embedding.state()).toEqual({ kind: "ready", model });
    await renamed.index.replace({ documents, removed: [] });
    await renamed.embedding.complete({ signal });
    expect(renamed.embedder.texts).toHaveLength(3);
  });

  it("begins with the newest documents, tells how far it is, and is searched once nearly all is there", async () => {
    using files = scratch();
    await using made = setUp(files);
    const documents = Array.from({ length: 30 }, (_, place) => {
      const modifiedAt = new Date(Date.UTC(2026, 0, 1 + place)).toISOString();
      return documentOf(
        `d${place}`,
        Array.from({ length: 10 }, (_one, row) => `text ${row}`),
        { modifiedAt },
      );
    });
    await made.index.replace({ documents, removed: [] });
    const seen: unknown[] = [];
    made.embedder.before = async () => void seen.push([made.embedding.state(), made.embedding.searched()]);
    await made.embedding.complete({ signal });
    expect(made.embedder.texts[0]).toBe("d29\nPart\ntext 0");
    expect(made.embedder.texts.at(-1)).toBe("d0\nPart\ntext 9");
    expect(seen).toEqual([
      [{ kind: "embedding", model, done: 0, total: 300 }, undefined],
      [{ kind: "embedding", model, done: 128, total: 300 }, undefined],
      [{ kind: "embedding", model, done: 256, total: 300 }, undefined],
    ]);
    // Once it was whole, what comes later is found by words until it has its vector.
    const later = documents.map(({ passages: [first] }) => documentOf(`${first.title}x`, ["more"]));
    await made.index.replace({ documents: later, removed: [] });
    made.embedder.before = async () => expect(made.embedding.searched()).toBe(made.vectors);
    await made.embedding.complete({ signal });
    expect(made.embedding.state().kind).toBe("ready");
  });

  it("is searched at once after a start where only a little is missing", async () => {
    using files = scratch();
    const vectors = memoryVectorIndex({ id: "a".repeat(32), dimensions: 8 });
    const index = memoryPassageIndex();
    const documents = Array.from({ length: 20 }, (_, place) => documentOf(`d${place}`, ["text"]));
    {
      await using first = setUp({ ...files, vectors, index });
      await index.replace({ documents, removed: [] });
      await first.embedding.complete({ signal });
    }
    await using second = setUp({ ...files, vectors, index });
    await index.replace({ documents: [documentOf("d3", ["changed"])], removed: [] });
    const embedded = Promise.withResolvers<void>();
    second.embedder.before = () => embedded.promise;
    second.embedding.catchUpSoon();
    await expect.poll(() => second.embedding.searched()).toBe(vectors);
    expect(second.embedding.state()).toMatchObject({ kind: "embedding", done: 19, total: 20 });
    embedded.resolve();
    await second.embedding.complete({ signal });
  });

  it("finds what changed while it was embedding", async () => {
    using files = scratch();
    await using made = setUp(files);
    await made.index.replace({ documents: [documentOf("a", ["one"])], removed: [] });
    made.embedder.before = async () => {
      made.embedder.before = async () => {};
      await made.index.replace({ documents: [documentOf("a", ["two"]), documentOf("b", ["three"])], removed: [] });
      made.embedding.catchUpSoon();
    };
    await made.embedding.complete({ signal });
    expect(made.embedder.texts).toEqual(["a\nPart\none", expect.any(String), expect.any(String)]);
    expect((await made.vectors.documents()).get(idOf("a"))).toBe(documentOf("a", ["two"]).hash);
    expect((await made.vectors.documents()).has(idOf("b"))).toBe(true);
  });

  it("says why the model failed, keeps what was made, and tries again by itself", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      using files = scratch();
      await using made = setUp(files);
      const documents = Array.from({ length: 200 }, (_, place) => documentOf(`d${place}`, ["text"]));
      await made.index.replace({ documents, removed: [] });
      let calls = 0;
      made.embedder.before = async () => {
        calls += 1;
        if (calls > 1) throw new UserError("The model's server does not answer; start it");
      };
      await made.embedding.complete({ signal });
      const why = "The model's server does not answer; start it";
      expect(made.embedding.state()).toEqual({ kind: "failed", model, why });
      expect(made.embedding.searched()).toBeUndefined();
      made.embedder.before = async () => {};
      const before = made.embedder.texts.length;
      await vi.advanceTimersByTimeAsync(60_000);
      await made.embedding.complete({ signal });
      expect(made.embedding.state().kind).toBe("ready");
      expect(before).toBe(128);
      expect(made.embedder.texts).toHaveLength(200);
    } finally {
      vi.useRealTimers();
    }
  });

  it("writes nothing where another process keeps the index, and is searched by what that one wrote", async () => {
    using files = scratch();
    const shared = { index: memoryPassageIndex(), vectors: memoryVectorIndex({ id: "a".repeat(32), dimensions: 8 }) };
    await shared.index.replace({ documents: [documentOf("a", ["one"])], removed: [] });
    let mayWrite = false;
    await using guest = setUp({ ...files, ...shared, mayWrite: () => mayWrite });
    await guest.embedding.complete({ signal });
    expect(guest.embedder.texts).toEqual([]);
    expect(guest.embedding.state()).toEqual({ kind: "embedding", model, done: 0, total: 1 });
    mayWrite = true;
    await guest.embedding.complete({ signal });
    expect(guest.embedding.state()).toEqual({ kind: "ready", model });
  });

  it("ends at once when it is disposed of, and lets whoever waits give up", async () => {
    using files = scratch();
    const made = setUp(files);
    await made.index.replace({ documents: [documentOf("a", ["one"])], removed: [] });
    const stop = new AbortController();
    const started = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    made.embedder.before = async () => {
      started.resolve();
      await never.promise;
    };
    const waiting = made.embedding.complete({ signal: stop.signal });
    await started.promise;
    stop.abort(new Error("no longer wanted"));
    await expect(waiting).rejects.toThrow("no longer wanted");
    const closed = made[Symbol.asyncDispose]();
    never.resolve();
    await closed;
    expect(await made.vectors.documents()).toEqual(new Map());
  });
});
