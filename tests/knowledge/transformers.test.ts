import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createTransformersEmbedder } from "../../src/knowledge/transformers-embedder.ts";
import { createTransformersReranker } from "../../src/knowledge/transformers-reranker.ts";
import { findModelFiles } from "../../src/knowledge/transformers-folder.ts";
import { openTransformersThread } from "../../src/knowledge/transformers-thread.ts";
import { UserError } from "../../src/user-error.ts";
import { scratch } from "../helpers/hearth.ts";
import { writeTinyEmbedder, writeTinyReranker, type FolderChanges } from "../helpers/tiny-embedder.ts";

const signal = AbortSignal.timeout(120_000);

const product = (one: Float32Array | undefined, other: Float32Array | undefined) =>
  (one ?? new Float32Array()).reduce((sum, value, place) => sum + value * (other?.[place] ?? 0), 0);

/** A tiny embedder with changes to its folder; ends with its thread. */
async function tinyEmbedder(
  changes: FolderChanges = {},
  known?: Parameters<typeof createTransformersEmbedder>[0]["known"],
) {
  await using stack = new AsyncDisposableStack();
  const files = stack.use(scratch());
  const folder = writeTinyEmbedder(join(files.folder, "tiny"), changes);
  const warnings: string[] = [];
  const thread = stack.use(openTransformersThread({ threads: 1 }));
  const options = { folder, thread, onWarning: (sentence: string) => warnings.push(sentence), ...(known && { known }) };
  const embedder = createTransformersEmbedder(options);
  const owned = stack.move();
  return { embedder, folder, warnings, thread, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe("an embedder of transformers.js", { timeout: 120_000 }, () => {
  it("puts texts near one another that mean the same, as vectors of unit length in the order of the texts", async () => {
    await using tiny = await tinyEmbedder();
    const { embedder } = tiny;
    const { id, dimensions } = await embedder.ready({ signal });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(dimensions).toBe(16);
    expect(embedder.label()).toEqual({ kind: "transformers", name: "tiny" });
    const [question] = await embedder.embed(["my vacation?"], { as: "query", signal });
    const texts = ["The printer is out of paper, and nobody has any left.", "Holiday", "A dog.", "urlaub und leave"];
    const near = (await embedder.embed(texts, { as: "passage", signal })).map((vector) => product(question, vector));
    expect(product(question, question)).toBeCloseTo(1);
    expect(near[1]).toBeGreaterThan(0.9);
    expect(near[3]).toBeGreaterThan(0.9);
    expect(near[0]).toBeLessThan(0.3);
    expect(near[2]).toBeLessThan(0.3);
    expect(await embedder.embed([], { as: "passage", signal })).toEqual([]);
  });

  it("gives every text its own vector, whatever else is in its batch", async () => {
    await using tiny = await tinyEmbedder();
    const texts = Array.from({ length: 150 }, (_, place) => `text${place} ${"word ".repeat((place * 7) % 30)}`);
    const together = await tiny.embedder.embed(texts, { as: "passage", signal });
    expect(together).toHaveLength(150);
    for (const place of [0, 1, 63, 64, 77, 149]) {
      const [alone] = await tiny.embedder.embed([texts[place] ?? ""], { as: "passage", signal });
      expect(product(alone, together[place])).toBeGreaterThan(0.9999);
    }
  });

  it("reads as much of a text as the model can, up to its closing mark", async () => {
    await using tiny = await tinyEmbedder({ "1_Pooling/config.json": { pooling_mode_lasttoken: true } });
    const [cut, whole] = await tiny.embedder.embed([`dog ${"printer ".repeat(100_000)}`, "dog"], {
      as: "passage",
      signal,
    });
    expect(cut).toHaveLength(16);
    // The last token is [SEP] for both, which means nothing here.
    expect(cut).toEqual(whole);
  });

  it("pools and marks texts as the folder's own files say, before what is known by name", async () => {
    const known = { pooling: "mean", query: "known ", passage: "" } as const;
    const own = {
      "1_Pooling/config.json": { pooling_mode_cls_token: false, pooling_mode_mean_tokens: true },
      "config_sentence_transformers.json": { prompts: { query: "dog ", document: "printer " } },
    };
    await using tiny = await tinyEmbedder(own, known);
    await using plain = await tinyEmbedder();
    const [asQuery] = await tiny.embedder.embed(["hello"], { as: "query", signal });
    const [asPassage] = await tiny.embedder.embed(["hello"], { as: "passage", signal });
    const expected = await plain.embedder.embed(["dog hello", "printer hello"], { as: "passage", signal });
    expect(product(asQuery, expected[0])).toBeCloseTo(1);
    expect(product(asPassage, expected[1])).toBeCloseTo(1);
    expect(tiny.warnings).toEqual([]);
    expect(plain.warnings).toEqual([expect.stringContaining("config/embedders.yaml")]);
    await using named = await tinyEmbedder({}, known);
    const [asKnown] = await named.embedder.embed(["hello"], { as: "query", signal });
    const [spelled] = await plain.embedder.embed(["known hello"], { as: "query", signal });
    expect(product(asKnown, spelled)).toBeCloseTo(1);
    expect(named.warnings).toEqual([]);
  });

  it("has another id when anything that shapes its vectors is another", async () => {
    const variants: FolderChanges[] = [
      {},
      { "1_Pooling/config.json": { pooling_mode_cls_token: true } },
      { "config_sentence_transformers.json": { prompts: { query: "query: " } } },
      { "sentence_bert_config.json": { max_seq_length: 32 } },
    ];
    const ids = new Set<string>();
    for (const changes of variants) {
      await using tiny = await tinyEmbedder(changes);
      ids.add((await tiny.embedder.ready({ signal })).id);
    }
    expect(ids.size).toBe(variants.length);
  });

  it("lets a question pass the texts that wait", async () => {
    await using tiny = await tinyEmbedder();
    await tiny.embedder.ready({ signal });
    const files = findModelFiles(tiny.folder);
    const order: string[] = [];
    const ask = async (name: string, count: number, urgency: 0 | 2) => {
      const texts = Array.from({ length: count }, (_, place) => `text ${place}`);
      await tiny.thread.ask({ kind: "embed", files, pooling: "mean", texts, urgency }, { signal });
      order.push(name);
    };
    await Promise.all([ask("documents", 2_000, 2), ask("more documents", 8, 2), ask("question", 1, 0)]);
    expect(order).toEqual(["question", "documents", "more documents"]);
  });

  it("stops when it is called off, and goes on with the rest", async () => {
    await using tiny = await tinyEmbedder();
    const stop = new AbortController();
    const texts = Array.from({ length: 5_000 }, (_, place) => `text ${place}`);
    const stopped = tiny.embedder.embed(texts, { as: "passage", signal: stop.signal });
    const kept = tiny.embedder.embed(["dog"], { as: "passage", signal });
    stop.abort(new Error("no longer wanted"));
    await expect(stopped).rejects.toThrow("no longer wanted");
    expect(await kept).toHaveLength(1);
  });

  it("says what is wrong with a folder in a sentence", async () => {
    const cases: [FolderChanges, string][] = [
      [{ "config.json": undefined }, "has no config.json"],
      [{ "onnx/model.onnx": undefined }, "no onnx/model_quantized.onnx"],
      [{ "onnx/model.onnx": Buffer.from("<!doctype html>") }, "cannot be loaded"],
      [{ "onnx/model.onnx": Buffer.alloc(0) }, "cannot be loaded"],
      [{ "tokenizer.json": Buffer.from("{ broken") }, "cannot be loaded"],
      [{ "config.json": Buffer.from("[]") }, "is not what its name says"],
      [
        { "1_Pooling/config.json": { pooling_mode_max_tokens: true } },
        "makes its vectors in a way that Hearth does not know (max_tokens)",
      ],
    ];
    for (const [changes, sentence] of cases) {
      await using tiny = await tinyEmbedder(changes);
      const failure = await tiny.embedder.ready({ signal }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UserError);
      expect(failure).toHaveProperty("message", expect.stringContaining(sentence));
    }
    await using thread = openTransformersThread({});
    const gone = createTransformersEmbedder({ folder: "/nowhere/at-all", thread });
    await expect(gone.ready({ signal })).rejects.toThrow("The model's folder /nowhere/at-all is not there");
  });

  it("works once a damaged folder was mended", async () => {
    await using tiny = await tinyEmbedder();
    const onnx = join(tiny.folder, "onnx/model.onnx");
    const bytes = readFileSync(onnx);
    writeFileSync(onnx, bytes.subarray(0, 500));
    await expect(tiny.embedder.ready({ signal })).rejects.toThrow(UserError);
    writeFileSync(onnx, bytes);
    expect((await tiny.embedder.ready({ signal })).dimensions).toBe(16);
  });

  it("outlives its thread: it is started three times, then the model is given up for this time", async () => {
    using files = scratch();
    const folder = writeTinyEmbedder(join(files.folder, "tiny"));
    const warnings: string[] = [];
    // Too little for the library itself, so that the thread ends for want of memory.
    await using thread = openTransformersThread({ heapMegabytes: 4, onWarning: (sentence) => warnings.push(sentence) });
    const embedder = createTransformersEmbedder({ folder, thread });
    await expect(embedder.ready({ signal })).rejects.toThrow(UserError);
    expect(warnings.filter((sentence) => sentence.includes("started again"))).toHaveLength(3);
  });

  it("refuses work when it is closed", async () => {
    await using tiny = await tinyEmbedder();
    await tiny.embedder.ready({ signal });
    const waiting = tiny.embedder.embed(["dog"], { as: "passage", signal });
    const refused = expect(waiting).rejects.toThrow("closed");
    await tiny.thread[Symbol.asyncDispose]();
    await refused;
    await expect(tiny.embedder.embed(["dog"], { as: "query", signal })).rejects.toThrow("closed");
  });
});

describe("a reranker of transformers.js", { timeout: 120_000 }, () => {
  it("scores each text from 0 to 1, in their order, by what the second text says", async () => {
    using files = scratch();
    await using thread = openTransformersThread({ threads: 1 });
    const reranker = createTransformersReranker({ folder: writeTinyReranker(join(files.folder, "order")), thread });
    expect(reranker.name).toBe("order");
    const texts = ["The printer has no paper.", "Nothing of that.", "Annual leave is a holiday."];
    const scores = await reranker.score("vacation vacation printer", texts, { signal });
    expect(scores[2]).toBeGreaterThan(0.95);
    expect(scores[1]).toBeCloseTo(0.5);
    expect(scores[0]).toBeLessThan(0.05);
    expect(await reranker.score("vacation", [], { signal })).toEqual([]);
    // What does not fit is cut at the text's end.
    const [long] = await reranker.score("vacation", [`holiday ${"word ".repeat(500)}`], { signal });
    expect(long).toBeCloseTo(1 / (1 + Math.exp(-2)), 5);
  });

  it("says that a model is no reranker", async () => {
    using files = scratch();
    await using thread = openTransformersThread({ threads: 1 });
    const folder = writeTinyEmbedder(join(files.folder, "tiny"));
    const reranker = createTransformersReranker({ folder, thread });
    await expect(reranker.score("a", ["b"], { signal })).rejects.toThrow(UserError);
  });
});

const shared = fileURLToPath(new URL("../../../shared/models", import.meta.url));
const models = ["all-MiniLM-L6-v2", "multilingual-e5-small"].filter((name) => existsSync(join(shared, name)));
if (models.length < 2) console.warn("Real embedding models are not tested: ../shared/models is not here");

describe.runIf(models.length === 2)("real models", { timeout: 120_000 }, () => {
  it("lets the batch in hand end when it is closed: native code that is cut off ends the whole process", async () => {
    const thread = openTransformersThread({});
    const embedder = createTransformersEmbedder({ folder: join(shared, "all-MiniLM-L6-v2"), thread });
    await embedder.ready({ signal });
    const texts = Array.from({ length: 64 }, () => "many words of a long passage ".repeat(40));
    const refused = expect(embedder.embed(texts, { as: "passage", signal })).rejects.toThrow("closed");
    // By then the thread computes.
    await embedder.embed(["a question"], { as: "query", signal });
    await thread[Symbol.asyncDispose]();
    await refused;
  });

  it("find across words, and e5 across languages", async () => {
    await using thread = openTransformersThread({});
    const texts = [
      "Employees get 25 days of paid leave a year.",
      "The printer is on the second floor.",
      "Mitarbeiter haben 25 Tage Urlaub im Jahr.",
      "Der Drucker steht im zweiten Stock.",
    ];
    const near = async (name: string, known: Parameters<typeof createTransformersEmbedder>[0]["known"]) => {
      const embedder = createTransformersEmbedder({ folder: join(shared, name), thread, ...(known && { known }) });
      const [question] = await embedder.embed(["How many vacation days do I get?"], { as: "query", signal });
      return (await embedder.embed(texts, { as: "passage", signal })).map((vector) => product(question, vector));
    };
    const [leave = 0, printer = 0] = await near("all-MiniLM-L6-v2", undefined);
    expect(leave).toBeGreaterThan(printer + 0.3);
    const e5 = await near("multilingual-e5-small", { pooling: "mean", query: "query: ", passage: "passage: " });
    expect(e5[0]).toBeGreaterThan(e5[1] ?? 1);
    expect(e5[2]).toBeGreaterThan(e5[3] ?? 1);
  });
});
