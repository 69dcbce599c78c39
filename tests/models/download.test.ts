import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nextAddress } from "../../src/models/follow.ts";
import { file, fileServer, status } from "./file-server.ts";
import { pulling, shaOf, tinyModel } from "./pulling.ts";

const model = tinyModel();
const half = Math.floor(model.length / 2);

describe("a download", () => {
  it("brings the file and leaves nothing beside it", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    const pulled = await to.pull(`${server.url}/tiny.gguf`);
    expect(pulled).toEqual({
      file: "tiny.gguf",
      bytes: model.length,
      sha256: shaOf(model),
      source: `${server.url}/tiny.gguf`,
      pulledAt: "2026-11-16T12:00:00.000Z",
      wasThere: false,
    });
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
    expect(to.files().sort()).toEqual(["models.lock.json", "tiny.gguf"]);
  });

  it("says how far it is, up to the whole", async () => {
    await using server = await fileServer(file(model));
    const seen: (readonly [number, number | undefined])[] = [];
    using to = pulling({ onProgress: ({ done, total }) => seen.push([done, total]) });
    await to.pull(`${server.url}/tiny.gguf`);
    expect(seen[0]).toEqual([0, model.length]);
    expect(seen.at(-1)).toEqual([model.length, model.length]);
  });

  it("goes on from where the connection was cut, after a second", async () => {
    using to = pulling();
    await using server = await fileServer(file(model, { cut: to.cutAfter(half) }), file(model));
    await to.pull(`${server.url}/tiny.gguf`);
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
    expect(server.requests[1]?.headers).toMatchObject({ range: `bytes=${half}-`, "if-range": '"one"' });
    expect(to.waits).toEqual([1_000]);
  });

  it("goes on in a later run where Ctrl-C ended the first", async () => {
    await using server = await fileServer((_request, response) => {
      response.writeHead(200, { etag: '"one"', "content-length": model.length });
      response.write(model.subarray(0, half));
    }, file(model));
    const stopping = new AbortController();
    using to = pulling();
    const first = to.pull(
      `${server.url}/tiny.gguf`,
      {},
      {
        signal: stopping.signal,
        onProgress: ({ done }) => {
          if (done === half) stopping.abort(new Error("Ctrl-C"));
        },
      },
    );
    await expect(first).rejects.toThrow("Ctrl-C");
    expect(to.files().sort()).toEqual(["tiny.gguf.part", "tiny.gguf.part.json"]);
    const seen: number[] = [];
    await to.pull(`${server.url}/tiny.gguf`, {}, { onProgress: ({ done }) => seen.push(done) });
    expect(seen[0]).toBe(half);
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("begins anew when the file on the server is another one by then", async () => {
    using to = pulling();
    const other = tinyModel(2);
    await using server = await fileServer(file(model, { cut: to.cutAfter(half) }), file(other, { etag: '"two"' }));
    await to.pull(`${server.url}/tiny.gguf`);
    expect(to.bytes("tiny.gguf").equals(other)).toBe(true);
  });

  it("begins anew where the server knows no ranges", async () => {
    using to = pulling();
    await using server = await fileServer(file(model, { cut: to.cutAfter(half) }), file(model, { ignoresRange: true }));
    await to.pull(`${server.url}/tiny.gguf`);
    expect(server.requests[1]?.headers.range).toBe(`bytes=${half}-`);
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("begins anew where the server gives no mark of the version, and no hash is known", async () => {
    using to = pulling();
    const weak = { etag: 'W/"one"' };
    await using server = await fileServer(file(model, { ...weak, cut: to.cutAfter(half) }), file(model, weak));
    await to.pull(`${server.url}/tiny.gguf`);
    expect(server.requests[1]?.headers.range).toBeUndefined();
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("is done where only the end of the connection was missing", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    await to.pull(`${server.url}/other.gguf`, { name: "other" });
    writeFileSync(join(to.models, "tiny.gguf.part"), model);
    await to.pull(`${server.url}/tiny.gguf`, { sha256: shaOf(model) });
    expect(server.requests.at(-1)?.headers.range).toBe(`bytes=${model.length}-`);
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("throws a part away that is longer than the file, and begins anew", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    await to.pull(`${server.url}/other.gguf`, { name: "other" });
    writeFileSync(join(to.models, "tiny.gguf.part"), Buffer.concat([model, model]));
    await to.pull(`${server.url}/tiny.gguf`, { sha256: shaOf(model) });
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("takes an end that does not go with its beginning for a reason to begin anew", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    await to.pull(`${server.url}/other.gguf`, { name: "other" });
    writeFileSync(join(to.models, "tiny.gguf.part"), Buffer.alloc(half, 7));
    await to.pull(`${server.url}/tiny.gguf`, { sha256: shaOf(model) });
    expect(server.requests.slice(1).map(({ headers }) => headers.range)).toEqual([`bytes=${half}-`, undefined]);
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("tries again when nothing comes any more", async () => {
    await using server = await fileServer((_request, response) => {
      response.writeHead(200, { etag: '"one"', "content-length": model.length });
      response.write(model.subarray(0, half));
    }, file(model));
    using to = pulling({ stall: 50 });
    await to.pull(`${server.url}/tiny.gguf`);
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
    expect(server.requests.length).toBeGreaterThan(1);
  });

  it("waits as long as a busy server asks for", async () => {
    await using server = await fileServer(status(429, { "retry-after": "7" }), file(model));
    using to = pulling();
    await to.pull(`${server.url}/tiny.gguf`);
    expect(to.waits).toEqual([7_000]);
  });

  it("waits longer each time, and gives up on a server that stays broken", async () => {
    await using server = await fileServer(status(500));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow(
      `tiny could not be pulled: ${server.url}/tiny.gguf: the server is not able to answer (500)`,
    );
    expect(to.waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
  });

  it("does not ask again for a file that is not there", async () => {
    await using server = await fileServer(status(404));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow("there is no such file on the server (404)");
    expect(server.requests).toHaveLength(1);
    expect(to.files()).toEqual([]);
  });

  it("says what to do where the server wants to know who asks", async () => {
    await using server = await fileServer(status(401));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow("set HF_TOKEN");
  });

  it("leaves a server that is not there at once", async () => {
    const gone = await fileServer(status(200));
    await gone[Symbol.asyncDispose]();
    using to = pulling();
    await expect(to.pull(`${gone.url}/tiny.gguf`)).rejects.toThrow(
      /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
    );
    expect(to.waits).toEqual([]);
  });

  it("does not begin what the disk has no room for", async () => {
    await using server = await fileServer((_request, response) => {
      response.writeHead(200, { "content-length": 1e15 });
      response.write("GGUF");
    });
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow("1000000.0 GB are needed");
    expect(to.files()).toEqual([]);
  });

  it("refuses a file of another size than the list's before it is fetched", async () => {
    await using server = await fileServer(file(model));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`, { bytes: 5 })).rejects.toThrow("so it is another one");
    expect(to.files()).toEqual([]);
  });

  it("refuses what is packed on the way", async () => {
    await using server = await fileServer(file(model, { headers: { "content-encoding": "gzip" } }));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow("packs the file on the way");
  });
});

describe("a redirect", () => {
  it("is followed, up to five in a row", async () => {
    const on = (count: number) => status(302, { location: `/on/${count}` });
    await using server = await fileServer(on(1), on(2), on(3), on(4), on(5), file(model));
    using to = pulling();
    await to.pull(`${server.url}/tiny.gguf`);
    expect(server.requests.at(-1)?.url).toBe("/on/5");
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("is not followed a sixth time", async () => {
    await using server = await fileServer(status(302, { location: "/on" }));
    using to = pulling();
    await expect(to.pull(`${server.url}/tiny.gguf`)).rejects.toThrow("it leads on more than 5 times");
    expect(server.requests).toHaveLength(6);
  });

  it("is followed again for the rest of the file", async () => {
    using to = pulling();
    await using storage = await fileServer(file(model, { cut: to.cutAfter(half) }), file(model));
    await using server = await fileServer(status(307, { location: `${storage.url}/blob` }));
    await to.pull(`${server.url}/tiny.gguf`);
    expect(storage.requests[1]?.headers.range).toBe(`bytes=${half}-`);
  });

  it("never leads from https to http, nor to a file", () => {
    const from = new URL("https://models.example/a");
    expect(nextAddress(from, "/b").href).toBe("https://models.example/b");
    expect(() => nextAddress(from, "http://models.example/b")).toThrow("not encrypted");
    expect(() => nextAddress(new URL("http://127.0.0.1/a"), "file:///etc/passwd")).toThrow("not followed");
    expect(() => nextAddress(from, null)).toThrow("cannot be read");
  });
});

describe("a hub", () => {
  it("is asked at its own address for the file of a repository, with the token, which goes no further", async () => {
    await using storage = await fileServer(file(model));
    await using hub = await fileServer(
      status(302, { location: `${storage.url}/blob`, "x-linked-etag": `"${shaOf(model)}"` }),
    );
    using to = pulling();
    const outside = { ...to.options.outside, hub: new URL(`${hub.url}/mirror`), hubToken: "hf_secret" };
    await to.pull("hf:acme/tiny-GGUF/sub/tiny.gguf", {}, { outside });
    expect(hub.requests[0]?.url).toBe("/mirror/acme/tiny-GGUF/resolve/main/sub/tiny.gguf");
    expect(hub.requests[0]?.headers.authorization).toBe("Bearer hf_secret");
    expect(storage.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("names a hash, and other bytes are thrown away", async () => {
    await using hub = await fileServer(file(tinyModel(2), { headers: { "x-linked-etag": `"${shaOf(model)}"` } }));
    using to = pulling();
    const outside = { ...to.options.outside, hub: new URL(hub.url) };
    await expect(to.pull("hf:acme/tiny-GGUF/tiny.gguf", {}, { outside })).rejects.toThrow("they were thrown away");
    expect(to.files()).toEqual([]);
  });

  it("is believed about the hash, and no server that it leads on to", async () => {
    await using storage = await fileServer(file(model, { headers: { "x-linked-etag": `"${"0".repeat(64)}"` } }));
    await using hub = await fileServer(status(302, { location: `${storage.url}/blob` }));
    using to = pulling();
    const outside = { ...to.options.outside, hub: new URL(hub.url) };
    expect((await to.pull("hf:acme/tiny-GGUF/tiny.gguf", {}, { outside })).sha256).toBe(shaOf(model));
  });
});
