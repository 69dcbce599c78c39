import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openLanceIndex } from "../../src/knowledge/lance.ts";
import { describePassageIndex, indexed } from "../contracts/passage-index.ts";

const folders: string[] = [];
const freshFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

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

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
