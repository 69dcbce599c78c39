import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Audience } from "../../src/chat.ts";
import { randomFrom } from "../../src/eval/random.ts";
import type { EmbedderFacts } from "../../src/knowledge/embedder.ts";
import type { EmbeddedDocument, VectorIndex } from "../../src/knowledge/vector-index.ts";
import { idOf } from "./passage-index.ts";

const everyone: readonly Audience[] = ["public", "team"];
const near = { clearance: everyone, limit: 10 };

export const MODEL: EmbedderFacts = { id: createHash("md5").update("model").digest("hex"), dimensions: 256 };

/** A vector of unit length that points along the given numbers, zeros after them. */
export function vectorOf(...numbers: readonly number[]): Float32Array {
  const vector = new Float32Array(MODEL.dimensions);
  vector.set(numbers);
  return unit(vector);
}

/** A document with the given vectors. */
export function embedded(
  path: string,
  vectors: readonly Float32Array[],
  given: { readonly audience?: Audience; readonly hash?: string; readonly modifiedAt?: string } = {},
): EmbeddedDocument {
  const { audience = "team", hash = "first", modifiedAt = "2026-11-24T09:00:00.000Z" } = given;
  return { id: idOf(path), path, vectors, audience, hash, modifiedAt };
}

/** What every VectorIndex must do. `open` gives an empty one; `reopen` the same one again, where that can be. */
export function describeVectorIndex(
  name: string,
  { open, reopen }: { readonly open: () => Promise<VectorIndex>; readonly reopen?: () => Promise<VectorIndex> },
): void {
  describe(name, () => {
    const add = (index: VectorIndex, ...documents: EmbeddedDocument[]) => index.replace({ documents, removed: [] });
    const ids = async (
      index: VectorIndex,
      vector: Float32Array,
      options: Parameters<VectorIndex["nearest"]>[1] = near,
    ) => (await index.nearest(vector, options)).map(({ id }) => id);
    const first = (path: string) => `${idOf(path)}#0`;

    it("finds nothing while it is empty", async () => {
      await using index = await open();
      expect(await index.nearest(vectorOf(1), near)).toEqual([]);
      expect((await index.documents()).size).toBe(0);
    });

    it("gives the nearest first, with their cosine and the hash of their document", async () => {
      await using index = await open();
      await add(
        index,
        embedded("a.md", [vectorOf(1), vectorOf(1, 1)]),
        embedded("b.md", [vectorOf(-1)], { hash: "b" }),
      );
      const found = await index.nearest(vectorOf(1, 0.1), near);
      expect(found.map(({ id }) => id)).toEqual([`${idOf("a.md")}#0`, `${idOf("a.md")}#1`, first("b.md")]);
      expect(found.map(({ hash }) => hash)).toEqual(["first", "first", "b"]);
      const cosines = [1 / Math.hypot(1, 0.1), 1.1 / Math.hypot(1, 0.1) / Math.SQRT2, -1 / Math.hypot(1, 0.1)];
      for (const [place, cosine] of cosines.entries()) expect(found[place]?.similarity).toBeCloseTo(cosine, 4);
      expect(await ids(index, vectorOf(1), { ...near, limit: 1 })).toEqual([first("a.md")]);
    });

    it("shows a vector only to a clearance that covers it, and refuses none and one that tries to widen itself", async () => {
      await using index = await open();
      await add(
        index,
        embedded("open.md", [vectorOf(1, 1)], { audience: "public" }),
        embedded("closed.md", [vectorOf(1)]),
      );
      expect(await ids(index, vectorOf(1), { clearance: ["public"], limit: 10 })).toEqual([first("open.md")]);
      await expect(index.nearest(vectorOf(1), { clearance: [], limit: 1 })).rejects.toThrow("clearance");
      const hostile: readonly Audience[] = ["x') OR ('1'='1:"];
      await expect(index.nearest(vectorOf(1), { clearance: hostile, limit: 1 })).rejects.toThrow("audience");
    });

    it("looks only in the folder, the types and the time that are asked for", async () => {
      await using index = await open();
      const old = "2020-01-01T00:00:00.000Z";
      await add(
        index,
        embedded("it's/a.md", [vectorOf(1)]),
        embedded("it's/b.PDF", [vectorOf(1, 1)], { modifiedAt: old }),
        embedded("it's not/c.md", [vectorOf(1, 2)]),
      );
      const within = (scope: object) => ids(index, vectorOf(1), { ...near, scope });
      expect(await within({ folder: "it's" })).toEqual([first("it's/a.md"), first("it's/b.PDF")]);
      expect(await within({ types: ["pdf"] })).toEqual([first("it's/b.PDF")]);
      expect(await within({ since: "2021-01-01T00:00:00.000Z" })).toEqual([first("it's/a.md"), first("it's not/c.md")]);
      expect(await within({ until: "2021-01-01T00:00:00.000Z", folder: "it's/" })).toEqual([first("it's/b.PDF")]);
    });

    it("replaces a document whole, adds and removes in one step, and leaves the others alone", async () => {
      await using index = await open();
      await add(
        index,
        embedded("keep.md", [vectorOf(0, 1)]),
        embedded("change.md", [vectorOf(1), vectorOf(1, 1), vectorOf(1, 2)]),
        embedded("remove.md", [vectorOf(1)]),
      );
      await index.replace({
        documents: [embedded("change.md", [vectorOf(1, 3)], { hash: "second" }), embedded("add.md", [vectorOf(1, 4)])],
        removed: [idOf("remove.md"), idOf("never.md")],
      });
      expect(await ids(index, vectorOf(1))).toEqual([first("change.md"), first("add.md"), first("keep.md")]);
      const known = await index.documents();
      expect(known).toEqual(
        new Map([
          [idOf("keep.md"), "first"],
          [idOf("change.md"), "second"],
          [idOf("add.md"), "first"],
        ]),
      );
    });

    it("keeps one copy of a document that fifty writers store at once", async () => {
      await using index = await open();
      const write = (turn: number) => add(index, embedded(`${turn % 10}.md`, [vectorOf(1, turn), vectorOf(turn, 1)]));
      await Promise.all(Array.from({ length: 50 }, (_, turn) => write(turn)));
      expect(await index.nearest(vectorOf(1), { ...near, limit: 100 })).toHaveLength(20);
      expect((await index.documents()).size).toBe(10);
    });

    it("refuses a document id that is no id, and a vector of another length", async () => {
      await using index = await open();
      await add(index, embedded("a.md", [vectorOf(1)]));
      await expect(index.replace({ documents: [], removed: ["x' OR '1'='1"] })).rejects.toThrow("document id");
      await expect(add(index, embedded("b.md", [new Float32Array(3)]))).rejects.toThrow(`not ${MODEL.dimensions}`);
      await expect(index.nearest(new Float32Array(3), near)).rejects.toThrow(`${MODEL.dimensions} numbers`);
      expect((await index.documents()).size).toBe(1);
    });

    it(
      "misses next to nothing under filters that let little pass, before and after upkeep, and in what came later",
      { timeout: 60_000 },
      async () => {
        await using index = await open();
        const random = randomFrom(11);
        const documents = Array.from({ length: 700 }, (_, number) => randomDocument(number, random));
        for (let start = 0; start < 600; start += 100) await add(index, ...documents.slice(start, start + 100));
        await expectExact(index, documents.slice(0, 600), random);
        await index.optimize();
        await expectExact(index, documents.slice(0, 600), random);
        await add(index, ...documents.slice(600));
        await index.replace({ documents: [], removed: documents.slice(0, 100).map(({ id }) => id) });
        await expectExact(index, documents.slice(100), random);
      },
    );

    it.skipIf(!reopen)("still knows everything after it was closed and opened", async () => {
      {
        await using index = await open();
        await add(index, embedded("a.md", [vectorOf(1)]));
      }
      await using again = await (reopen ?? open)();
      expect(await ids(again, vectorOf(1))).toEqual([first("a.md")]);
      expect((await again.documents()).size).toBe(1);
    });
  });
}

