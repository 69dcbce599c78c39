import { describe, expect, it } from "vitest";
import { readDocx } from "../../../src/knowledge/read/docx.ts";
import { docxOf, officeOf, wordParagraph, wordTable } from "../../helpers/office.ts";
import { zipOf } from "../../helpers/zip.ts";

const read = (body: readonly string[], options: Parameters<typeof docxOf>[1] = {}) =>
  readDocx(docxOf(body, options), { fileName: "policies/travel_policy.docx" });
const shown = async (...body: readonly string[]) =>
  (await read(body)).blocks.map(({ kind, level, text }) => [level === undefined ? kind : `${kind} ${level}`, text]);

describe("readDocx", () => {
  it("reads headings, also of the company's own styles and in other languages, lists and tables", async () => {
    expect(
      await shown(
        wordParagraph("Trains", { style: "berschrift1" }),
        wordParagraph("Book second class."),
        wordParagraph("A valid ticket", { list: [1, 0] }),
        wordParagraph("or a copy", { list: [1, 1] }),
        wordParagraph("An invoice", { list: [1, 0] }),
        wordParagraph("Ask", { list: [2, 0] }),
        wordParagraph("Book", { list: [2, 0] }),
        wordParagraph("Hotels", { style: "Heading2" }),
        wordTable([
          ["City", "Limit"],
          ["Berlin", "a|b"],
        ]),
        wordParagraph("As Acme has it", { style: "Acme" }),
      ),
    ).toEqual([
      ["heading 1", "Trains"],
      ["paragraph", "Book second class."],
      ["list", "- A valid ticket\n  - or a copy\n- An invoice"],
      ["list", "1. Ask\n2. Book"],
      ["heading 2", "Hotels"],
      ["table", "| City | Limit |\n| --- | --- |\n| Berlin | a\\|b |"],
      ["heading 1", "As Acme has it"],
    ]);
  });

  it("takes bold lines for headings below the others, but not bold sentences or a text that is bold throughout", async () => {
    const blocks = await shown(
      wordParagraph("Trains", { style: "berschrift1" }),
      wordParagraph("Exceptions", { isBold: true }),
      wordParagraph("Ask your lead."),
      wordParagraph("Never travel alone.", { isBold: true }),
      wordParagraph("Nor at night."),
    );
    expect(blocks.map(([kind]) => kind)).toEqual(["heading 1", "heading 2", "paragraph", "paragraph", "paragraph"]);
    const bold = ["One line", "Another line", "A third"].map((text) => wordParagraph(text, { isBold: true }));
    expect((await shown(...bold)).map(([kind]) => kind)).toEqual(["paragraph", "paragraph", "paragraph"]);
  });

  it("keeps footnotes where they are referred to, and opens frames of one cell", async () => {
    const { blocks } = await read(
      [wordParagraph("First class needs approval", { note: 1 }), wordTable([["Never travel alone."]])],
      {
        notes: ["By the head of the department."],
      },
    );
    expect(blocks.map(({ kind, text }) => [kind, text])).toEqual([
      ["paragraph", "First class needs approval (By the head of the department.)"],
      ["paragraph", "Never travel alone."],
    ]);
  });

  it("leaves out its table of contents, and has no lines of a file", async () => {
    const { blocks } = await read([wordParagraph("Trains 3", { style: "TOC1" }), wordParagraph("Text.")]);
    expect(blocks).toEqual([{ kind: "paragraph", text: "Text.", lines: [0, 0] }]);
  });

  it("takes title and date from its properties where they are its own", async () => {
    const body = [wordParagraph("Travel policy of Acme", { style: "Title" }), wordParagraph("Text.")];
    expect(await read(body, { title: "Travel policy", modified: "2026-03-04T05:06:07Z" })).toMatchObject({
      title: "Travel policy",
      date: "2026-03-04T05:06:07.000Z",
    });
    expect((await read(body, { title: "Letter of the marketing department" })).title).toBe("Travel policy of Acme");
    expect((await read([wordParagraph("Text.")], { title: "Document1" })).title).toBe("Travel policy");
    expect(await read(body, { modified: "2013-12-23T23:15:00Z" })).not.toHaveProperty("date");
  });

  it("says what is wrong with what is no Word document, without its words", async () => {
    const bytes = (given: Uint8Array) => readDocx(given, { fileName: "a.docx" });
    await expect(bytes(Buffer.from("<html>"))).rejects.toThrow("it is no Word document, or only a part of one");
    await expect(bytes(zipOf({ "a.txt": "x" }))).rejects.toThrow("it is no Word document, or only a part of one");
    await expect(bytes(docxOf([]).subarray(0, 900))).rejects.toThrow("it is no Word document, or only a part of one");
    const locked = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    await expect(bytes(locked)).rejects.toThrow("it is locked with a password, or of before 2007; save a copy");
    const damaged = officeOf("word/document.xml", { "word/document.xml": "<w:document secret><w:body" });
    await expect(bytes(damaged)).rejects.toThrow(/^it is damaged$/);
  });

  it("never unpacks more than it says", async () => {
    const document = { bytes: new Uint8Array(2_000_000), size: 100 };
    const bomb = zipOf({ "[Content_Types].xml": "<Types/>", "word/document.xml": document });
    await expect(readDocx(bomb, { fileName: "a.docx" })).rejects.toThrow("it is damaged");
    const large = zipOf({
      "[Content_Types].xml": "<Types/>",
      "word/document.xml": { bytes: "<w/>", size: 150_000_001 },
    });
    await expect(readDocx(large, { fileName: "a.docx" })).rejects.toThrow("it has more than 150 MB");
  });
});
