import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readSettings } from "../src/config.ts";
import { changeModelLock } from "../src/model-lock.ts";
import { UserError } from "../src/user-error.ts";
import { scratch } from "./helpers/hearth.ts";

const home = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Settings from a configuration and a command line, in a folder with a model, a file, and two models that were pulled. */
function settingsIn(
  files: ReturnType<typeof scratch>,
  { yaml = "", ...commandLine }: { readonly yaml?: string; readonly embedder?: string; readonly embeddings?: boolean },
) {
  files.write("config/hearth.yaml", yaml);
  return readSettings(commandLine, { cwd: files.folder, home, environment: {} }).embeddings;
}

function folderWithModels() {
  const files = scratch({ "models/mine/config.json": "{}", "file.onnx": "" });
  const pulled = (kind: "embedder" | "reranker") => {
    const file = { path: "config.json", sha256: "0".repeat(64), bytes: 2, source: "file:x" };
    return { kind, files: [file], pulledAt: "2026-11-28T00:00:00.000Z" };
  };
  changeModelLock(join(files.folder, "data"), (lock) => ({
    ...lock,
    folders: { "pulled-e": pulled("embedder"), "pulled-r": pulled("reranker") },
  }));
  return files;
}

describe("the settings of search by meaning", () => {
  it("are none at first, and take the models that are used", () => {
    using files = folderWithModels();
    const none = { embedder: { kind: "none" }, reranker: { kind: "none" }, rerankSeconds: 1, prefixes: {} };
    expect(settingsIn(files, {})).toEqual(none);
    const data = join(files.folder, "data");
    changeModelLock(data, (lock) => ({ ...lock, embedder: "pulled-e", reranker: "pulled-r" }));
    expect(settingsIn(files, {})).toEqual({
      embedder: { kind: "folder", path: join(data, "models/pulled-e"), name: "pulled-e" },
      reranker: { kind: "folder", path: join(data, "models/pulled-r"), name: "pulled-r" },
      rerankSeconds: 1,
      prefixes: {},
    });
    expect(settingsIn(files, { embeddings: false, embedder: "pulled-e" })).toEqual(none);
    const yaml = "embeddings:\n  use: none\n  reranker: none\n  rerankSeconds: 0.5\n  threads: 4\n";
    expect(settingsIn(files, { yaml })).toEqual({ ...none, rerankSeconds: 0.5, threads: 4 });
  });

  it("take a folder from the command line before that of the file", () => {
    using files = folderWithModels();
    mkdirSync(join(files.folder, "other"));
    const yaml = "embeddings:\n  use: models/mine\n";
    const mine = { kind: "folder", path: join(files.folder, "models/mine"), name: "mine" };
    expect(settingsIn(files, { yaml }).embedder).toEqual(mine);
    const other = { kind: "folder", path: join(files.folder, "other"), name: "other" };
    expect(settingsIn(files, { yaml, embedder: "other" }).embedder).toEqual(other);
    expect(settingsIn(files, { yaml, embedder: "none" }).embedder).toEqual({ kind: "none" });
  });

  it("go without a model of the file that is not there, and refuse one of the command line", () => {
    using files = folderWithModels();
    const yaml = "data: data\nembeddings:\n  use: gone\n  reranker: pulled-e\n";
    const { embedder, reranker } = settingsIn(files, { yaml });
    expect(embedder).toMatchObject({
      kind: "missing",
      why: expect.stringMatching(/^config\/hearth\.yaml:3: embeddings\.use "gone": there is no such folder/),
    });
    expect(reranker).toMatchObject({
      kind: "missing",
      why: 'config/hearth.yaml:4: embeddings.reranker "pulled-e": this model is of another kind (embedder); hearth models list names some',
    });
    const refused = (embedder_: string) => () => settingsIn(files, { embedder: embedder_ });
    expect(refused("gone")).toThrow(UserError);
    expect(refused("gone")).toThrow('--embedder "gone": there is no such folder');
    expect(refused("file.onnx")).toThrow('--embedder "file.onnx": this is a file; name the folder');
    expect(refused("pulled-r")).toThrow('--embedder "pulled-r": this model is of another kind (reranker)');
  });

  it("name the key and the line of a mistake", () => {
    using files = folderWithModels();
    writeFileSync(join(files.folder, "x"), "");
    const read = (yaml: string) => () => settingsIn(files, { yaml });
    expect(read("embeddings:\n  model: x\n")).toThrow(
      "config/hearth.yaml:2: embeddings.model is not a key Hearth knows; keys here are use, server, query, passage, reranker,",
    );
    expect(read("embeddings:\n  threads: 0\n")).toThrow("config/hearth.yaml:2: embeddings.threads cannot be used");
  });

  it("take a GGUF file, or a server, with what has to stand before a text", () => {
    using files = folderWithModels();
    files.write("e5.gguf", "");
    expect(settingsIn(files, { embedder: "e5.gguf" }).embedder).toEqual({
      kind: "gguf",
      path: join(files.folder, "e5.gguf"),
      name: "e5",
    });
    const server = "embeddings:\n  server: { url: 'http://127.0.0.1:8081/v1', model: bge }\n  query: 'q: '\n";
    expect(settingsIn(files, { yaml: server })).toMatchObject({
      embedder: { kind: "server", server: { url: "http://127.0.0.1:8081/v1", model: "bge", public: false } },
      prefixes: { query: "q: " },
    });
    expect(settingsIn(files, { yaml: server, embeddings: false }).embedder).toEqual({ kind: "none" });
  });

  it("refuse a server that is public without the owner's yes, and one beside another model", () => {
    using files = folderWithModels();
    const read = (yaml: string) => () => settingsIn(files, { yaml });
    expect(read("embeddings:\n  server:\n    url: https://api.example.com/v1\n")).toThrow(
      "config/hearth.yaml:3: embeddings.server.url is a public address",
    );
    expect(read("embeddings:\n  use: x\n  server:\n    url: http://127.0.0.1:1/v1\n")).toThrow(
      "embeddings.use and embeddings.server are both set; leave one of them out",
    );
  });
});
