import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { createFolderSource } from "../../src/knowledge/folder.ts";
import { readFileSafely } from "../../src/knowledge/folder-file.ts";
import type { FolderOptions } from "../../src/knowledge/source.ts";
import { scratch } from "../helpers/hearth.ts";
import { folderOf } from "../helpers/read-brain.ts";

const signal = AbortSignal.timeout(30_000);

async function list(folder: string, given: Partial<FolderOptions> = {}) {
  const { files, refused } = await createFolderSource(folderOf(folder, given)).list({ signal });
  return {
    paths: files.map(({ path }) => path),
    refused: Object.fromEntries(refused.map(({ path, reason }) => [path, reason])),
    files,
  };
}

describe("list", () => {
  it("finds documents at any depth in order of path, each with an id of its own that stays", async () => {
    using one = scratch({ "b.md": "", "a/deep/er.txt": "", "a/x.HTML": "", "picture.png": "" });
    using other = scratch({ "b.md": "" });
    const { paths, files } = await list(one.folder);
    expect(paths).toEqual(["a/deep/er.txt", "a/x.HTML", "b.md"]);
    const ids = [...files, ...(await list(other.folder)).files].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect((await list(one.folder)).files).toEqual(files);
  });

  it("takes names with spaces, quotes, line ends and letters of any script", async () => {
    const names = ['it\'s "quoted".md', "line\nend.md", "two  spaces.md", "年假 ü.md", "{a}*[b].md"];
    using files = scratch(Object.fromEntries(names.map((name) => [name, "Text."])));
    expect((await list(files.folder)).paths.toSorted()).toEqual(names.toSorted());
  });

  it("leaves out hidden files, node_modules and what is excluded", async () => {
    using files = scratch({
      ".git/a.md": "",
      ".hidden.md": "",
      "node_modules/pkg/README.md": "",
      "drafts/a.md": "",
      "old/deep/b.md": "",
      "notes.txt": "",
      "sub/notes.txt": "",
      "keep.md": "",
    });
    expect((await list(files.folder, { exclude: ["drafts", "old/", "**/*.txt"] })).paths).toEqual(["keep.md"]);
    expect((await list(files.folder, { exclude: ["drafts/**", "old/**"] })).paths).toEqual([
      "keep.md",
      "notes.txt",
      "sub/notes.txt",
    ]);
  });

  it("refuses links out of the folder and links that lead nowhere, by name", async () => {
    using outside = scratch({ "secret.md": "Secret." });
    using files = scratch({ "a.md": "" });
    symlinkSync(join(outside.folder, "secret.md"), join(files.folder, "out.md"));
    symlinkSync(outside.folder, join(files.folder, "folder"));
    symlinkSync("../../../../../etc/hostname", join(files.folder, "up.md"));
    symlinkSync("gone.md", join(files.folder, "dangling.md"));
    symlinkSync("self.md", join(files.folder, "self.md"));
    const { paths, refused } = await list(files.folder);
    expect(paths).toEqual(["a.md"]);
    expect(refused).toMatchObject({
      "out.md": "it is a link that leads out of the folder",
      folder: "it is a link that leads out of the folder",
      "up.md": expect.stringContaining("it is a link that leads"),
      "dangling.md": "it is a link that leads nowhere",
      "self.md": "it is a link that leads nowhere",
    });
  });

  it("does not take a neighbour folder with a longer name for its own", async () => {
    using files = scratch({ "docs/a.md": "", "docs-private/secret.md": "" });
    symlinkSync(join(files.folder, "docs-private/secret.md"), join(files.folder, "docs/out.md"));
    expect((await list(join(files.folder, "docs"))).paths).toEqual(["a.md"]);
  });

  it("follows links within the folder, and ends where they go in a circle", async () => {
    using files = scratch({ "a/one.md": "", "b.md": "" });
    symlinkSync("..", join(files.folder, "a/up"));
    symlinkSync("../b.md", join(files.folder, "a/link.md"));
    expect((await list(files.folder)).paths).toEqual(["a/one.md", "b.md"]);
  });

  it("reads what is reached by links too once, at its own path, and only where its own name is a document's", async () => {
    using files = scratch({ "z/doc.md": "", "a/x.md": "", "key.bin": "" });
    symlinkSync("../z", join(files.folder, "a/link"));
    symlinkSync("a/x.md", join(files.folder, "0.md"));
    symlinkSync("key.bin", join(files.folder, "key.md"));
    expect((await list(files.folder)).paths).toEqual(["a/x.md", "z/doc.md"]);
  });

  it("follows no link to what is left out, and gives what is reached twice its own path", async () => {
    using files = scratch({ "drafts/secret.md": "", ".hidden/secret.md": "", "z/own.md": "" });
    symlinkSync("drafts/secret.md", join(files.folder, "a.md"));
    symlinkSync(".hidden", join(files.folder, "b"));
    symlinkSync("z", join(files.folder, "c"));
    const { paths, refused } = await list(files.folder, { exclude: ["drafts"] });
    expect(paths).toEqual(["z/own.md"]);
    expect(refused).toEqual({ "a.md": "it is a link to what is left out", b: "it is a link to what is left out" });
  });

  it("refuses pipes, sockets and devices without opening them", async () => {
    using files = scratch({ "a.md": "" });
    execFileSync("sh", ["-c", 'mkfifo "$0"', join(files.folder, "pipe.md")]);
    const server = createServer().listen(join(files.folder, "socket.md"));
    await vi.waitFor(() => expect(server.listening).toBe(true));
    const { paths, refused } = await list(files.folder);
    server.close();
    expect(paths).toEqual(["a.md"]);
    const reason = "it is a device, a pipe or a socket, not a file";
    expect(refused).toEqual({ "pipe.md": reason, "socket.md": reason });
    await expect(readFileSafely("/dev/zero", { maxBytes: 10 })).rejects.toThrow(reason);
    await expect(readFileSafely(join(files.folder, "pipe.md"), { maxBytes: 10 })).rejects.toThrow(reason);
  });

  it("refuses files over the limit, and reads one that has just as much", async () => {
    using files = scratch({ "small.md": "", "large.md": "" });
    truncateSync(join(files.folder, "small.md"), 2_000_000);
    truncateSync(join(files.folder, "large.md"), 2_100_001);
    const { paths, refused } = await list(files.folder, { maxBytes: 2_000_000 });
    expect(paths).toEqual(["small.md"]);
    expect(refused["large.md"]).toContain("it has 2.1 MB, more than the 2 MB");
    await expect(readFileSafely(join(files.folder, "large.md"), { maxBytes: 2_000_000 })).rejects.toThrow("2.1 MB");
  });

  it("refuses a folder that may not be read, and reads the others", async ({ skip }) => {
    if (process.getuid?.() === 0) {
      console.warn("SKIPPED: root may read everything, so nothing was tried that may not be read");
      skip();
    }
    using files = scratch({ "a.md": "", "closed/b.md": "", "closed.md": "" });
    chmodSync(join(files.folder, "closed"), 0);
    chmodSync(join(files.folder, "closed.md"), 0);
    const { paths, refused } = await list(files.folder);
    chmodSync(join(files.folder, "closed"), 0o700);
    expect(paths).toEqual(["a.md", "closed.md"]);
    expect(refused["closed"]).toContain("no permission");
    await expect(readFileSafely(join(files.folder, "closed.md"), { maxBytes: 10 })).rejects.toThrow("no permission");
  });

  it("rejects when the folder itself is not there, or when it is told to stop", async () => {
    using files = scratch();
    await expect(list(join(files.folder, "gone"))).rejects.toThrow("create it or correct the path");
    const source = createFolderSource(folderOf(files.folder));
    const aborted = AbortSignal.abort(new Error("no longer wanted"));
    await expect(source.list({ signal: aborted })).rejects.toThrow("no longer wanted");
  });
});

