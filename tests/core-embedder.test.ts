import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EmbeddingSettings, MeaningSource } from "../src/config-embeddings.ts";
import { openMeaningModels } from "../src/core-embedder.ts";
import { silentLog } from "../src/log.ts";
import { root, scratch } from "./helpers/hearth.ts";
import { modelServer } from "./helpers/model-server.ts";
import { tinyModel } from "./helpers/tiny-model.ts";

const signal = AbortSignal.timeout(120_000);

function open(embedder: MeaningSource, given: Partial<EmbeddingSettings> & { readonly socket?: string } = {}) {
  const { socket = "/nonexistent/core.sock", ...settings } = given;
  return openMeaningModels(
    { embedder, reranker: { kind: "none" }, rerankSeconds: 1, prefixes: {}, ...settings },
    {
      home: root,
      socket,
      keys: {},
      log: silentLog(),
      modelPlan: {
        command: [process.execPath, join(root, "src/main.ts"), "model", "--with-parent", "--log-level", "error"],
        environment: { PATH: process.env["PATH"] ?? "", NODE_NO_WARNINGS: "1" },
      },
    },
  );
}

describe("the models that search by meaning", () => {
  it("are none where none is named", async () => {
    await using models = open({ kind: "none" });
    expect(models.embedder).toBeUndefined();
  });

  it("run a GGUF file in a process of its own, with the prefixes of the settings", async () => {
    const source = { kind: "gguf", path: tinyModel().file, name: "tiny" } as const;
    await using models = open(source, { threads: 1 });
    await using prefixed = open(source, { threads: 1, prefixes: { passage: "passage: " } });
    const [plain, other] = await Promise.all([
      models.embedder?.ready({ signal }),
      prefixed.embedder?.ready({ signal }),
    ]);
    expect(models.embedder?.label()).toEqual({ kind: "llama", name: "tiny" });
    expect(plain?.dimensions).toBeGreaterThan(0);
    expect(other?.id).not.toBe(plain?.id);
  });

  it("ask a server on its socket, with the prefixes of a model that is known by name", async () => {
    using place = scratch();
    const socket = join(place.folder, "server.sock");
    await using server = await modelServer({
      listen: socket,
      embeddings: (response, { body }) => {
        const texts: readonly unknown[] = Array.isArray(body["input"]) ? body["input"] : [];
        response.end(JSON.stringify({ data: texts.map((_, index) => ({ index, embedding: [3, 4] })) }));
      },
      models: (response) => void response.end(JSON.stringify({ data: [{ id: "multilingual-e5-small" }] })),
    });
    const source = { url: `unix:${socket}`, model: "multilingual-e5-small", public: false };
    await using models = open({ kind: "server", server: source });
    expect(await models.embedder?.embed(["leave"], { as: "query", signal })).toEqual([Float32Array.of(0.6, 0.8)]);
    expect(server.asked.at(-1)?.body["input"]).toEqual(["query: leave"]);
  });

  it("say why one is not there when it is needed, and not before", async () => {
    await using models = open({ kind: "missing", name: "gone", why: "gone: there is no such folder" });
    await expect(models.embedder?.ready({ signal })).rejects.toThrow("there is no such folder");
  });
});
