import { describe, expect, it } from "vitest";
import { cutPassages } from "../../../src/knowledge/passages.ts";
import { readCsv } from "../../../src/knowledge/read/csv.ts";

const read = (text: string) => readCsv(text, { fileName: "hr/leave_balances.csv" });
const blocksOf = (text: string) => read(text).blocks.map(({ kind, text: own, lines }) => [kind, own, lines]);
const table = (...lines: readonly string[]) =>
  [lines[0], `|${" --- |".repeat((lines[0]?.split("|").length ?? 2) - 2)}`, ...lines.slice(1)].join("\n");

describe("readCsv", () => {
  it("finds out what parts the values", () => {
    const expected = table("| Name | Days |", "| Ann | 1,5 |");
    expect(read("Name;Days\nAnn;1,5\n").blocks[0]?.text).toBe(expected);
    expect(read("Name\tDays\nAnn\t1,5\n").blocks[0]?.text).toBe(expected);
    expect(read('Name,Days\nAnn,"1,5"\n').blocks[0]?.text).toBe(expected);
    expect(read("sep=|\r\nName|Days\r\nAnn|1,5\r\n").blocks[0]).toMatchObject({ text: expected, lines: [3, 3] });
    expect(read("Name|Days\nAnn|1,5\n").blocks[0]?.text).toBe(expected);
    expect(read('name,list\nx,"a; b; c"\ny,"d; e; f; g"\n').blocks[0]?.text).toContain("| x | a; b; c |");
  });

  it("keeps the lines that rows take, also over several", () => {
    expect(blocksOf('Name,Note\nAnn,"two\nlines"\nBob,x|y\n')).toEqual([
      ["table", table("| Name | Note |", "| Ann | two lines |", "| Bob | x\\|y |"), [2, 4]],
    ]);
  });

  it("takes lines above a table for text, and goes on with its header below empty lines", () => {
    expect(blocksOf("Balances of May\n\nName,Days\nAnn,3\n,\nBob,4\n")).toEqual([
      ["paragraph", "Balances of May", [1, 1]],
      ["table", table("| Name | Days |", "| Ann | 3 |"), [4, 4]],
      ["table", table("| Name | Days |", "| Bob | 4 |"), [6, 6]],
    ]);
  });

  it("calls columns by letters where nothing names them, and leaves out those that are empty", () => {
    expect(blocksOf("1,,3\n4,,6\n")).toEqual([["table", table("| A | C |", "| 1 | 3 |", "| 4 | 6 |"), [1, 2]]]);
    expect(blocksOf("one\ntwo\n")).toEqual([
      ["paragraph", "one", [1, 1]],
      ["paragraph", "two", [2, 2]],
    ]);
    expect(blocksOf("")).toEqual([]);
    expect(blocksOf("Name,Days\n")).toEqual([["table", table("| Name | Days |"), [1, 1]]]);
  });

  it("reads on where a quote is never closed", () => {
    expect(blocksOf('id,text\n1,"open\n2,b\n')[0]?.[1]).toBe(table("| id | text |", '| 1 | "open |', "| 2 | b |"));
  });

  it("gives every passage the header, and the lines it is from", () => {
    const rows = Array.from({ length: 200 }, (_, at) => `Person number ${at},${at},Berlin`);
    const document = read(["Name,Days,City", ...rows].join("\n"));
    const passages = cutPassages(document, { documentId: "d", path: "a.csv" });
    expect(passages.length).toBeGreaterThan(5);
    expect(passages.every(({ text }) => text.startsWith("| Name | Days | City |"))).toBe(true);
    expect(passages[0]?.lines[0]).toBe(2);
    expect(passages.slice(1).every(({ lines }, at) => lines[0] === (passages[at]?.lines[1] ?? 0) + 1)).toBe(true);
    expect(passages.at(-1)?.lines[1]).toBe(201);
  });

  it("writes rows that are too long for a table one value a line, each with its name", () => {
    const names = Array.from({ length: 60 }, (_, at) => `Long name of column ${at}`);
    const values = names.map((_, at) => (at === 7 ? "" : `value ${at}`));
    const [block] = read(`${names.join(",")}\n${values.join(",")}\n`).blocks;
    expect(block).toMatchObject({ kind: "list", lines: [2, 2] });
    expect(block?.text).toContain("- Long name of column 3: value 3\n");
    expect(block?.text).not.toContain("column 7:");
  });

  it("says where it stopped in a file without end", { timeout: 60_000 }, () => {
    const { unread, blocks } = read(`Name,Days\n${"Ann,3\n".repeat(200_010)}`);
    expect(unread).toBe("it has more than 200,000 rows; what follows line 200000 was not read");
    expect(blocks.at(-1)?.lines[1]).toBe(200_000);
  });
});
