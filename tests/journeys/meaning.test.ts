import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENTS, hearth, scratch } from "../helpers/hearth.ts";
import { writeTinyEmbedder } from "../helpers/tiny-embedder.ts";

/** Runs one command to its end, in a place with documents. */
async function run(folder: string, words: readonly string[]) {
  const running = hearth([...words, "--docs", "docs"], { cwd: folder });
  const code = await running.ended;
  return { code, ...running.said };
}

describe("search by meaning", { timeout: 120_000 }, () => {
  it("is used and told of where a model is named, and not where it is switched off", async () => {
    using place = scratch(DOCUMENTS);
    writeTinyEmbedder(join(place.folder, "tiny"));
    const found = await run(place.folder, ["lookup", "leave", "--embedder", "tiny"]);
    expect(found.code, found.err).toBe(0);
    expect(found.out).toContain("Annual leave");
    const status = await run(place.folder, ["docs", "status", "--embedder", "tiny"]);
    expect(status.out).toContain("by meaning (tiny)");
    const without = await run(place.folder, ["docs", "status", "--embedder", "tiny", "--no-embeddings"]);
    expect(without.out).not.toContain("(tiny)");
  });

  it("leaves words to find alone where the model is damaged, and says so", async () => {
    using place = scratch(DOCUMENTS);
    writeTinyEmbedder(join(place.folder, "tiny"), { "onnx/model.onnx": Buffer.from("damaged") });
    place.write("config/hearth.yaml", "embeddings:\n  use: tiny\n");
    const found = await run(place.folder, ["lookup", "leave"]);
    expect(found.code, found.err).toBe(0);
    expect(found.out).toContain("Annual leave");
  });

  it("refuses a model that is not there, before anything is started", async () => {
    using place = scratch(DOCUMENTS);
    const refused = await run(place.folder, ["ask", "How much leave?", "--embedder", "gone"]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('--embedder "gone": there is no such folder');
    expect(refused.out).toBe("");
  });
});
