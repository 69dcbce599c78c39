import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openAttachedReader } from "../../src/knowledge/attached.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { askedOf } from "../../src/knowledge/search.ts";
import { silentLog } from "../../src/log.ts";
import { scratch } from "../helpers/hearth.ts";
import { docxOf, officeOf, wordParagraph } from "../helpers/office.ts";
import { linesAt, pdfOf } from "../helpers/pdf.ts";
import { folderOf } from "../helpers/read-brain.ts";
import { zipOf } from "../helpers/zip.ts";

const signal = AbortSignal.timeout(200_000);
const { terms } = askedOf({ text: "When does the coach leave?", earlier: [] });

function attached(name: string, bytes: string | Uint8Array) {
  return { name, base64: Buffer.from(bytes).toString("base64") };
}

const good = attached("good.md", "# Travel\n\nThe coach leaves at 7:40.\n");
const coach = { title: "good.md", path: "good.md", headings: ["Travel"], text: "The coach leaves at 7:40." };

describe("an attached file", () => {
  it("is read as a document of its name, which links nowhere", async () => {
    await using reader = openAttachedReader();
    const linked = attached(
      "a.md",
      "---\nurl: https://evil.example\ntitle: Other\n---\n\n# One\n\nText.\n\n## Two\n\nMore.\n",
    );
    const archive = attached("two.zip", zipOf({ "in/a.txt": "The coach leaves.", "b.txt": "Rooms." }));
    const word = attached("Plan.docx", docxOf([wordParagraph("The coach leaves at nine.")]));
    const { passages, unread, total } = await reader.read([good, linked, archive, word], { terms, signal });
    expect(unread).toEqual([]);
    expect(total).toBe(passages.length);
    expect(
      passages.map(({ documentId, title, path, headings, text }) => [documentId, title, path, ...headings, text]),
    ).toEqual([
      ["attached:1", "good.md", "good.md", "Travel", coach.text],
      ["attached:2", "a.md", "a.md", "Other", "One", "Text."],
      ["attached:2", "a.md", "a.md", "Other", "One", "Two", "More."],
      ["attached:3", "two.zip", "two.zip/in/a.txt", "The coach leaves."],
      ["attached:3", "two.zip", "two.zip/b.txt", "Rooms."],
      ["attached:4", "Plan.docx", "Plan.docx", "The coach leaves at nine."],
    ]);
    expect(passages.filter((passage) => "url" in passage)).toEqual([]);
    expect(new Set(passages.map(({ id }) => id)).size).toBe(passages.length);
  });

  it("that is long gives its passages that have most of the question, and its first", async () => {
    await using reader = openAttachedReader();
    const sections = Array.from(
      { length: 3_000 },
      (_, number) => `## Part ${number}\n\nNothing to see in part ${number}.\n`,
    );
    const text = sections.toSpliced(2_500, 0, "## Travel\n\nThe coach leaves at 7:40.\n").join("\n");
    const { passages, beginnings, total, frequencies } = await reader.read([attached("long.md", text)], {
      terms,
      signal,
    });
    expect(total).toBe(3_001);
    expect(passages.length).toBeLessThanOrEqual(40);
    expect(passages[0]?.text).toBe(coach.text);
    expect(frequencies.get("coach")).toBe(1);
    expect(beginnings.map((file) => file.map(({ text: words }) => words))).toEqual([
      ["Nothing to see in part 0.", "Nothing to see in part 1.", "Nothing to see in part 2."],
    ]);
  });

  it("that was made to break its reader is given up, and the others are read", { timeout: 200_000 }, async () => {
    await using reader = openAttachedReader();
    const block = deflateRawSync(Buffer.alloc(4_000_000, " "), { finishFlush: constants.Z_FULL_FLUSH });
    const packed = `\x78\x9c${block.toString("latin1").repeat(500)}\x03\x00`;
    const tooMuch = /^reading it (?:needs more than (?:128|256) MB of memory|took longer than 15 s)$/;
    const spaces = Buffer.alloc(400_000_000, " ");
    const bombs = [
      [attached("bomb.docx", officeOf("word/document.xml", { "word/document.xml": spaces })), /^it has more than/],
      [attached("bomb.pdf", Buffer.from(pdfOf([{ packed }]))), tooMuch],
      [attached("many.md", "- a\n".repeat(1_400_000)), tooMuch],
      [attached("deep.md", "> ".repeat(1_000_000) + "deep"), undefined],
    ] as const;
    for (const [bomb, reason] of bombs) {
      const { passages, unread } = await reader.read([bomb, good], { terms, signal });
      expect([bomb.name, passages.filter(({ title }) => title === "good.md")]).toMatchObject([bomb.name, [coach]]);
      if (reason) expect(unread).toEqual([{ path: bomb.name, reason: expect.stringMatching(reason) }]);
      else expect(passages.some(({ title }) => title === bomb.name)).toBe(true);
    }
    const { passages } = await reader.read([good], { terms, signal });
    expect(passages).toMatchObject([coach]);
  });

  it("that has hundreds of pages is read, or given up in time", { timeout: 100_000 }, async () => {
    await using reader = openAttachedReader();
    const text = (page: number) => Array.from({ length: 40 }, (_, line) => `Line ${line} of page ${page} is here.`);
    const pages = Array.from({ length: 1_000 }, (_, page) => ({ texts: linesAt(text(page)) }));
    const { passages, unread } = await reader.read([attached("huge.pdf", Buffer.from(pdfOf(pages)))], {
      terms,
      signal,
    });
    if (unread.length === 0) expect(passages.length).toBeGreaterThan(0);
    else expect(unread[0]?.reason).toMatch(/longer than|memory/);
  });

  it("stops being read when the asker gives up", async () => {
    await using reader = openAttachedReader();
    const asking = new AbortController();
    const reading = reader.read([attached("a.md", "One sentence. ".repeat(400_000))], { terms, signal: asking.signal });
    asking.abort(new Error("no longer wanted"));
    await expect(reading).rejects.toThrow("no longer wanted");
  });

  it("leaves nothing on the disk", async () => {
    using place = scratch({ "docs/a.md": "# A\n\nWords.\n" });
    const data = join(place.folder, "data");
    await using knowledge = await openKnowledge({
      dataFolder: data,
      folders: [folderOf(join(place.folder, "docs"))],
      watch: false,
      log: silentLog(),
    });
    await knowledge.sync({ signal });
    const asking = { text: "What is the canary?", earlier: [], isAlone: false, signal };
    const known = await knowledge.attach([attached("c.md", "The canary is CANARYWORD.")], asking);
    const { hits } = await known.search(asking, { clearance: ["team"], limit: 5, signal });
    expect(hits[0]?.passage.text).toContain("CANARYWORD");
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const { parentPath, name } of files) {
      expect(readFileSync(join(parentPath, name), "latin1")).not.toMatch(/canaryword/i);
    }
    const later = await knowledge.search(asking, { clearance: ["team"], limit: 5, signal });
    expect(JSON.stringify(later)).not.toContain("CANARYWORD");
  });
});
