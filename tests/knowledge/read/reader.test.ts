import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openReader } from "../../../src/knowledge/read/reader.ts";
import { scratch } from "../../helpers/hearth.ts";
import { linesAt, pdfOf } from "../../helpers/pdf.ts";
import { folderOf } from "../../helpers/read-brain.ts";

const signal = AbortSignal.timeout(60_000);

function jobs(folder: string, given: Parameters<typeof folderOf>[1] = {}) {
  return (path: string, knownHash?: string) => ({
    file: { id: "a".repeat(32), path, absolutePath: join(folder, path), modifiedAt: "2026-11-24T09:00:00.000Z" },
    folder: folderOf(folder, given),
    ...(knownHash !== undefined && { knownHash }),
  });
}

describe("openReader", () => {
  it("reads a file into passages, and skips it when it is as known", async () => {
    using files = scratch({ "a.md": "# Title\n\nText.\n" });
    await using reader = openReader();
    const outcome = await reader.read(jobs(files.folder)("a.md"), { signal });
    if (outcome.kind === "unchanged") throw new Error("nothing was known");
    expect(outcome.documents[0]).toMatchObject({ id: "a".repeat(32), audience: "team", passages: [{ text: "Text." }] });
    const { hash } = outcome.documents[0];
    expect(await reader.read(jobs(files.folder)("a.md", hash), { signal })).toEqual({ kind: "unchanged" });
  });

  it("reads a file again when its audience or its links change", async () => {
    using files = scratch({ "a.md": "Text." });
    await using reader = openReader();
    const first = await reader.read(jobs(files.folder)("a.md"), { signal });
    const hash = first.kind === "read" ? first.documents[0].hash : "";
    for (const changed of [{ audience: "public" }, { url: "https://acme.example/{path}" }] as const) {
      expect((await reader.read(jobs(files.folder, changed)("a.md", hash), { signal })).kind).toBe("read");
    }
  });

  it("says why a file cannot be read, and reads the next one", async () => {
    using files = scratch({ "binary.txt": "PK\0\0", "deep.html": "<div>".repeat(3_000), "good.md": "Good." });
    await using reader = openReader();
    const job = jobs(files.folder);
    await expect(reader.read(job("binary.txt"), { signal })).rejects.toThrow("it looks like a binary file");
    await expect(reader.read(job("deep.html"), { signal })).rejects.toThrow("nested more than 2000 deep");
    await expect(reader.read(job("gone.md"), { signal })).rejects.toThrow("it is not there");
    expect((await reader.read(job("good.md"), { signal })).kind).toBe("read");
  });

  it("gives up a file that takes too long, and only that one", async () => {
    using files = scratch({ "slow.md": "One sentence. ".repeat(700_000), "good.md": "Good." });
    {
      await using impatient = openReader({ longestReadMs: 1 });
      await expect(impatient.read(jobs(files.folder)("slow.md"), { signal })).rejects.toThrow(/longer than 0\.01\d? s/);
    }
    await using reader = openReader();
    expect((await reader.read(jobs(files.folder)("good.md"), { signal })).kind).toBe("read");
  });

  it("ends a file that needs too much memory, and only that one", { timeout: 60_000 }, async () => {
    using files = scratch({ "huge.md": "- a\n".repeat(5_000_000), "good.md": "Good." });
    await using reader = openReader({ longestReadMs: 60_000 });
    await expect(reader.read(jobs(files.folder)("huge.md"), { signal })).rejects.toThrow("more than 512 MB of memory");
    expect((await reader.read(jobs(files.folder)("good.md"), { signal })).kind).toBe("read");
  });

  it("ends a file that unpacks to more than there may be, and only that one", { timeout: 120_000 }, async () => {
    using files = scratch({ "good.md": "Good." });
    const block = deflateRawSync(Buffer.alloc(4_000_000, " "), { finishFlush: constants.Z_FULL_FLUSH });
    const packed = `\x78\x9c${block.toString("latin1").repeat(500)}\x03\x00`;
    writeFileSync(join(files.folder, "bomb.pdf"), pdfOf([{ packed }]));
    await using reader = openReader({ longestReadMs: 60_000 });
    await expect(reader.read(jobs(files.folder)("bomb.pdf"), { signal })).rejects.toThrow("more than 512 MB of memory");
    expect((await reader.read(jobs(files.folder)("good.md"), { signal })).kind).toBe("read");
  });

  it("says what of a document could not be read", async () => {
    using files = scratch();
    writeFileSync(join(files.folder, "a.pdf"), pdfOf([{ texts: linesAt(["Words."]) }, { hasPicture: true }]));
    await using reader = openReader();
    const outcome = await reader.read(jobs(files.folder)("a.pdf"), { signal });
    expect(outcome).toMatchObject({ documents: [{ unread: expect.stringContaining("page 2 is a picture") }] });
  });

  it("stops when it is told to", async () => {
    using files = scratch({ "a.md": "Text." });
    await using reader = openReader();
    const aborted = AbortSignal.abort(new Error("no longer wanted"));
    await expect(reader.read(jobs(files.folder)("a.md"), { signal: aborted })).rejects.toThrow("no longer wanted");
  });
});
