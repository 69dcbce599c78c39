import { describe, expect, it } from "vitest";
import { cutPassages } from "../../../src/knowledge/passages.ts";
import { readPptx } from "../../../src/knowledge/read/pptx.ts";
import { officeOf, pptxOf, relations, slideShape, type Slide } from "../../helpers/office.ts";

const read = (slides: readonly Slide[], properties: Parameters<typeof pptxOf>[1] = {}) =>
  readPptx(pptxOf(slides, properties), { fileName: "talks/first-week.pptx" });
const title = (text: string) => slideShape("title", [text]);

describe("readPptx", () => {
  it("makes a section of each slide: title, text, lists in lists, notes", async () => {
    const { blocks } = await read([
      { shapes: [slideShape("ctrTitle", ["Onboarding"]), slideShape("subTitle", ["People team"])] },
      {
        shapes: [
          slideShape("sldNum", ["2"]),
          slideShape("obj", [
            "Monday: laptop",
            ['<a:pPr lvl="1"/>', "Lunch is paid"],
            ["<a:pPr><a:buNone/></a:pPr>", "No bullet here"],
            ["<a:pPr><a:buAutoNum/></a:pPr>", "Ask"],
            ["<a:pPr><a:buAutoNum/></a:pPr>", "Book"],
          ]),
          title("First week"),
          slideShape("", ["A box of text"]),
        ],
        notes: "The badge costs 20 euros.",
      },
    ]);
    expect(blocks.map(({ kind, text, page }) => [page, kind, text])).toEqual([
      [1, "heading", "Onboarding"],
      [1, "paragraph", "People team"],
      [2, "heading", "First week"],
      [2, "list", "- Monday: laptop\n  - Lunch is paid"],
      [2, "paragraph", "No bullet here"],
      [2, "list", "1. Ask\n2. Book"],
      [2, "paragraph", "A box of text"],
      [2, "paragraph", "Speaker notes: The badge costs 20 euros."],
    ]);
  });

  it("reads tables, the figures of charts and the words of diagrams", async () => {
    const cell = (text: string) => `<a:tc><a:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></a:txBody></a:tc>`;
    const frame = (inside: string) =>
      `<p:graphicFrame><a:graphic><a:graphicData>${inside}</a:graphicData></a:graphic></p:graphicFrame>`;
    const points = (values: readonly string[]) =>
      values.map((value, at) => `<c:pt idx="${at}"><c:v>${value}</c:v></c:pt>`).join("");
    const chart = `<c:chartSpace xmlns:c="c"><c:chart><c:plotArea><c:barChart><c:ser><c:tx>${points(["2026"])}</c:tx><c:cat>${points(["Q1", "Q2"])}</c:cat><c:val>${points(["1.5", "2"])}</c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>`;
    const diagram = `<dgm:dataModel xmlns:dgm="d" xmlns:a="a"><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`;
    const { blocks } = await read([
      {
        shapes: [
          title("Figures"),
          frame(`<a:tbl><a:tr>${cell("Topic")}${cell("Who")}</a:tr><a:tr>${cell("Tax")}${cell("Ann")}</a:tr></a:tbl>`),
          `<p:grpSp>${frame('<c:chart r:id="rIdC"/>')}</p:grpSp>`,
          frame('<dgm:relIds r:dm="rIdD"/>'),
        ],
        parts: { rIdC: ["chart", "charts/chart1.xml", chart], rIdD: ["diagramData", "diagrams/data1.xml", diagram] },
      },
    ]);
    expect(blocks.slice(1).map(({ text }) => text)).toEqual([
      "| Topic | Who |\n| --- | --- |\n| Tax | Ann |",
      "|  | 2026 |\n| --- | --- |\n| Q1 | 1.5 |\n| Q2 | 2 |",
      "- Plan",
    ]);
  });

  it("leaves out hidden slides but counts them, and calls slides without a title by their number", async () => {
    const { blocks } = await read([
      { shapes: [title("Shown")] },
      { shapes: [title("Hidden")], isHidden: true },
      { shapes: [slideShape("", ["Words"])] },
    ]);
    expect(blocks.map(({ text, page }) => [page, text])).toEqual([
      [1, "Shown"],
      [3, "Slide 3"],
      [3, "Words"],
    ]);
  });

  it("takes its title from its properties where it is its own, else from the first slide", async () => {
    const slides = [{ shapes: [title("Welcome to Acme")] }];
    expect((await read(slides, { title: "PowerPoint Presentation" })).title).toBe("Welcome to Acme");
    expect((await read(slides, { title: "Welcome to everybody" })).title).toBe("Welcome to Acme");
    expect((await read(slides, { title: "Acme welcome talk" })).title).toBe("Acme welcome talk");
    expect((await read([{ shapes: [] }])).title).toBe("First week");
  });

  it("keeps a slide's number in its passages, and links to its heading", async () => {
    const document = await read([{ shapes: [title("One")] }, { shapes: [title("Two"), slideShape("", ["Words"])] }]);
    const passages = cutPassages(document, {
      documentId: "d",
      path: "a.pptx",
      urlTemplate: "https://a.example/{path}#{anchor}",
    });
    expect(passages.at(-1)).toMatchObject({ page: 2, anchor: "two", url: "https://a.example/a.pptx#two" });
  });

  it("says how many slides are missing, and what is no presentation", async () => {
    const list = '<p:presentation xmlns:r="r"><p:sldIdLst><p:sldId r:id="rId1"/></p:sldIdLst></p:presentation>';
    const torn = officeOf("ppt/presentation.xml", {
      "ppt/presentation.xml": list,
      "ppt/_rels/presentation.xml.rels": relations({ rId1: ["slide", "slides/slide1.xml"] }),
    });
    expect((await readPptx(torn, { fileName: "a.pptx" })).unread).toBe("it is damaged: 1 of its 1 slides are missing");
    await expect(readPptx(officeOf("x.xml", {}), { fileName: "a.pptx" })).rejects.toThrow(
      "it is no PowerPoint presentation",
    );
    const deep = officeOf("ppt/presentation.xml", { "ppt/presentation.xml": "<a>".repeat(600) });
    await expect(readPptx(deep, { fileName: "a.pptx" })).rejects.toThrow("nested more than 500 deep");
  });
});
