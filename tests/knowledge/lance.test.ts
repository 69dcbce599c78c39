import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openLanceIndex } from "../../src/knowledge/lance.ts";
import { randomFrom } from "../../src/eval/random.ts";
import { describePassageIndex, idOf, indexed } from "../contracts/passage-index.ts";
import { filesBelow, freshFolder } from "../helpers/fresh-folder.ts";

let last = "";
describePassageIndex("the passage index in LanceDB", {
  open: () => openLanceIndex({ folder: (last = freshFolder()), mayWrite: true }),
  reopen: () => openLanceIndex({ folder: last, mayWrite: true }),
});

describe("openLanceIndex", () => {
  it("refuses an address", async () => {
    await expect(openLanceIndex({ folder: "s3://bucket/index", mayWrite: true })).rejects.toThrow(
      "folder on this machine",
    );
  });

  it(
    "loses and doubles nothing while it is written, searched and looked after at once",
    { timeout: 120_000 },
    async () => {
      await using index = await openLanceIndex({ folder: freshFolder(), mayWrite: true });
      const stored = new Map<string, number>();
      const random = randomFrom(5);
      let isDone = false;
      const tending = untilDone(
        () => isDone,
        () => index.optimize(),
      );
      const asking = untilDone(
        () => isDone,
        async () => {
          await index.search("word", { clearance: ["team"], limit: 10 });
        },
      );
      for (let turn = 0; turn < 60; turn += 1) {
        const paths = [...new Set(Array.from({ length: 5 }, () => `${Math.floor(random() * 40)}.md`))];
        const [gone = "", ...given] = paths;
        const documents = given.map((path) => {
          const texts = Array.from({ length: 1 + Math.floor(random() * 30) }, (_, place) => `word ${turn} ${place}`);
          stored.set(path, texts.length);
          return indexed(path, texts);
        });
        stored.delete(gone);
        await index.replace({ documents, removed: [idOf(gone)] });
      }
      isDone = true;
      await Promise.all([tending, asking]);
      const known = [...(await index.documents()).values()].map(({ path, passages }) => [path, passages] as const);
      expect(new Map(known)).toEqual(stored);
      const passages = [...stored.values()].reduce((sum, count) => sum + count, 0);
      expect(await index.count()).toEqual({ documents: stored.size, passages });
    },
  );

  it(
    "finds the last of thousands of passages once it has caught up, and keeps few files",
    { timeout: 120_000 },
    async () => {
      const folder = freshFolder();
      await using index = await openLanceIndex({ folder, mayWrite: true });
      const make = (number: number) =>
        indexed(
          `${number}.md`,
          Array.from({ length: 20 }, (_, place) => `token${number}x in part ${place}`),
        );
      for (let first = 0; first < 300; first += 25) {
        const documents = Array.from({ length: 25 }, (_, offset) => make(first + offset));
        await index.replace({ documents, removed: [] });
      }
      await index.catchUp();
      for (const number of [0, 150, 299]) {
        const found = await index.search(`token${number}x`, { clearance: ["team"], limit: 50 });
        expect(new Set(found.map(({ passage }) => passage.path))).toEqual(new Set([`${number}.md`]));
        expect(found).toHaveLength(20);
      }
      await index.optimize();
      expect(await index.count()).toEqual({ documents: 300, passages: 6_000 });
    },
  );

  it("starts anew, and says so, when the stored index is broken", async () => {
    const folder = await brokenIndex(/\.lance\/.*\.(?:manifest|lance)$/);
    const warnings: string[] = [];
    const onWarning = (sentence: string) => warnings.push(sentence);
    await using index = await openLanceIndex({ folder, mayWrite: true, onWarning });
    expect(warnings).toHaveLength(1);
    expect(await index.count()).toEqual({ documents: 0, passages: 0 });
    await index.replace({ documents: [indexed("a.md", ["Apples."])], removed: [] });
    expect(await index.search("apples", { clearance: ["team"], limit: 1 })).toHaveLength(1);
  });

  it("starts anew when only the files of the word index are broken", async () => {
    const folder = await brokenIndex(/_indices\//);
    await using index = await openLanceIndex({ folder, mayWrite: true });
    expect(await index.count()).toEqual({ documents: 0, passages: 0 });
  });

  it("leaves a broken index alone where another process keeps it", async () => {
    const folder = await brokenIndex(/\.lance\/.*\.(?:manifest|lance)$/);
    const before = filesBelow(folder);
    await expect(openLanceIndex({ folder, mayWrite: false })).rejects.toThrow();
    expect(filesBelow(folder)).toEqual(before);
  });

  it("remembers nothing of an index that another process made anew, however many changes that has seen", async () => {
    const folder = freshFolder();
    const open = () => openLanceIndex({ folder, mayWrite: true });
    let writer = await open();
    await writer.replace({ documents: [indexed("old.md", ["Apples were for all."])], removed: [] });
    await using reader = await openLanceIndex({ folder, mayWrite: false });
    const found = async () =>
      (await reader.search("apples", { clearance: ["team"], limit: 5 })).map(({ passage }) => passage.path);
    expect(await found()).toEqual(["old.md"]);
    await writer[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
    writer = await open();
    await writer.replace({ documents: [indexed("new.md", ["Apples are for some."])], removed: [] });
    for (const path of ["1.md", "2.md", "3.md"])
      await writer.replace({ documents: [indexed(path, ["Pears."])], removed: [] });
    expect(await found()).toEqual(["new.md"]);
    await writer[Symbol.asyncDispose]();
  });

  it("sees a table that another process made after it was opened", async () => {
    const folder = freshFolder();
    await using reader = await openLanceIndex({ folder, mayWrite: false });
    expect(await reader.count()).toEqual({ documents: 0, passages: 0 });
    await using writer = await openLanceIndex({ folder, mayWrite: true });
    await writer.replace({ documents: [indexed("a.md", ["Apples."])], removed: [] });
    expect(await reader.search("apples", { clearance: ["team"], limit: 1 })).toHaveLength(1);
  });
});

/** An index of one document, with the files that match overwritten. */
async function brokenIndex(files: RegExp): Promise<string> {
  const folder = freshFolder();
  {
    await using index = await openLanceIndex({ folder, mayWrite: true });
    await index.replace({ documents: [indexed("a.md", ["Apples."])], removed: [] });
  }
  const broken = filesBelow(folder).filter((file) => files.test(file));
  expect(broken.length).toBeGreaterThan(0);
  for (const file of broken) writeFileSync(join(folder, file), "broken");
  return folder;
}

/** Does the work again and again until it is done. */
async function untilDone(isDone: () => boolean, work: () => Promise<void>): Promise<void> {
  while (!isDone()) {
    await work();
    // Work that has nothing to do yet would let nothing else run.
    await setImmediate();
  }
}