/** Ten vectors around one of thirty topics; one document in a hundred is for a channel, one in all for another. */
function randomDocument(number: number, random: () => number): EmbeddedDocument {
  const audience: Audience = number === 333 ? "slack:T1:RARE" : number % 100 === 3 ? "slack:T1:C1" : "team";
  const topic = randomFrom(number % 30);
  const centre = Array.from({ length: MODEL.dimensions }, () => topic() - 0.5);
  const vectors = Array.from({ length: 10 }, () =>
    unit(Float32Array.from(centre, (value) => value + 0.7 * (random() - 0.5))),
  );
  return embedded(`f${number % 20}/${number}.md`, vectors, { audience });
}

/** Of the ten nearest of each of some questions at least 98 % are found, whatever the filter. */
async function expectExact(index: VectorIndex, documents: readonly EmbeddedDocument[], random: () => number) {
  const filters: readonly Parameters<VectorIndex["nearest"]>[1][] = [
    { clearance: ["team", "slack:T1:C1", "slack:T1:RARE"], limit: 50 },
    { clearance: ["slack:T1:C1"], limit: 50 },
    { clearance: ["slack:T1:RARE"], limit: 50 },
    { clearance: ["team"], scope: { folder: "f7" }, limit: 50 },
  ];
  for (const options of filters) {
    const { clearance, scope } = options;
    const open = documents.filter(
      ({ audience, path }) =>
        (clearance as readonly string[]).includes(audience) && (!scope || path.startsWith(`${scope.folder}/`)),
    );
    let wanted = 0;
    let found = 0;
    for (let turn = 0; turn < 10; turn += 1) {
      const [question] = randomDocument(turn * 7, random).vectors;
      if (!question) throw new Error("A document needs a vector");
      const nearest = open
        .flatMap(({ id, vectors }) =>
          vectors.map((vector, position) => ({ id: `${id}#${position}`, cosine: product(question, vector) })),
        )
        .sort((one, other) => other.cosine - one.cosine)
        .slice(0, 10);
      const given = new Set((await index.nearest(question, options)).slice(0, 10).map(({ id }) => id));
      wanted += nearest.length;
      found += nearest.filter(({ id }) => given.has(id)).length;
    }
    expect(wanted).toBeGreaterThan(0);
    expect(found / wanted, `${clearance.join()} ${scope?.folder ?? ""}`).toBeGreaterThanOrEqual(0.98);
  }
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function product(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < one.length; place += 1) sum += (one[place] ?? 0) * (other[place] ?? 0);
  return sum;
}
