import { describe, expect, it } from "vitest";
import { titleFromFileName } from "../../../src/knowledge/read/file-name.ts";
import { isDocumentName, readDocuments } from "../../../src/knowledge/read/read.ts";
import { decodeText, readText } from "../../../src/knowledge/read/text.ts";

const utf16 = (text: string, order: "little" | "big") => {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
  return order === "little" ? bytes : bytes.swap16();
};

describe("readText", () => {
  it("takes what stands between blank lines as paragraphs, whatever ends a line", () => {
    expect(readText("One\r\ntwo.  \r\n\r\n \nThree.\rFour.", { fileName: "a/read_me-first.txt" })).toEqual({
      title: "Read me first",
      blocks: [
        { kind: "paragraph", text: "One\ntwo.", lines: [1, 2] },
        { kind: "paragraph", text: "Three.\nFour.", lines: [5, 6] },
      ],
    });
    expect(readText("", { fileName: "a.txt" }).blocks).toEqual([]);
  });
});

describe("decodeText", () => {
  it("knows UTF-8 and UTF-16, and leaves their marks out", () => {
    expect(decodeText(Buffer.from("\uFEFFÜber 年"))).toBe("Über 年");
    expect(decodeText(utf16("Über 年", "little"))).toBe("Über 年");
    expect(decodeText(utf16("Über 年", "big"))).toBe("Über 年");
    expect(decodeText(new Uint8Array())).toBe("");
  });

  it("takes other bytes for Windows-1252", () => {
    expect(decodeText(Buffer.from([0x93, 0x47, 0x72, 0xfc, 0xdf, 0x65, 0x94, 0x20, 0x80]))).toBe("“Grüße” €");
  });

  it("does not take a text for another encoding over one bad byte", () => {
    const bytes = Buffer.concat([Buffer.from("Grüße aus Köln, "), Buffer.from([0xff]), Buffer.from(" äöü")]);
    expect(decodeText(bytes)).toBe("Grüße aus Köln, \uFFFD äöü");
    expect(decodeText(Buffer.from("A real \uFFFD stays."))).toBe("A real \uFFFD stays.");
  });

  it("refuses bytes that are no text", () => {
    expect(() => decodeText(Buffer.from([0x50, 0x4b, 3, 4, 0, 0]))).toThrow("binary file");
    expect(() => decodeText(Buffer.from([0xff, 0xfe, 0x41, 0, 0, 0]))).toThrow("binary file");
  });
});

describe("readDocuments", () => {
  it("goes by the end of the name, in any case", async () => {
    const bytes = Buffer.from("# Title\n\nText");
    expect(await readDocuments(bytes, { path: "A.MD" })).toMatchObject([{ title: "Title" }]);
    expect(await readDocuments(bytes, { path: "a.txt" })).toMatchObject([{ title: "A" }]);
    expect(["a.md", "b.markdown", "c.mdx", "d.TXT", "e.text", "f.html", "g.htm"].every(isDocumentName)).toBe(true);
    expect(["md", "a.png", "a.md.bak", "a.constructor", ""].some(isDocumentName)).toBe(false);
    await expect(readDocuments(bytes, { path: "a.png" })).rejects.toThrow("no reader");
  });
});

describe("titleFromFileName", () => {
  it("makes words of a name", () => {
    expect(titleFromFileName("guides/time-off__policy.v2.md")).toBe("Time off policy.v2");
    expect(titleFromFileName("年假.md")).toBe("年假");
    expect(titleFromFileName("-.md")).toBe("-.md");
  });
});
