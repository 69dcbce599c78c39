import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  open: () => openLanceIndex({ folder: (last = freshFolder()) }),
  reopen: () => openLanceIndex({ folder: last }),
});

describe("openLanceIndex", () => {
  it("refuses an address", async () => {
    await expect(openLanceIndex({ folder: "s3://bucket/index" })).rejects.toThrow("folder on this machine");
  });

  it("starts anew, and says so, when the stored index is broken", async () => {
    const folder = freshFolder();
    {
      await using index = await openLanceIndex({ folder });
      await index.replace({ documents: [indexed("a.md", ["Apples."])], removed: [] });
    }
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (/\.(manifest|lance)$/.test(file) && file.includes(".lance/")) writeFileSync(join(folder, file), "broken");
    }
    const warnings: string[] = [];
    await using index = await openLanceIndex({ folder, onWarning: (sentence) => warnings.push(sentence) });
    expect(warnings).toHaveLength(1);
    expect(await index.count()).toEqual({ documents: 0, passages: 0 });
    await index.replace({ documents: [indexed("a.md", ["Apples."])], removed: [] });
    expect(await index.search("apples", { clearance: ["team"], limit: 1 })).toHaveLength(1);
  });
});
