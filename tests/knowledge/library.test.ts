import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Knowledge } from "../../src/knowledge/knowledge.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import type { FolderOptions } from "../../src/knowledge/source.ts";
import { silentLog } from "../../src/log.ts";
import { scratch } from "../helpers/hearth.ts";
import { randomFrom } from "../../src/eval/random.ts";
import { folderOf } from "../helpers/read-brain.ts";

const signal = AbortSignal.timeout(120_000);
const team = { clearance: ["team"], limit: 50, signal } as const;

const open = (folder: string, folders?: readonly FolderOptions[], watch = false) =>
  openKnowledge({
    dataFolder: join(folder, "data"),
    folders: folders ?? [folderOf(join(folder, "docs"))],
    watch,
    log: silentLog(),
  });
const paths = async (knowledge: Knowledge, words: string, clearance: FolderOptions["audience"][] = ["team"]) =>
  (await knowledge.lookup(words, { ...team, clearance })).map(({ passage }) => passage.path).toSorted();

describe("sync", () => {
  it("reads what is new or changed, takes out what is gone, and skips the rest", async () => {
    using files = scratch({
      "docs/keep.md": "Kept apples.",
      "docs/change.md": "Old apples.",
      "docs/go.md": "Gone apples.",
    });
    await using knowledge = await open(files.folder);
    expect(await knowledge.sync({ signal })).toMatchObject({
      added: 3,
      changed: 0,
      removed: 0,
      unchanged: 0,
      failed: [],
    });
    files.write("docs/change.md", "New pears.");
    files.write("docs/new.md", "More apples.");
    rmSync(join(files.folder, "docs/go.md"));
    expect(await knowledge.sync({ signal })).toMatchObject({ added: 1, changed: 1, removed: 1, unchanged: 1 });
    expect(await paths(knowledge, "apples")).toEqual(["keep.md", "new.md"]);
    expect(await knowledge.sync({ signal })).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 3 });
    expect(await knowledge.status()).toMatchObject({ documents: 3, sync: { kind: "current" }, failed: [] });
  });

  it("skips what it has read before it was started anew", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    {
      await using first = await open(files.folder);
      await first.sync({ signal });
    }
    await using second = await open(files.folder);
    expect(await paths(second, "apples")).toEqual(["a.md"]);
    expect(await second.sync({ signal })).toMatchObject({ added: 0, unchanged: 1 });
  });

  it("reports a bad file, keeps what it knew of it, and reads the others", async () => {
    using files = scratch({ "docs/a.txt": "Apples.", "docs/b.md": "Apples, too." });
    await using knowledge = await open(files.folder);
    await knowledge.sync({ signal });
    files.write("docs/a.txt", "PK\0\0");
    files.write("docs/b.md", "Pears.");
    const report = await knowledge.sync({ signal });
    expect(report).toMatchObject({
      changed: 1,
      removed: 0,
      failed: [{ path: "a.txt", reason: expect.stringContaining("binary") }],
    });
    expect(await paths(knowledge, "apples")).toEqual(["a.txt"]);
    expect((await knowledge.status()).failed).toEqual(report.failed);
    rmSync(join(files.folder, "docs/a.txt"));
    expect(await knowledge.sync({ signal })).toMatchObject({ removed: 1, failed: [] });
  });

  it("takes out a document that became a link out of the folder, or too large", async () => {
    using outside = scratch({ "secret.md": "Apples." });
    using files = scratch({ "docs/link.md": "Apples.", "docs/large.md": "Apples." });
    await using knowledge = await open(files.folder, [folderOf(join(files.folder, "docs"), { maxBytes: 1_000 })]);
    await knowledge.sync({ signal });
    rmSync(join(files.folder, "docs/link.md"));
    symlinkSync(join(outside.folder, "secret.md"), join(files.folder, "docs/link.md"));
    truncateSync(join(files.folder, "docs/large.md"), 1_001);
    const { removed, failed } = await knowledge.sync({ signal });
    expect(removed).toBe(2);
    expect(failed.map(({ path }) => path)).toEqual(["large.md", "link.md"]);
    expect(await paths(knowledge, "apples")).toEqual([]);
  });

  it("keeps the index when a folder is gone, and goes on when it is back", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using knowledge = await open(files.folder);
    await knowledge.sync({ signal });
    renameSync(join(files.folder, "docs"), join(files.folder, "away"));
    await expect(knowledge.sync({ signal })).rejects.toThrow("cannot be read");
    expect(await knowledge.status()).toMatchObject({ documents: 1, sync: { kind: "failed" } });
    expect(await paths(knowledge, "apples")).toEqual(["a.md"]);
    renameSync(join(files.folder, "away"), join(files.folder, "docs"));
    expect(await knowledge.sync({ signal })).toMatchObject({ unchanged: 1, removed: 0 });
  });

  it("knows a renamed document by its new name only", async () => {
    using files = scratch({ "docs/old name.md": "# Apples\n\nRed.", "docs/other.md": "Pears." });
    await using knowledge = await open(files.folder);
    await knowledge.sync({ signal });
    renameSync(join(files.folder, "docs/old name.md"), join(files.folder, "docs/new näme.md"));
    expect(await knowledge.sync({ signal })).toMatchObject({ added: 1, removed: 1, unchanged: 1 });
    expect(await paths(knowledge, "apples")).toEqual(["new näme.md"]);
  });

  it("reads a folder's documents again when their audience changes", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    const docs = join(files.folder, "docs");
    {
      await using before = await open(files.folder, [folderOf(docs, { audience: "public" })]);
      await before.sync({ signal });
      expect(await paths(before, "apples", ["public"])).toEqual(["a.md"]);
    }
    await using after = await open(files.folder, [folderOf(docs)]);
    await after.sync({ signal });
    expect(await paths(after, "apples", ["public"])).toEqual([]);
    expect(await paths(after, "apples")).toEqual(["a.md"]);
  });

  it("keeps nothing for the old audience of a document that cannot be read any more", async () => {
    using files = scratch({ "docs/a.txt": "Apples.", "docs/b.txt": "Apples." });
    const docs = join(files.folder, "docs");
    {
      await using before = await open(files.folder, [folderOf(docs, { audience: "public" })]);
      await before.sync({ signal });
    }
    files.write("docs/a.txt", "PK\0\0");
    await using after = await open(files.folder, [folderOf(docs)]);
    expect(await after.sync({ signal })).toMatchObject({ changed: 1, removed: 1, failed: [{ path: "a.txt" }] });
    expect(await paths(after, "apples", ["public"])).toEqual([]);
    expect(await paths(after, "apples")).toEqual(["b.txt"]);
  });

  it("tells documents of two folders apart that have the same path", async () => {
    using files = scratch({ "one/a.md": "Apples of one.", "two/a.md": "Apples of two." });
    const folders = [folderOf(join(files.folder, "one")), folderOf(join(files.folder, "two"), { audience: "public" })];
    await using knowledge = await open(files.folder, folders);
    expect(await knowledge.sync({ signal })).toMatchObject({ added: 2 });
    const hits = await knowledge.lookup("apples", { ...team, clearance: ["public"] });
    expect(hits.map(({ passage }) => passage.text)).toEqual(["Apples of two."]);
    rmSync(join(files.folder, "two/a.md"));
    expect(await knowledge.sync({ signal })).toMatchObject({ removed: 1, unchanged: 1 });
  });

  it("reads a file once that two folders name, for the first of them", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    symlinkSync("docs", join(files.folder, "again"));
    const folders = [
      folderOf(join(files.folder, "docs")),
      folderOf(join(files.folder, "again"), { audience: "public" }),
    ];
    await using knowledge = await open(files.folder, folders);
    expect(await knowledge.sync({ signal })).toMatchObject({ added: 1, failed: [{ path: "a.md" }] });
    expect(await knowledge.status()).toMatchObject({ documents: 1, passages: 1 });
    expect(await paths(knowledge, "apples", ["public"])).toEqual([]);
    expect(await knowledge.sync({ signal })).toMatchObject({ unchanged: 1, changed: 0 });
  });

  it("lets one who waits give up without stopping the others", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using knowledge = await open(files.folder);
    const waiting = new AbortController();
    const given = knowledge.sync({ signal: waiting.signal });
    const joined = knowledge.sync({ signal });
    waiting.abort(new Error("no longer wanted"));
    await expect(given).rejects.toThrow("no longer wanted");
    expect(await joined).toMatchObject({ added: 1 });
  });

  it("ends up with what is in the folder after any number of changes", { timeout: 120_000 }, async () => {
    using files = scratch();
    const docs = join(files.folder, "docs");
    mkdirSync(docs);
    await using knowledge = await open(files.folder);
    const random = randomFrom(7);
    const there = new Map<string, string>();
    const any = () => [...there.keys()][Math.floor(random() * there.size)];
    const nameOf = (turn: number) => `file ${turn % 40}'s.md`;
    for (let turn = 0; turn < 200; turn += 1) {
      const old = any();
      const kind = random();
      if (kind < 0.2 && old !== undefined) {
        rmSync(join(docs, old));
        there.delete(old);
      } else if (kind < 0.4 && old !== undefined) {
        renameSync(join(docs, old), join(docs, nameOf(turn)));
        const word = there.get(old) ?? "";
        there.delete(old);
        there.set(nameOf(turn), word);
      } else {
        const name = kind < 0.7 && old !== undefined ? old : nameOf(turn);
        writeFileSync(
          join(docs, name),
          `# Part\n\nThe word is token${turn}x.\n\n## ${"More\n\n## ".repeat(turn % 3)}End`,
        );
        there.set(name, `token${turn}x`);
      }
      if (turn % 10 === 9) await knowledge.sync({ signal });
    }
    await knowledge.sync({ signal });
    expect((await knowledge.status()).documents).toBe(there.size);
    for (const [path, word] of there) expect(await paths(knowledge, word)).toEqual([path]);
    expect(await knowledge.sync({ signal })).toMatchObject({ unchanged: there.size, added: 0, changed: 0, removed: 0 });
  });
});

