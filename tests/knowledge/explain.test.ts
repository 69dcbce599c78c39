import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { silentLog } from "../../src/log.ts";
import { scratch } from "../helpers/hearth.ts";
import { folderOf } from "../helpers/read-brain.ts";

const signal = AbortSignal.timeout(120_000);

const FILES = {
  "docs/leave.md": "# Leave\n\n## Annual leave\n\nEverybody gets 28 days of annual leave a year.\n",
  "docs/cats.md": "# Cats\n\nThe office has two cats.\n",
  "docs/drafts/plan.md": "# Plan\n",
  "docs/.hidden/notes.md": "# Notes\n",
  "docs/deep.html": "<div>".repeat(3_000),
  "docs/picture.png": "no picture",
  "elsewhere/page.md": "# Page\n",
};

async function reading() {
  const files = scratch(FILES);
  symlinkSync(join(files.folder, "docs/leave.md"), join(files.folder, "docs/alias.md"));
  symlinkSync(join(files.folder, "elsewhere/page.md"), join(files.folder, "docs/outside.md"));
  mkdirSync(join(files.folder, "data"));
  const knowledge = await openKnowledge({
    dataFolder: join(files.folder, "data"),
    folders: [folderOf(join(files.folder, "docs"), { exclude: ["drafts"] })],
    watch: false,
    log: silentLog(),
  });
  await knowledge.sync({ signal });
  return {
    explain: (path: string, question?: string) =>
      knowledge.explain(join(files.folder, path), { signal, ...(question !== undefined && { question }) }),
    write: (path: string, text: string) => files.write(path, text),
    async [Symbol.asyncDispose]() {
      await knowledge[Symbol.asyncDispose]();
      files[Symbol.dispose]();
    },
  };
}

describe("explaining a file", () => {
  it("says what is stored of one that was read", async () => {
    await using documents = await reading();
    const explained = await documents.explain("docs/leave.md");
    expect(explained).toMatchObject({
      kind: "read",
      path: "leave.md",
      documents: [{ path: "leave.md", audience: "team", passages: 1 }],
    });
    expect(explained).not.toHaveProperty("question");
  });

  it("says why one is not read, and the cure", async () => {
    await using documents = await reading();
    const why = async (path: string) => {
      const explained = await documents.explain(path);
      return explained.kind === "not read" ? explained.why : "it was read";
    };
    expect(await why("elsewhere/page.md")).toContain("it lies in none of the folders of documents");
    expect(await why("docs/missing.md")).toBe("there is no such file");
    expect(await why("docs/drafts/plan.md")).toBe('exclude names it ("drafts")');
    expect(await why("docs/.hidden/notes.md")).toContain("begins with a dot");
    expect(await why("docs/deep.html")).toContain("nested more than 2000 deep");
    expect(await why("docs/picture.png")).toBe('there is no reader for "picture.png"');
    expect(await why("docs/outside.md")).toBe("it is a link that leads out of the folder");
    expect(await why("docs/alias.md")).toBe("it is a link to a file that is read under its own path");
    documents.write("docs/new.md", "# New\n");
    expect(await documents.explain("docs/new.md")).toMatchObject({
      why: "it was not read yet",
      cure: "hearth docs sync reads it",
    });
  });

  it("tells nothing of a file of the same path in another folder", async () => {
    using files = scratch({ "one/deep.html": "<div>".repeat(3_000), "two/deep.html": "<p>Words.</p>" });
    await using knowledge = await openKnowledge({
      dataFolder: join(files.folder, "data"),
      folders: ["one", "two"].map((name) => folderOf(join(files.folder, name))),
      watch: false,
      log: silentLog(),
    });
    await knowledge.sync({ signal });
    const explain = (path: string) => knowledge.explain(join(files.folder, path), { signal });
    expect(await explain("one/deep.html")).toMatchObject({
      why: expect.stringContaining("nested more than 2000 deep"),
    });
    expect(await explain("two/deep.html")).toMatchObject({ kind: "read" });
    files.write("one/late/deep.html", "<div>".repeat(3_000));
    await knowledge.sync({ signal });
    files.write("two/late/deep.html", "<p>Words.</p>");
    expect(await explain("two/late/deep.html")).toMatchObject({ why: "it was not read yet" });
  });

  it("says where a document stands for a question, and which words it has and lacks", async () => {
    await using documents = await reading();
    expect(await documents.explain("docs/leave.md", "How many days of annual leave?")).toMatchObject({
      question: { place: 1, headings: ["Leave", "Annual leave"], words: expect.arrayContaining([]) },
    });
    const cats = await documents.explain("docs/cats.md", "annual cats");
    if (cats.kind !== "read") throw new Error("it was read");
    expect(cats.question?.words.map(({ word, has }) => [word, has])).toEqual([
      ["annual", false],
      ["cats", true],
    ]);
    expect((await documents.explain("docs/cats.md", "zebra")).kind).toBe("read");
  });
});