describe("readFileSafely", () => {
  it("does not follow a link that was put in a file's place since the walk", async () => {
    using files = scratch({ "a.md": "Text.", "b.md": "Other." });
    rmSync(join(files.folder, "a.md"));
    symlinkSync("b.md", join(files.folder, "a.md"));
    await expect(readFileSafely(join(files.folder, "a.md"), { maxBytes: 100 })).rejects.toThrow("it became a link");
  });
});

describe("look", () => {
  it("gives the files at the paths alone, and the ids of those that are gone", async () => {
    using files = scratch({
      "a.md": "One.",
      "sub/b.md": "Two.",
      "c.md": "Three.",
      ".hidden/d.md": "Four.",
      "e.bin": "0",
    });
    symlinkSync("c.md", join(files.folder, "link.md"));
    const source = createFolderSource(folderOf(files.folder, { maxBytes: 4 }));
    const paths = ["a.md", "sub", "sub/b.md", "gone.md", "link.md", ".hidden/d.md", "e.bin", "../x.md"];
    const absolutePaths = paths.map((path) => join(files.folder, path));
    const { files: found, refused, ids } = await source.look([...absolutePaths, files.folder], { signal });
    expect(found.map(({ path }) => path)).toEqual(["a.md", "sub/b.md"]);
    const { files: listed } = await source.list({ signal });
    expect(found).toEqual(listed.filter(({ path }) => path !== "c.md"));
    expect(refused).toEqual([]);
    expect(ids).toEqual(new Set(["a.md", "e.bin", "gone.md", "sub/b.md"].map((path) => source.idOf(path))));
    files.write("a.md", "Too long.");
    const later = await source.look(absolutePaths, { signal });
    expect(later.refused.map(({ path }) => path)).toEqual(["a.md"]);
  });
});

