import { describe, expect, it } from "vitest";
import { isDocumentName } from "../../../src/knowledge/read/read.ts";
import { unsupportedReason } from "../../../src/knowledge/read/unsupported.ts";

describe("unsupportedReason", () => {
  it("says of documents without a reader what to save them as, and nothing of other files", () => {
    expect(unsupportedReason("old/Policy.DOC")).toBe(
      "files of its kind (.doc) are not read; save a copy as .docx or .pdf",
    );
    expect(unsupportedReason("a.xls")).toContain(".xlsx or .csv");
    for (const name of ["a.docx", "a.png", "doc", "a.doc.md", ""]) expect(unsupportedReason(name)).toBeUndefined();
  });

  it("speaks of no kind that is read", () => {
    for (const ending of ["doc", "odt", "rtf", "pages", "xls", "xlsb", "ods", "numbers", "ppt", "pps", "odp", "msg"]) {
      expect(unsupportedReason(`a.${ending}`)).toBeDefined();
      expect(isDocumentName(`a.${ending}`)).toBe(false);
    }
  });
});

describe("isDocumentName", () => {
  it("knows Office's files, but not what Office puts beside those that are open", () => {
    expect(["a.pdf", "a.docx", "a.pptx", "a.XLSX", "a.csv", "a.tsv"].every(isDocumentName)).toBe(true);
    expect(["~$a.docx", "hr/~$a.xlsx"].some(isDocumentName)).toBe(false);
  });
});
