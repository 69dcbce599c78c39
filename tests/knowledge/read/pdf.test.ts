import { describe, expect, it } from "vitest";
import { cutPassages } from "../../../src/knowledge/passages.ts";
import { readPdf } from "../../../src/knowledge/read/pdf.ts";
import { linesAt, pdfOf, type PdfPage } from "../../helpers/pdf.ts";

const read = (pages: readonly PdfPage[], options: Parameters<typeof pdfOf>[1] = {}) =>
  readPdf(pdfOf(pages, options), { fileName: "guides/leave-policy.pdf" });
const blocksOf = async (...pages: readonly PdfPage[]) => (await read(pages)).blocks;

const SENTENCES = [
  "Everybody gets twenty-eight days of annual leave a year, which",
  "are taken in the year itself. Ask your lead two weeks before, and",
  "put the days into the calendar of the team as soon as they are",
  "approved, so that nobody plans a meeting on them.",
];

describe("readPdf", () => {
  it("puts paragraphs together from lines, with their pages and without lines of a file", async () => {
    const [first, second] = await blocksOf(
      { texts: linesAt(SENTENCES) },
      { texts: linesAt(["A second page begins here.", "It has two sentences."]) },
    );
    expect(first).toEqual({ kind: "paragraph", text: SENTENCES.join(" "), lines: [0, 0], page: 1 });
    expect(second).toMatchObject({ text: "A second page begins here. It has two sentences.", page: 2 });
  });

  it("joins words parted at the end of a line, and keeps hyphens that belong to them", async () => {
    const [block] = await blocksOf({
      texts: linesAt([
        "The well-known rule holds for every-",
        "body who is in charge of a well-",
        "known matter or of and/",
        "or clauses.",
      ]),
    });
    expect(block?.text).toBe(
      "The well-known rule holds for everybody who is in charge of a well-known matter or of and/or clauses.",
    );
  });

  it("goes on with a paragraph on the next page", async () => {
    const blocks = await blocksOf(
      { texts: linesAt(["The first half of a long sentence ends where", "the page ends, and the second half"]) },
      { texts: linesAt(["stands on the next one.", "Another sentence."]) },
    );
    expect(blocks).toHaveLength(1);
    expect(blocks[0]).toMatchObject({ page: 1 });
    expect(blocks[0]?.text).toContain("the second half stands on the next one.");
  });

  it("knows headings by size, weight, capitals and number, and gives them levels", async () => {
    const blocks = await blocksOf({
      texts: [
        ...linesAt(["Leave"], { y: 60, size: 24 }),
        ...linesAt(["1 Days"], { y: 100, size: 16, font: "bold" }),
        ...linesAt(SENTENCES, { y: 130 }),
        ...linesAt(["1.1 Carried over"], { y: 210, size: 16, font: "bold" }),
        ...linesAt(SENTENCES, { y: 240 }),
        ...linesAt(["Exceptions"], { y: 310, font: "bold" }),
        ...linesAt(SENTENCES, { y: 330 }),
        ...linesAt(["SICK LEAVE"], { y: 400 }),
        ...linesAt(SENTENCES, { y: 420 }),
      ],
    });
    const headings = blocks.filter(({ kind }) => kind === "heading").map(({ text, level }) => [text, level]);
    expect(headings).toEqual([
      ["Leave", 1],
      ["1 Days", 2],
      ["1.1 Carried over", 3],
      ["Exceptions", 4],
      ["SICK LEAVE", 4],
    ]);
  });

  it("takes the levels of its own table of contents", async () => {
    const { blocks } = await read(
      [{ texts: [...linesAt(["2. Sick leave"], { y: 80 }), ...linesAt(SENTENCES, { y: 120 })] }],
      { outline: ["Sick leave"] },
    );
    expect(blocks[0]).toMatchObject({ kind: "heading", text: "2. Sick leave", level: 1 });
  });

  it("leaves out what pages repeat at their head and foot, and their numbers", async () => {
    const pages = ["Trains", "Hotels", "Flights", "Meals"].map((topic, at) => ({
      texts: [
        ...linesAt(["Acme - Travel 2026"], { y: 30, size: 8 }),
        ...linesAt([`${topic} need the approval of your lead.`, `Book ${topic.toLowerCase()} by the portal.`], {
          y: 80,
        }),
        ...linesAt([`Page ${at + 1} of 4`], { x: 280, y: 780, size: 8 }),
      ],
    }));
    const texts = (await blocksOf(...pages)).map(({ text }) => text);
    expect(texts).toHaveLength(4);
    expect(texts.join(" ")).not.toMatch(/Acme|Page/);
  });

  it("reads two columns one after the other, below what spans both", async () => {
    const column = (name: string) =>
      Array.from({ length: 12 }, (_, at) => `${name} line ${at} of a column that is long enough`);
    const blocks = await blocksOf({
      texts: [
        ...linesAt(["A title over both of the columns of this page"], { y: 60, size: 18 }),
        ...linesAt(column("left"), { x: 50, y: 120 }),
        ...linesAt(column("right"), { x: 320, y: 120 }),
      ],
    });
    const text = blocks.map((block) => block.text).join(" ");
    expect(text.indexOf("left line 11")).toBeLessThan(text.indexOf("right line 0"));
    expect(text.indexOf("A title")).toBe(0);
  });

  it("keeps tables by rows, with cells of several lines", async () => {
    const rows = [
      ["City", "Limit", "Note"],
      ["Berlin", "120", "with breakfast"],
      ["Paris", "160", "only on"],
      ["", "", "weekdays"],
      ["Rome", "140", ""],
    ];
    const texts = rows.flatMap((cells, row) =>
      cells.flatMap((text, at) =>
        text === "" ? [] : [{ text, x: 60 + at * 150, y: 200 + ([0, 20, 40, 52, 72][row] ?? 0) }],
      ),
    );
    const [, table] = await blocksOf({ texts: [...linesAt(SENTENCES, { y: 100 }), ...texts] });
    expect(table).toMatchObject({ kind: "table", page: 1 });
    expect(table?.text).toBe(
      "| City | Limit | Note |\n| --- | --- | --- |\n| Berlin | 120 | with breakfast |\n| Paris | 160 | only on weekdays |\n| Rome | 140 |  |",
    );
  });

  it("keeps lists with what stands within them, and code line by line", async () => {
    const blocks = await blocksOf({
      texts: [
        ...linesAt(["You need:"], { y: 100 }),
        ...linesAt(["- a form that your lead has", "- the receipt"], { x: 70, y: 118, step: 28 }),
        { text: "signed", x: 78, y: 130 },
        { text: "* in two copies", x: 90, y: 160 },
        ...linesAt(
          ["if (late) {", "    pay();", "}"].map((line) => line.trim()),
          { y: 200, font: "mono" },
        ),
      ].map((text) => (text.text === "pay();" ? { ...text, x: 84 } : text)),
    });
    expect(blocks.map(({ kind }) => kind)).toEqual(["paragraph", "list", "code"]);
    expect(blocks[1]?.text).toBe("- a form that your lead has signed\n- the receipt\n  - in two copies");
    expect(blocks[2]?.text).toBe("```\nif (late) {\n    pay();\n}\n```");
  });

  it("reads pages that lie on their side", async () => {
    const [block] = await blocksOf({ texts: linesAt(SENTENCES), rotate: 90 });
    expect(block?.text).toBe(SENTENCES.join(" "));
  });

  it("takes its title from its properties where a person wrote it, else from its one largest heading, else from the file", async () => {
    const page = { texts: [...linesAt(["Leave and holidays"], { y: 60, size: 24 }), ...linesAt(SENTENCES)] };
    expect((await read([page], { title: "Leave and holidays 2026" })).title).toBe("Leave and holidays 2026");
    expect((await read([page], { title: "Microsoft Word - leave_v3.doc" })).title).toBe("Leave and holidays");
    expect((await read([page], { title: "Template of the marketing team" })).title).toBe("Leave and holidays");
    expect((await read([{ texts: linesAt(SENTENCES) }], { title: "untitled" })).title).toBe("Leave policy");
  });

  it("links to the page", async () => {
    const document = await read([{ texts: linesAt(SENTENCES) }, { texts: linesAt(["Second.", "Page."]) }]);
    const passages = cutPassages(document, {
      documentId: "d",
      path: "guides/leave.pdf",
      urlTemplate: "https://acme.example/{path}#{anchor}",
    });
    expect(passages.at(-1)?.url).toMatch(/^https:\/\/acme\.example\/guides\/leave\.pdf#page=\d$/);
    expect(passages[0]).toMatchObject({ page: 1, anchor: "page=1", lines: [0, 0] });
  });

  it("names the pages that are pictures, and fails where all are", async () => {
    const text = { texts: linesAt(SENTENCES) };
    const scan = { hasPicture: true };
    expect((await read([text, {}])).unread).toBeUndefined();
    expect((await read([text, scan, scan, text, scan])).unread).toBe(
      "not read of it: pages 2, 3 and 5 are pictures without text; run text recognition (OCR) over it, and it can be read",
    );
    await expect(read([scan, scan])).rejects.toThrow(/^its pages are pictures without text; run text recognition/);
  });

  it("says what is wrong with what cannot be opened, and how it is mended", async () => {
    const bytes = (text: string) => readPdf(Buffer.from(text), { fileName: "a.pdf" });
    await expect(bytes("<html>Please log in</html>")).rejects.toThrow("it is no PDF, or only a part of one");
    await expect(bytes("")).rejects.toThrow("it is no PDF, or only a part of one");
    const key = `/Filter /Standard /V 1 /R 2 /P -4 /O <${"28".repeat(32)}> /U <${"31".repeat(32)}>`;
    await expect(read([{ texts: linesAt(SENTENCES) }], { encrypt: key })).rejects.toThrow(
      "it is locked with a password; save a copy of it without one",
    );
  });

  it("leaves the bytes to whoever gave them", async () => {
    const bytes = pdfOf([{ texts: linesAt(SENTENCES) }]);
    await readPdf(bytes, { fileName: "a.pdf" });
    expect(bytes.length).toBeGreaterThan(500);
  });
});