describe("watch", () => {
  it("tells which files come, change and go, at any depth", async () => {
    using files = scratch({ "a.md": "One." });
    const told = new Set<string>();
    await using _watching = await createFolderSource(folderOf(files.folder)).watch((paths) => {
      for (const path of paths) told.add(path);
    });
    const isToldOf = async (path: string, change: () => void) => {
      told.clear();
      change();
      await expect.poll(() => [...told], { timeout: 5_000 }).toContain(join(files.folder, path));
    };
    // Of a new folder the folder alone may be told.
    await isToldOf("sub", () => files.write("sub/deep/b.md", "New."));
    // It is watched a moment after it is there.
    await vi.waitFor(
      async () => {
        files.write("sub/deep/b.md", String(Math.random()));
        await expect.poll(() => [...told], { timeout: 1_000 }).toContain(join(files.folder, "sub/deep/b.md"));
      },
      { timeout: 10_000 },
    );
    await isToldOf("a.md", () => writeFileSync(join(files.folder, "a.md"), "Two."));
    await isToldOf("sub", () => rmSync(join(files.folder, "sub"), { recursive: true }));
  });

  it("goes on watching when the folder is replaced by another of its name", async () => {
    using files = scratch({ "docs/a.md": "One." });
    const docs = join(files.folder, "docs");
    let told = 0;
    await using _watching = await createFolderSource(folderOf(docs)).watch(() => (told += 1));
    renameSync(docs, `${docs}.old`);
    mkdirSync(docs);
    // It is told once the new folder is watched.
    await expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThan(0);
    await vi.waitFor(
      async () => {
        told = 0;
        writeFileSync(join(docs, "new.md"), String(Math.random()));
        await expect.poll(() => told, { timeout: 1_000 }).toBeGreaterThan(0);
      },
      { timeout: 10_000 },
    );
  });

  it("says so when a folder cannot be watched", async () => {
    using files = scratch();
    const warnings: string[] = [];
    const source = createFolderSource(folderOf(join(files.folder, "gone")), {
      onWarning: (sentence) => warnings.push(sentence),
    });
    await using _watching = await source.watch(() => {});
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("cannot be watched");
  });
});
