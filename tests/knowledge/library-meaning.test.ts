import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { createTransformersEmbedder } from "../../src/knowledge/transformers-embedder.ts";
import { openTransformersThread } from "../../src/knowledge/transformers-thread.ts";
import { silentLog } from "../../src/log.ts";
import { countingEmbedder } from "../helpers/counting-embedder.ts";
import { scratch } from "../helpers/hearth.ts";
import { folderOf } from "../helpers/read-brain.ts";
import { writeTinyEmbedder } from "../helpers/tiny-embedder.ts";

const signal = AbortSignal.timeout(120_000);

const open = (folder: string, given: Partial<Parameters<typeof openKnowledge>[0]> = {}) =>
  openKnowledge({
    dataFolder: join(folder, "data"),
    folders: [folderOf(join(folder, "docs"))],
    watch: false,
    log: silentLog(),
    ...given,
  });

/** The folder of the only index. */
function firstFolder(parent: string): string {
  const [folder] = readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (!folder) throw new Error("There is no index");
  return folder.name;
}

describe("openKnowledge with an embedding model", { timeout: 120_000 }, () => {
  it("compares by a real model, and is complete after a sync that asks for it", async () => {
    using files = scratch({ "docs/a.md": "# Leave\n\nAnnual leave.", "docs/b.md": "# Office\n\nThe printer." });
    await using thread = openTransformersThread({ threads: 1 });
    const folder = writeTinyEmbedder(join(files.folder, "tiny"));
    await using knowledge = await open(files.folder, { embedder: createTransformersEmbedder({ folder, thread }) });
    expect(await knowledge.sync({ signal, complete: true })).toMatchObject({ added: 2 });
    const model = { kind: "transformers", name: "tiny" };
    expect((await knowledge.status()).meaning).toEqual({ kind: "ready", model });
    const texts = ["My holiday.", "Paper for the printer."];
    const [near = 0, far = 1] = (await knowledge.nearness("vacation", texts, { signal })) ?? [];
    expect(near).toBeGreaterThan(far + 0.3);
  });

  it("embeds after a sync by itself, in the background", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    const embedder = countingEmbedder();
    await using knowledge = await open(files.folder, { embedder });
    await knowledge.sync({ signal });
    await expect.poll(async () => (await knowledge.status()).meaning.kind, { timeout: 60_000 }).toBe("ready");
    files.write("docs/b.md", "# Fruit\n\n## Pears\n\nGreen.");
    await knowledge.sync({ signal });
    await expect.poll(() => embedder.texts, { timeout: 60_000 }).toEqual(["A\nApples.", "Fruit\nPears\nGreen."]);
  });

  it("embeds nothing twice: after a start, when the index is deleted, and when a file is renamed", async () => {
    using files = scratch({ "docs/a.md": "# One\n\nApples.", "docs/b.md": "# Two\n\nPears." });
    const used = async (change: () => void) => {
      change();
      const embedder = countingEmbedder();
      await using knowledge = await open(files.folder, { embedder });
      await knowledge.sync({ signal, complete: true });
      expect((await knowledge.status()).meaning.kind).toBe("ready");
      return embedder.texts.length;
    };
    expect(await used(() => {})).toBe(2);
    expect(await used(() => {})).toBe(0);
    const indexes = join(files.folder, "data/knowledge");
    expect(await used(() => rmSync(join(indexes, firstFolder(indexes)), { recursive: true }))).toBe(0);
    files.write("docs/sub/c.md", "# One\n\nApples.");
    expect(await used(() => rmSync(join(files.folder, "docs/a.md")))).toBe(0);
  });

  it("builds another model's vectors while words go on finding", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    {
      await using before = await open(files.folder, { embedder: countingEmbedder("b".repeat(32)) });
      await before.sync({ signal, complete: true });
    }
    const embedder = countingEmbedder("c".repeat(32));
    const released = Promise.withResolvers<void>();
    embedder.before = () => released.promise;
    await using after = await open(files.folder, { embedder });
    await after.sync({ signal });
    const state = async () => (await after.status()).meaning;
    await expect.poll(state, { timeout: 60_000 }).toMatchObject({ kind: "embedding", done: 0, total: 1 });
    expect(await after.lookup("apples", { clearance: ["team"], limit: 5, signal })).toHaveLength(1);
    released.resolve();
    await after.sync({ signal, complete: true });
    expect((await after.status()).meaning.kind).toBe("ready");
  });

  it("finds by words, and says why, where the model cannot be used", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using thread = openTransformersThread({ threads: 1 });
    const embedder = createTransformersEmbedder({ folder: join(files.folder, "gone"), thread });
    await using knowledge = await open(files.folder, { embedder });
    await knowledge.sync({ signal, complete: true });
    const { meaning } = await knowledge.status();
    expect(meaning).toMatchObject({ kind: "failed", why: expect.stringContaining("is not there") });
    expect(await knowledge.nearness("apples", ["apples"], { signal })).toBeUndefined();
    expect(await knowledge.lookup("apples", { clearance: ["team"], limit: 5, signal })).toHaveLength(1);
  });

  it("has no meaning without a model", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using knowledge = await open(files.folder);
    await knowledge.sync({ signal, complete: true });
    expect((await knowledge.status()).meaning).toEqual({ kind: "none" });
    expect(await knowledge.nearness("apples", ["apples"], { signal })).toBeUndefined();
  });
});
