import { existsSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EngineRequest } from "../../src/brain/engine.ts";
import type { LlamaOptions } from "../../src/brain/llama-options.ts";
import { openLlamaEngine, type LlamaEngine } from "../../src/brain/llama.ts";
import { silentLog } from "../../src/log.ts";
import { describeEngine } from "../contracts/engine.ts";
import { writeLora } from "../helpers/gguf-lora.ts";
import { TINY } from "../helpers/gguf.ts";
import { tinyModel } from "../helpers/tiny-model.ts";

const signal = AbortSignal.timeout(900_000);
const { file, hash } = tinyModel();

function open(given: Partial<LlamaOptions> = {}): Promise<LlamaEngine> {
  const options: LlamaOptions = {
    file,
    hash,
    name: "tiny",
    contextTokens: 1_024,
    parallel: 2,
    threads: 1,
    gpu: "off",
    flashAttention: "auto",
    cache: "f16",
    lookup: "auto",
    thinkingTokens: 0,
    lora: [],
    stateFolder: mkdtempSync(join(tmpdir(), "hearth-test-")),
    stateMegabytes: 100,
    freeBytes: 4e9,
    ...given,
  };
  return openLlamaEngine(options, { log: silentLog(), signal });
}

const rules = "Answer from the documents that are given, and from nothing else. ".repeat(4);
function asking(text: string, earlier: EngineRequest["messages"] = []): EngineRequest {
  return { messages: [{ role: "system", text: rules }, ...earlier, { role: "user", text }], maxTokens: 24 };
}

describeEngine("llama.cpp in this process", () => open(), { json: true, reuses: true, special: "<|im_end|>" });
describeEngine("llama.cpp without prompt lookup", () => open({ lookup: "off", parallel: 1 }), {
  json: true,
  special: "<|im_end|>",
});

describeEngine("llama.cpp that may think first", () => open({ thinkingTokens: 8 }), {
  json: true,
  special: "<|im_end|>",
});

describe("what was evaluated", () => {
  it("is not evaluated again in a follow-up of the same conversation", async () => {
    await using engine = await open();
    const first = await engine.generate(asking("What is said about leave? ".repeat(8)), { signal });
    const earlier = [
      { role: "user", text: "What is said about leave? ".repeat(8) },
      { role: "assistant", text: first.text },
    ] as const;
    const next = await engine.generate(asking("And for how long?", earlier), { signal });
    expect(next.tokens.reused).toBeGreaterThanOrEqual(first.tokens.prompt - 8);
  });

  it("is kept of no prompt that is only passing", async () => {
    await using engine = await open({ parallel: 1, stateMegabytes: 0 });
    const first = await engine.generate({ ...asking("One thing."), isPassing: true }, { signal });
    expect(first.tokens.prompt).toBeGreaterThan(0);
    expect((await engine.generate(asking("One thing."), { signal })).tokens.reused).toBe(0);
    expect((await engine.generate(asking("One thing."), { signal })).tokens.reused).toBeGreaterThan(0);
  });

  it("is shared as far as the rules go by questions that have nothing else in common", async () => {
    await using engine = await open({ parallel: 1 });
    await engine.generate(asking("One thing."), { signal });
    const other = await engine.generate(asking("Quite another."), { signal });
    expect(other.tokens.reused).toBeGreaterThan(rules.length / 8);
    expect(other.tokens.reused).toBeLessThan(other.tokens.prompt);
  });

  it("comes from the disk for the rules after a new start, in files that only their owner may read", async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    {
      await using engine = await open({ stateFolder });
      expect((await engine.generate(asking("One thing."), { signal })).tokens.reused).toBe(0);
    }
    const files = readdirSync(join(stateFolder, "states"), { recursive: true, encoding: "utf8" }).map((name) =>
      join(stateFolder, "states", name),
    );
    expect(files.some((name) => name.includes("rules-"))).toBe(true);
    for (const name of files) expect(statSync(name).mode & 0o077).toBe(0);
    await using again = await open({ stateFolder });
    const { tokens } = await again.generate(asking("Quite another."), { signal });
    expect(tokens.reused).toBeGreaterThan(rules.length / 8);
  });

  it("gives the same answer from a saved state as when it was saved", async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    const texts: string[] = [];
    for (let start = 0; start < 2; start += 1) {
      await using engine = await open({ stateFolder, lookup: "off" });
      texts.push((await engine.generate(asking("The same."), { signal })).text);
    }
    expect(texts[1]).toBe(texts[0]);
  });

  it("is removed for another model or other settings, and conversations at once when they are to be forgotten", async () => {
    const stateFolder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    {
      await using engine = await open({ stateFolder });
      await engine.generate(asking("One thing."), { signal });
      await engine.forget();
      expect(readdirSync(stateFolder, { recursive: true }).some((name) => String(name).includes("talk-"))).toBe(false);
    }
    const [before] = readdirSync(join(stateFolder, "states"));
    await using other = await open({ stateFolder, hash: "0".repeat(64) });
    await other.generate(asking("One thing."), { signal });
    expect(existsSync(join(stateFolder, "states", before ?? ""))).toBe(false);
  });
});

describe("memory", () => {
  it("takes fewer sequences, then shorter ones, when less is free, and says what it took", async () => {
    await using roomy = await open({ parallel: 4, freeBytes: 8e9 });
    expect(roomy.facts()).toMatchObject({ sequences: 5, contextTokens: 1_024, device: "cpu" });
    const needed = roomy.facts().bytes;
    await using tight = await open({ parallel: 4, freeBytes: needed - 1 + 300_000_000 });
    expect(tight.facts().bytes).toBeLessThan(needed);
    expect((await tight.ready({ signal })).parallel).toBe(4);
  });

  it("is refused in a sentence with the cure when nothing fits", async () => {
    await expect(open({ freeBytes: 1e6 })).rejects.toThrow(
      /The model tiny needs about .* GB of memory and 0.0 GB are free; choose/,
    );
  });
});

describe("an adapter", () => {
  const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));

  it("changes what the model writes, as far as its scale says", async () => {
    const adapter = join(folder, "words.gguf");
    writeLora(adapter, TINY);
    const texts: string[] = [];
    for (const lora of [[], [{ file: adapter, scale: 0 }], [{ file: adapter, scale: 1 }]]) {
      await using engine = await open({ lora, stateMegabytes: 0 });
      texts.push((await engine.generate(asking("Who?"), { signal })).text);
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).not.toBe(texts[0]);
  });

  it("that is none is refused by name, with the cure", async () => {
    const wrong = join(folder, "none.gguf");
    await expect(open({ lora: [{ file: wrong, scale: 1 }] })).rejects.toThrow(
      /check that model\.lora names adapters made for it \(.*none\.gguf\)/,
    );
  });
});

describe("a forced answer", () => {
  it("comes out token by token with and without prompt lookup", async () => {
    const wanted = "Answer from the documents that are given, and from nothing else.";
    const texts: string[] = [];
    for (const lookup of ["auto", "off"] as const) {
      await using engine = await open({ lookup });
      const forced = engine.tokens(wanted);
      const { text, tokens } = await engine.generate(
        { ...asking("Say it."), maxTokens: forced.length },
        { signal, forced },
      );
      texts.push(text);
      expect(tokens.written).toBe(forced.length);
    }
    expect(texts).toEqual([wanted, wanted]);
  });
});
