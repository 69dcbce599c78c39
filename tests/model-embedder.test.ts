import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Embedder } from "../src/knowledge/embedder.ts";
import { silentLog } from "../src/log.ts";
import { openLlamaEmbedderProcess } from "../src/model-embedder.ts";
import { childrenOf, root } from "./helpers/hearth.ts";
import { tinyModel } from "./helpers/tiny-model.ts";

const signal = AbortSignal.timeout(900_000);
const { file, hash } = tinyModel();

function open(given: { readonly sha256?: string; readonly passage?: string } = {}): Embedder {
  const { passage = "", sha256 } = given;
  return openLlamaEmbedderProcess({
    request: { file, name: "tiny", contextTokens: 64, threads: 1, gpu: "off", ...(sha256 !== undefined && { sha256 }) },
    prefixes: { query: "", passage },
    free: () => 4e9,
    fileBytes: statSync(file).size,
    log: silentLog(),
    plan: {
      command: [process.execPath, join(root, "src/main.ts"), "model", "--with-parent", "--log-level", "error"],
      environment: { PATH: process.env["PATH"] ?? "", NODE_NO_WARNINGS: "1" },
    },
  });
}

function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  return one && other ? one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0) : Number.NaN;
}

describe("an embedding model in llama.cpp", () => {
  it("makes unit vectors, the same for the same text, in the order of the texts", async () => {
    await using embedder = open();
    const { dimensions } = await embedder.ready({ signal });
    const texts = ["annual leave", "expenses", "annual leave"];
    const vectors = await embedder.embed(texts, { as: "passage", signal });
    expect(vectors.map(({ length }) => length)).toEqual([dimensions, dimensions, dimensions]);
    expect(cosine(vectors[0], vectors[0])).toBeCloseTo(1, 5);
    expect(cosine(vectors[0], vectors[2])).toBeCloseTo(1, 5);
    expect(cosine(vectors[0], vectors[1])).toBeLessThan(0.999);
  });

  it("cuts a text that is longer than the model can read", async () => {
    await using embedder = open();
    const [long] = await embedder.embed(["leave ".repeat(2_000)], { as: "passage", signal });
    expect(cosine(long, long)).toBeCloseTo(1, 5);
  });

  it("has another id where texts get another prefix, since its vectors do not mix with those", async () => {
    await using plain = open();
    await using prefixed = open({ passage: "passage: " });
    const [one, other] = await Promise.all([plain.ready({ signal }), prefixed.ready({ signal })]);
    expect(one.id).toMatch(/^[0-9a-f]{32}$/);
    expect(other.id).not.toBe(one.id);
    const [asked] = await plain.embed(["passage: leave"], { as: "query", signal });
    const [stored] = await prefixed.embed(["leave"], { as: "passage", signal });
    expect(cosine(asked, stored)).toBeCloseTo(1, 5);
  });

  it("goes on when its process is killed", async () => {
    await using embedder = open();
    const [before] = await embedder.embed(["annual leave"], { as: "query", signal });
    const { model } = childrenOf(process);
    process.kill(model ?? 0, "SIGKILL");
    const [after] = await embedder.embed(["annual leave"], { as: "query", signal });
    expect(cosine(before, after)).toBeCloseTo(1, 5);
  });

  it("refuses a file that is not the one that was pulled, with the cure", async () => {
    await using embedder = open({ sha256: hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) });
    await expect(embedder.ready({ signal })).rejects.toThrow("hearth models pull tiny");
  });
});
