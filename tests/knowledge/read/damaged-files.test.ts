import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openReader } from "../../../src/knowledge/read/reader.ts";
import { scratch } from "../../helpers/hearth.ts";
import { docxOf, pptxOf, sheetRow, slideShape, wordParagraph, wordTable, xlsxOf } from "../../helpers/office.ts";
import { linesAt, pdfOf } from "../../helpers/pdf.ts";
import { folderOf } from "../../helpers/read-brain.ts";

/** Numbers from 0 to 1, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The bytes cut off, changed, with some left out, doubled or blanked. */
function damaged(bytes: Buffer, next: () => number): Buffer {
  const at = Math.floor(next() * bytes.length);
  const length = Math.floor(next() * 300);
  const copy = Buffer.from(bytes);
  switch (Math.floor(next() * 5)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      for (let count = 0; count < 1 + length / 10; count += 1)
        copy[Math.floor(next() * copy.length)] = Math.floor(next() * 256);
      return copy;
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(0, at - length))]);
    default:
      return copy.fill(0, at, Math.min(copy.length, at + length));
  }
}

const lines = Array.from({ length: 12 }, (_, at) => `Line ${at} says that everybody asks first, and then`);
const FILES: Readonly<Record<string, Buffer>> = {
  "a.pdf": pdfOf(
    [
      { texts: [...linesAt(["Leave"], { size: 20, y: 60 }), ...linesAt(lines)] },
      { hasPicture: true, texts: linesAt(lines) },
    ],
    { title: "Leave", outline: ["Leave"] },
  ),
  "a.docx": docxOf([
    wordParagraph("Trains", { style: "berschrift1" }),
    wordParagraph("Ask", { list: [1, 1] }),
    wordTable([lines.slice(0, 2), lines.slice(2, 4)]),
  ]),
  "a.pptx": pptxOf([{ shapes: [slideShape("title", ["Week"]), slideShape("obj", lines)], notes: "Pause." }]),
  "a.xlsx": xlsxOf([{ name: "Leave", rows: [sheetRow(1, ["Name", "Days"]), sheetRow(2, ["Ann", [0.5, 1]])] }], {
    formats: ["0%"],
  }),
  "a.csv": Buffer.from(`Name;Text\n${lines.map((line, at) => `${at};"${line}"`).join("\n")}\n`),
  "a.txt": Buffer.from(`${lines.join("\n")}\nGrüße, 年假\n`, "utf16le"),
};

describe("a damaged file", () => {
  const outcomes = new Map<string, number>();
  afterAll(() => expect(outcomes.size).toBeGreaterThan(3));

  for (const [path, bytes] of Object.entries(FILES)) {
    it(`is read as far as it goes, or refused in one sentence: ${path}`, { timeout: 240_000 }, async () => {
      using files = scratch();
      await using reader = openReader();
      const absolutePath = join(files.folder, path);
      const file = { id: "a".repeat(32), path, absolutePath, modifiedAt: "2026-11-24T09:00:00.000Z" };
      const read = (own: Buffer) => {
        writeFileSync(absolutePath, own);
        return reader.read({ file, folder: folderOf(files.folder) }, { signal: new AbortController().signal });
      };
      const next = numbers(7);
      for (let count = 0; count < 200; count += 1) {
        await read(damaged(bytes, next)).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : "";
          outcomes.set(reason, (outcomes.get(reason) ?? 0) + 1);
          // A reason begins like the rest of a sentence, and has no names from a program in it.
          expect(reason).toMatch(/^(?:it|its|page|pages) [^\n]{5,160}$/);
          expect(reason).not.toMatch(/Error|undefined|null|xmldom|::|\bat\b .*:\d/);
        });
      }
      expect((await read(bytes)).kind).toBe("read");
    });
  }
});
