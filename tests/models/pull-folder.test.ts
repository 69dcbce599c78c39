import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EmbedderList } from "../../src/config-embedder-list.ts";
import { readModelLock } from "../../src/model-lock.ts";
import { folderOf, pullFolder } from "../../src/models/pull-folder.ts";
import { verifyFolder } from "../../src/models/verify-folder.ts";
import { fileServer, type Answer } from "./file-server.ts";
import { pulling, shaOf } from "./pulling.ts";

const ONNX = Buffer.from([0x08, 0x08, 0x12, 0x00]);
const FILES: Readonly<Record<string, Buffer>> = {
  "config.json": Buffer.from("{}"),
  "onnx/model_quantized.onnx": ONNX,
};

/** A model of the list whose files are on a server. */
function listed(url: string): EmbedderList["models"][number] {
  const files = Object.entries(FILES).map(([path, bytes]) => ({
    path,
    source: `${url}/${path}`,
    bytes: bytes.length,
  }));
  const about = { name: "tiny", languages: "English", licence: "MIT", maxTokens: 64, dimensions: 4 };
  return { ...about, kind: "embedder", pooling: "mean", query: "", passage: "", files };
}

/** Answers with the file that the address names, as `change` has it. */
function serving(change: (path: string, bytes: Buffer) => Buffer | undefined = (_path, bytes) => bytes): Answer {
  return (request, response) => {
    const path = (request.url ?? "").slice(1);
    const bytes = change(path, FILES[path] ?? Buffer.alloc(0));
    if (bytes) response.end(bytes);
    else response.writeHead(404).end();
  };
}

describe("pulling an embedding model", () => {
  it("fetches every file, pins each, and fetches nothing the second time", async () => {
    await using server = await fileServer(serving());
    using to = pulling();
    const { data, signal } = to.options;
    expect(await pullFolder(listed(server.url), to.options)).toMatchObject({ kind: "embedder", wasThere: false });
    const pulled = readModelLock(data).folders["tiny"];
    expect(pulled?.files.map(({ path, sha256 }) => [path, sha256])).toEqual(
      Object.entries(FILES).map(([path, bytes]) => [path, shaOf(bytes)]),
    );
    expect(readFileSync(join(folderOf(data, "tiny"), "onnx/model_quantized.onnx"))).toEqual(ONNX);
    expect((await pullFolder(listed(server.url), to.options)).wasThere).toBe(true);
    expect(server.requests).toHaveLength(2);
    if (!pulled) throw new Error("nothing was pinned");
    writeFileSync(join(folderOf(data, "tiny"), "config.json"), "[]");
    expect(await verifyFolder("tiny", { pulled, data, signal })).toMatchObject({ kind: "wrong" });
  });

  it("leaves nothing under the name when a file is missing, and keeps what came for the next time", async () => {
    await using broken = await fileServer(serving((path, bytes) => (path.endsWith(".onnx") ? undefined : bytes)));
    using to = pulling();
    const { data } = to.options;
    await expect(pullFolder(listed(broken.url), to.options)).rejects.toThrow(/tiny could not be pulled: .*model_quant/);
    expect(existsSync(folderOf(data, "tiny"))).toBe(false);
    expect(readModelLock(data).folders).toEqual({});
    await using server = await fileServer(serving());
    await pullFolder(listed(server.url), to.options);
    expect(server.requests.map(({ url }) => url)).toEqual(["/onnx/model_quantized.onnx"]);
  });

  it("refuses what can be no model, and what changed since it was pinned", async () => {
    await using page = await fileServer(serving(() => Buffer.from("<html>")));
    using to = pulling();
    await expect(pullFolder(listed(page.url), to.options)).rejects.toThrow("it is no JSON; what came was thrown away");
    await using server = await fileServer(serving());
    await pullFolder(listed(server.url), to.options);
    rmSync(folderOf(to.options.data, "tiny"), { recursive: true });
    await using other = await fileServer(serving((_path, bytes) => Buffer.concat([bytes, Buffer.from(" ")])));
    await expect(pullFolder(listed(other.url), to.options)).rejects.toThrow("the bytes that came have the SHA-256");
  });
});
