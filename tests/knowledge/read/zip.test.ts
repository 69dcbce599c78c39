import { describe, expect, it } from "vitest";
import { cutPassages } from "../../../src/knowledge/passages.ts";
import { readDocuments } from "../../../src/knowledge/read/read.ts";
import { zipOf, type ZipFile } from "../../helpers/zip.ts";

type Files = Readonly<Record<string, string | Uint8Array | ZipFile>>;

const read = (bytes: Uint8Array, path = "archive.zip") => readDocuments(bytes, { path });
const readFiles = (files: Files) => read(zipOf(files));
const parts = async (files: Files) => (await readFiles(files)).map(({ part }) => part);

describe("a zip archive", () => {
  it("is read like a folder: every document by its own reader, with its path and its date", async () => {
    const documents = await readFiles({
      "handbook/leave.md": { bytes: "# Leave\n\n28 days.", modified: new Date(Date.UTC(2026, 10, 3, 10, 12)) },
      "handbook/office.txt": "Second floor.",
      "logo.png": "PNG",
      ".hidden/a.md": "# A",
      "__MACOSX/._leave.md": "x",
      "node_modules/x/readme.md": "# X",
    });
    expect(documents).toMatchObject([
      { title: "Leave", part: "handbook/leave.md", date: "2026-11-03T10:12:00.000Z" },
      { title: "Office", part: "handbook/office.txt", blocks: [{ text: "Second floor." }] },
    ]);
    expect(documents[1]).not.toHaveProperty("date");
    expect(documents[0]).not.toHaveProperty("unread");
  });

  it("names what it holds that cannot be read, and reads the rest", async () => {
    const [document, ...others] = await readFiles({
      "good.md": "# Good",
      "binary.txt": "\0\0",
      "locked.md": { bytes: "secret", flags: 0x801 },
      "link.md": { bytes: "/etc/passwd", mode: 0o120777 },
      "../outside.md": "x",
    });
    expect(others).toEqual([]);
    expect(document.unread).toBe(
      "not read of it: link.md (it is a link), ../outside.md (its path leads out of the archive), " +
        "binary.txt (it looks like a binary file, not text), locked.md (it is encrypted)",
    );
  });

  it("refuses paths that lead out of it, however they are written", async () => {
    for (const path of ["/etc/a.md", "a/../../b.md", "..\\b.md", "C:/b.md"]) {
      await expect(readFiles({ [path]: "x" })).rejects.toThrow("its path leads out of the archive");
    }
  });

  it("never unpacks more than it says, nor more than a file may have", async () => {
    const zeros = new Uint8Array(30_000_000);
    await expect(readFiles({ "bomb.txt": zeros })).rejects.toThrow("bomb.txt (it has more than 20 MB)");
    await expect(readFiles({ "bomb.txt": { bytes: zeros, size: 100 } })).rejects.toThrow("bomb.txt (it is damaged)");
  });

  it("counts what is unpacked over all archives in it", async () => {
    const data = "1".repeat(12_000_000);
    const inner = zipOf({ "a.json": data, "b.json": data, "c.json": data });
    const documents = await readFiles({ "one.zip": inner, "two.zip": inner });
    expect(documents.map(({ part }) => part)).toEqual([
      "one.zip/a.json",
      "one.zip/b.json",
      "one.zip/c.json",
      "two.zip/a.json",
    ]);
    expect(documents.at(-1)?.unread).toBe(
      "not read of it: b.json (what is packed with it has more than 50 MB), c.json (what is packed with it has more than 50 MB)",
    );
  });

  it("stops at archives in archives in archives", async () => {
    const inner = zipOf({ "inner.zip": zipOf({ "deep.md": "# Deep" }) });
    const [document] = await readFiles({ "a.md": "# A", "b.zip": zipOf({ "c.md": "# C" }), "d.zip": inner });
    expect(document.unread).toContain("d.zip (none of what is in it can be read: inner.zip (none of what is in it");
    expect(await parts({ "a.md": "# A", "b.zip": zipOf({ "c.md": "# C" }) })).toEqual(["a.md", "b.zip/c.md"]);
  });

  it("says so when it is none, is cut off, or holds no documents", async () => {
    const whole = zipOf({ "a.md": "# A" });
    await expect(read(new TextEncoder().encode("no archive"))).rejects.toThrow("it is no zip archive");
    await expect(read(whole.subarray(0, whole.length - 10))).rejects.toThrow("or only a part of one");
    await expect(readFiles({ "logo.png": "PNG" })).rejects.toThrow("there are no documents in it");
    await expect(readFiles({})).rejects.toThrow("there are no documents in it");
  });

  it("is what the links of its documents lead to", async () => {
    const [document] = await readFiles({ "a.md": "# A\n\n## B\n\nText." });
    const urlTemplate = "https://files.example/{path}#{anchor}";
    const [passage] = cutPassages(document, { documentId: "d", path: "old/archive.zip/a.md", urlTemplate });
    expect(passage).toMatchObject({ anchor: "b", url: "https://files.example/old/archive.zip" });
  });

  it("gives two files of one name two parts", async () => {
    const one = zipOf({ "a.md": "# A", "b.md": "# B" });
    // The same name twice, which no writer does by accident.
    const twice = Buffer.from(one.toString("latin1").replaceAll("b.md", "a.md"), "latin1");
    expect((await read(twice)).map(({ part }) => part)).toEqual(["a.md", "a (2).md"]);
  });
});

describe("an export of Notion", () => {
  const id = "0123456789abcdef0123456789abcdef";
  const pages = {
    [`Private & Shared/Engineering ${id}.md`]: `# Engineering\n\n[Onboarding](Engineering%20${id}/Onboarding%20(new)%20${id}.md), [site](https://a.example/x_(y)).\n`,
    [`Private & Shared/Engineering ${id}/Onboarding (new) ${id}.md`]:
      "# Onboarding (new)\n\nOwner: Jane\nLast edited time: June 18, 2025 12:29 PM\nCreated by: Bob\n\n" +
      "<aside>\n💡 Ask Jane.\n\n</aside>\n\n![Untitled](Onboarding/Untitled.png)\n\n## First day\n\nNote: come at nine.\n",
  };
  const expected = [
    {
      title: "Engineering",
      part: "Private & Shared/Engineering.md",
      blocks: [{}, { text: "Onboarding, [site](https://a.example/x_(y))." }],
    },
    {
      title: "Onboarding (new)",
      part: "Private & Shared/Engineering/Onboarding (new).md",
      date: "2025-06-18T12:29:00.000Z",
      blocks: [
        { kind: "heading", level: 1, text: "Engineering" },
        { text: "Owner: Jane" },
        { text: "💡 Ask Jane." },
        { kind: "heading", level: 3, text: "First day" },
        { text: "Note: come at nine." },
      ],
    },
  ];

  it("is read as its pages, below their parents, without ids, pictures and history", async () => {
    expect(await readFiles(pages)).toMatchObject(expected);
  });

  it("is read within the archives that it is downloaded as", async () => {
    const block = "ExportBlock-dc7ab407-194d-4842-8973-39f47c353e1d-Part-1.zip";
    expect(await readFiles({ [block]: zipOf(pages) })).toMatchObject(expected);
  });

  it("is read from a folder that it was unpacked into, too", async () => {
    const [[path, text] = ["", ""]] = Object.entries(pages).slice(1);
    const [document] = await read(new TextEncoder().encode(text), path);
    expect(document).toMatchObject({ title: "Onboarding (new)", blocks: [{ text: "Engineering" }, {}, {}, {}, {}] });
    expect(document).not.toHaveProperty("part");
  });
});