describe("openKnowledge", () => {
  it("only reads an index that another one keeps", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using keeper = await open(files.folder);
    await keeper.sync({ signal });
    await using guest = await open(files.folder);
    files.write("docs/b.md", "More apples.");
    expect(await guest.sync({ signal })).toMatchObject({ added: 0, unchanged: 1 });
    expect(await paths(guest, "apples")).toEqual(["a.md"]);
    await keeper.sync({ signal });
    await expect.poll(() => paths(guest, "apples")).toEqual(["a.md", "b.md"]);
  });

  it("keeps the index itself once the other one has ended, and finds what changed meanwhile and later", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    const first = await open(files.folder);
    await first.sync({ signal });
    await using second = await open(files.folder, undefined, true);
    expect(await second.sync({ signal })).toMatchObject({ isKeptElsewhere: true, unchanged: 1 });
    files.write("docs/b.md", "More apples.");
    await first[Symbol.asyncDispose]();
    await expect.poll(() => paths(second, "apples"), { timeout: 10_000 }).toEqual(["a.md", "b.md"]);
    files.write("docs/c.md", "Last apples.");
    await expect.poll(() => paths(second, "apples"), { timeout: 10_000 }).toEqual(["a.md", "b.md", "c.md"]);
  });

  it("keeps sets of folders apart", async () => {
    using files = scratch({ "one/a.md": "Apples.", "two/b.md": "Apples." });
    await using one = await open(files.folder, [folderOf(join(files.folder, "one"))]);
    await using two = await open(files.folder, [folderOf(join(files.folder, "two"))]);
    await Promise.all([one.sync({ signal }), two.sync({ signal })]);
    expect(await paths(one, "apples")).toEqual(["a.md"]);
    expect(await paths(two, "apples")).toEqual(["b.md"]);
  });

  it("finds a change soon after it was saved while it watches", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using knowledge = await open(files.folder, undefined, true);
    await knowledge.sync({ signal });
    files.write("docs/sub/b.md", "Apples, too.");
    await expect.poll(() => paths(knowledge, "apples"), { timeout: 10_000 }).toEqual(["a.md", "sub/b.md"]);
    rmSync(join(files.folder, "docs/a.md"));
    await expect.poll(() => paths(knowledge, "apples"), { timeout: 10_000 }).toEqual(["sub/b.md"]);
  });

  it("keeps documents from a clearance that does not cover them, and refuses none at all", async () => {
    using files = scratch({ "docs/a.md": "# Apples\n\nThe apples of the garden are red." });
    await using knowledge = await open(files.folder);
    await knowledge.sync({ signal });
    const question = { text: "which colour are the apples of the garden", earlier: [] };
    expect((await knowledge.search(question, team)).hits).toHaveLength(1);
    expect((await knowledge.search(question, { ...team, clearance: ["public"] })).hits).toEqual([]);
    await expect(knowledge.search(question, { ...team, clearance: [] })).rejects.toThrow("clearance");
    const id = (await knowledge.lookup("apples", team))[0]?.passage.documentId ?? "";
    expect(await knowledge.document(id, { clearance: ["public"] })).toEqual([]);
    expect(await knowledge.document(id, { clearance: ["team"] })).toHaveLength(1);
  });
});
