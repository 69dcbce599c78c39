import { describe, expect, it } from "vitest";
import { openOpenAiEmbedder } from "../../src/brain/openai-embedder.ts";
import type { OpenAiServer } from "../../src/brain/openai-server.ts";
import { scratch } from "../helpers/hearth.ts";
import { modelServer, status, type Came } from "../helpers/model-server.ts";

const signal = AbortSignal.timeout(60_000);
const prefixes = { query: "query: ", passage: "passage: " };

/** A server that makes of each text a vector of its length and 1, in the wrong order. */
async function embeddingServer(change: (data: object[]) => unknown = (data) => data) {
  const place = scratch();
  const socket = `${place.folder}/server.sock`;
  const server = await modelServer({
    listen: socket,
    embeddings: (response, { body }) => {
      const texts: readonly string[] = Array.isArray(body["input"]) ? body["input"] : [];
      const data = texts.map((text, index) => ({ index, object: "embedding", embedding: [text.length, 1] }));
      response.end(JSON.stringify({ object: "list", model: "tiny", data: change(data.toReversed()) }));
    },
  });
  const reached: OpenAiServer = {
    url: `unix:${socket}`,
    base: "http://localhost/v1",
    socket,
    isRelayed: false,
    isPublic: false,
  };
  return {
    server,
    reached,
    texts: () => server.asked.map(({ body }: Came) => body["input"]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    },
  };
}

describe("embeddings by a server", () => {
  it("are unit vectors in the order of the texts, with the model's prefixes before them", async () => {
    await using given = await embeddingServer();
    await using embedder = openOpenAiEmbedder(given.reached, { prefixes });
    expect(await embedder.ready({ signal })).toMatchObject({ dimensions: 2 });
    expect(embedder.label()).toEqual({ kind: "openai", name: "tiny" });
    const vectors = await embedder.embed(["a", "four"], { as: "passage", signal });
    const expected = [10, 13].map((length) => [length / Math.hypot(length, 1), 1 / Math.hypot(length, 1)]);
    vectors.forEach((vector, index) => {
      expect(vector[0]).toBeCloseTo(expected[index]?.[0] ?? 0, 5);
      expect(vector[1]).toBeCloseTo(expected[index]?.[1] ?? 0, 5);
    });
    await embedder.embed(["a"], { as: "query", signal });
    expect(given.texts().slice(1)).toEqual([["passage: a", "passage: four"], ["query: a"]]);
  });

  it("are asked for in small requests", async () => {
    await using given = await embeddingServer();
    await using embedder = openOpenAiEmbedder(given.reached, { prefixes });
    const texts = Array.from({ length: 40 }, (_, index) => "x".repeat(index));
    expect(await embedder.embed(texts, { as: "passage", signal })).toHaveLength(40);
    expect(given.texts().map((sent) => (Array.isArray(sent) ? sent.length : 0))).toEqual([1, 16, 16, 8]);
  });

  it("have another id for other prefixes, since those vectors do not mix", async () => {
    await using given = await embeddingServer();
    await using one = openOpenAiEmbedder(given.reached, { prefixes });
    await using other = openOpenAiEmbedder(given.reached, { prefixes: { query: "", passage: "" } });
    expect((await one.ready({ signal })).id).not.toBe((await other.ready({ signal })).id);
  });

  it("are refused in a sentence when the server gives no vector for a text, or none at all", async () => {
    await using short = await embeddingServer((data) => data.slice(1));
    await using embedder = openOpenAiEmbedder(short.reached, { prefixes });
    await expect(embedder.ready({ signal })).rejects.toThrow("did not answer with one vector for each text");
    await using odd = await embeddingServer(() => [{ index: 0, embedding: "AAAA" }]);
    await using other = openOpenAiEmbedder(odd.reached, { prefixes });
    await expect(other.ready({ signal })).rejects.toThrow("did not answer with one vector for each text");
  });

  it("are opened for all who wait, whoever gives up", async () => {
    await using given = await embeddingServer();
    await using embedder = openOpenAiEmbedder(given.reached, { prefixes });
    const impatient = new AbortController();
    const first = expect(embedder.ready({ signal: impatient.signal })).rejects.toThrow("given up");
    const second = embedder.ready({ signal });
    impatient.abort(new Error("given up"));
    await first;
    expect(await second).toMatchObject({ dimensions: 2 });
    expect(given.texts()).toHaveLength(1);
  });

  it("say which server makes none, and ask again once it does", async () => {
    using place = scratch();
    const socket = `${place.folder}/server.sock`;
    const reached = { url: `unix:${socket}`, base: "http://localhost/v1", socket, isRelayed: false, isPublic: false };
    await using embedder = openOpenAiEmbedder(reached, { prefixes });
    await expect(embedder.ready({ signal })).rejects.toThrow(/has no such socket.*in embeddings\.server$/);
    {
      await using writer = await modelServer({ listen: socket });
      await expect(embedder.ready({ signal })).rejects.toThrow("makes no embeddings (404); name one that does");
      expect(writer.asked).toHaveLength(0);
    }
    await using busy = await modelServer({ listen: socket, embeddings: status(503) });
    await expect(embedder.ready({ signal })).rejects.toThrow("is not ready yet (503)");
    expect(busy.asked).toHaveLength(1);
  });
});
