import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openVectorCache } from "../../src/knowledge/vector-cache.ts";
import { scratch } from "../helpers/hearth.ts";

const DAY_MS = 24 * 60 * 60_000;
const hash = (text: string) => createHash("sha256").update(text).digest();
const vector = (first: number) => Float32Array.from({ length: 384 }, (_, place) => (place === 0 ? first : 0.05));

function cacheIn(folder: string, given: { readonly now?: () => number; readonly warnings?: string[] } = {}) {
  const { now = () => 20_000 * DAY_MS, warnings = [] } = given;
  const file = join(folder, "knowledge/vectors.sqlite");
  return openVectorCache({ file, now, onWarning: (sentence) => warnings.push(sentence) });
}

describe("openVectorCache", () => {
  it("gives back what was put, by model and text, after it was opened anew", () => {
    using files = scratch();
    {
      using cache = cacheIn(files.folder);
      expect(cache.get("m1", [hash("a")])).toEqual([undefined]);
      cache.put("m1", [
        { hash: hash("a"), vector: vector(0.123_456) },
        { hash: hash("b"), vector: vector(0.5) },
      ]);
      cache.put("m1", [{ hash: hash("a"), vector: vector(0.9) }]);
    }
    using cache = cacheIn(files.folder);
    const [a, none, b] = cache.get("m1", ["a", "c", "b"].map(hash));
    expect(a).toHaveLength(384);
    expect(a?.[0]).toBeCloseTo(0.123_456, 3);
    expect(b?.[0]).toBe(0.5);
    expect(none).toBeUndefined();
    expect(cache.get("m2", [hash("a")])).toEqual([undefined]);
  });

  it("takes less than 1,000 bytes for a vector of 384 numbers", () => {
    using files = scratch();
    {
      using cache = cacheIn(files.folder);
      const entries = Array.from({ length: 2_000 }, (_, place) => ({ hash: hash(`${place}`), vector: vector(place) }));
      cache.put("m".repeat(32), entries);
    }
    expect(statSync(join(files.folder, "knowledge/vectors.sqlite")).size / 2_000).toBeLessThan(1_000);
  });

  it("drops what no place has used for a week, once a place has said what it uses", () => {
    using files = scratch();
    let day = 20_000;
    using cache = cacheIn(files.folder, { now: () => day * DAY_MS });
    cache.put(
      "m1",
      ["used", "unused"].map((text) => ({ hash: hash(text), vector: vector(1) })),
    );
    expect(cache.isDue("place")).toBe(true);
    cache.checked("place");
    expect(cache.isDue("place")).toBe(false);
    expect(cache.isDue("another")).toBe(true);
    for (day = 20_001; day <= 20_008; day += 1) {
      expect(cache.isDue("place")).toBe(true);
      cache.get("m1", [hash("used")]);
      cache.checked("place");
    }
    expect(cache.get("m1", [hash("used"), hash("unused")]).map((found) => found !== undefined)).toEqual([true, false]);
    const database = new DatabaseSync(join(files.folder, "knowledge/vectors.sqlite"));
    expect(database.prepare("SELECT count(*) AS count FROM vectors").get()).toEqual({ count: 1 });
    database.close();
  });

  it("starts a damaged file anew, found when it is opened or later", () => {
    using files = scratch({ "knowledge/vectors.sqlite": "This is no database, but some text.".repeat(100) });
    const warnings: string[] = [];
    const path = join(files.folder, "knowledge/vectors.sqlite");
    {
      using cache = cacheIn(files.folder, { warnings });
      const entries = Array.from({ length: 500 }, (_, place) => ({ hash: hash(`${place}`), vector: vector(place) }));
      cache.put("m1", entries);
      expect(cache.get("m1", [hash("7")])[0]).toBeDefined();
    }
    expect(warnings).toEqual([expect.stringContaining("started anew")]);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 4_096, bytes.length - 4_096));
    using cache = cacheIn(files.folder, { warnings });
    expect(cache.get("m1", [hash("7")])).toEqual([undefined]);
    cache.put("m1", [{ hash: hash("7"), vector: vector(0.25) }]);
    expect(cache.get("m1", [hash("7")])[0]?.[0]).toBe(0.25);
    expect(warnings).toHaveLength(2);
  });

  it("keeps nothing where the file cannot be used, and says so once", () => {
    using files = scratch({ knowledge: "a file where the folder should be" });
    const warnings: string[] = [];
    using cache = cacheIn(files.folder, { warnings });
    cache.put("m1", [{ hash: hash("a"), vector: vector(1) }]);
    expect(cache.get("m1", [hash("a")])).toEqual([undefined]);
    expect(cache.isDue("place")).toBe(false);
    expect(warnings).toEqual([expect.stringContaining("cannot be kept")]);
  });

  it("remembers how far a place was", () => {
    using files = scratch();
    {
      using cache = cacheIn(files.folder);
      expect(cache.standing("place")).toBeUndefined();
      cache.stand("place", { model: "m", done: 1, total: 3 });
      cache.stand("place", { model: "m", done: 2, total: 3 });
    }
    using cache = cacheIn(files.folder);
    expect(cache.standing("place")).toEqual({ model: "m", done: 2, total: 3 });
    expect(cache.standing("another")).toBeUndefined();
  });

  it("is shared by several that have it open", () => {
    using files = scratch();
    using one = cacheIn(files.folder);
    using other = cacheIn(files.folder);
    one.put("m1", [{ hash: hash("a"), vector: vector(0.5) }]);
    expect(other.get("m1", [hash("a")])[0]?.[0]).toBe(0.5);
  });
});
