import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readModelLock } from "../../src/model-lock.ts";
import { verifyModel } from "../../src/models/verify.ts";
import { file, fileServer, status } from "./file-server.ts";
import { pulling, shaOf, tinyModel } from "./pulling.ts";

const model = tinyModel();
const other = tinyModel(2);

describe("pulling a model", () => {
  it("pins its hash in a file that only its owner can read", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    await to.pull(`${server.url}/tiny.gguf`);
    expect(readModelLock(to.options.data).models["tiny"]).toMatchObject({ sha256: shaOf(model), bytes: model.length });
    expect(statSync(join(to.models, "models.lock.json")).mode & 0o777).toBe(0o600);
    expect(statSync(to.models).mode & 0o777).toBe(0o700);
    expect(statSync(join(to.models, "tiny.gguf")).mode & 0o777).toBe(0o600);
  });

  it("throws other bytes than the known ones away, and pins nothing", async () => {
    await using server = await fileServer(file(other));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`, { sha256: shaOf(model) })).rejects.toThrow(
      `the bytes that came have the SHA-256 ${shaOf(other)} and not ${shaOf(model)}; they were thrown away`,
    );
    expect(to.files()).toEqual([]);
    expect(readModelLock(to.options.data).models).toEqual({});
  });

  it("refuses bytes that changed since the first pull, though nobody knew their hash before", async () => {
    await using server = await fileServer(file(model), file(other));
    using to = pulling();
    const before = await to.pull(`${server.url}/tiny.gguf`);
    rmSync(join(to.models, "tiny.gguf"));
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow("they were thrown away");
    expect(to.files()).toEqual(["models.lock.json"]);
    expect(readModelLock(to.options.data).models["tiny"]?.sha256).toBe(before.sha256);
  });

  it("refuses another hash than the pinned one before anything is fetched", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    await to.pull(`${server.url}/tiny.gguf`);
    await expect(to.pull(`${server.url}/tiny.gguf`, { sha256: shaOf(other) })).rejects.toThrow(
      "hearth models remove tiny",
    );
    expect(server.requests).toHaveLength(1);
  });

  it("fetches nothing when the model is there and right", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    await to.pull(`${server.url}/tiny.gguf`);
    expect((await to.pull(`${server.url}/tiny.gguf`)).wasThere).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("mends a file that was damaged", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    const pulled = await to.pull(`${server.url}/tiny.gguf`);
    writeFileSync(join(to.models, "tiny.gguf"), other);
    expect((await verifyModel(pulled, to.options)).kind).toBe("wrong");
    expect((await to.pull(`${server.url}/tiny.gguf`)).wasThere).toBe(false);
    expect((await verifyModel(pulled, to.options)).kind).toBe("right");
  });

  it("throws a page away that came in the model's place", async () => {
    await using server = await fileServer(file(Buffer.from("<!doctype html><title>Sign in</title>".repeat(50))));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow(
      /what came is damaged or no model.*it was thrown away/,
    );
    expect(to.files()).toEqual([]);
  });

  it("tries its sources in order, and one hash holds for all", async () => {
    await using missing = await fileServer(status(404));
    await using wrong = await fileServer(file(other));
    await using right = await fileServer(file(model));
    using to = pulling();
    const sources = [missing, wrong, right].map(({ url }) => `${url}/tiny.gguf`);
    const pulled = await to.pull(sources, { sha256: shaOf(model) });
    expect(pulled.source).toBe(sources[2]);
    expect(to.tried).toEqual(sources);
  });

  it("goes on from what another source brought, where the hash is known", async () => {
    using to = pulling();
    const half = Math.floor(model.length / 2);
    await using broken = await fileServer(file(model, { cut: to.cutAfter(half) }), status(404));
    await using right = await fileServer(file(model, { etag: '"another"' }));
    await to.pull([`${broken.url}/tiny.gguf`, `${right.url}/tiny.gguf`], { sha256: shaOf(model) });
    expect(right.requests[0]?.headers).toMatchObject({ range: `bytes=${half}-` });
    expect(right.requests[0]?.headers["if-range"]).toBeUndefined();
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("names every source that failed, without what stands behind the question mark", async () => {
    await using server = await fileServer(status(404));
    using to = pulling();
    await expect(to.pull([`${server.url}/tiny.gguf?key=secret`, "file:nowhere.gguf"])).rejects.toThrow(
      `tiny could not be pulled: (1) ${server.url}/tiny.gguf: there is no such file on the server (404) ` +
        "(2) file:nowhere.gguf: there is no such file",
    );
  });

  it("copies a file of this machine", async () => {
    using to = pulling();
    writeFileSync(join(to.folder, "given.gguf"), model);
    await to.pull("file:given.gguf");
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
    await to.pull(`file://${join(to.folder, "given.gguf")}`, { name: "again" });
    expect(to.bytes("again.gguf").equals(model)).toBe(true);
  });

  it("takes nothing over http from another machine without a known hash", async () => {
    using to = pulling();
    await expect(to.pull("http://models.invalid/tiny.gguf")).rejects.toThrow("could be changed on the way");
    await expect(to.pull("http://models.invalid/tiny.gguf", { sha256: shaOf(model) })).rejects.toThrow(
      "cannot be reached",
    );
  });

  it("is not done twice at a time", async () => {
    const answered = Promise.withResolvers<void>();
    await using server = await fileServer((_request, response) => {
      response.writeHead(200, { "content-length": model.length }).write(model.subarray(0, 100));
      answered.resolve();
    });
    const stopping = new AbortController();
    using to = pulling();
    const first = to.pull(`${server.url}/tiny.gguf`, {}, { signal: stopping.signal });
    await answered.promise;
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow("Another hearth models pull");
    stopping.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
  });

  it("keeps names apart that a disk may take for one", async () => {
    using to = pulling();
    writeFileSync(join(to.folder, "given.gguf"), model);
    await to.pull("file:given.gguf");
    await expect(to.pull("file:given.gguf", { name: "Tiny" })).rejects.toThrow('A model "tiny" was pulled already');
  });
});
