import { describe, expect, it } from "vitest";
import { readXlsx } from "../../../src/knowledge/read/xlsx.ts";
import { sheetRow, xlsxOf, type Sheet } from "../../helpers/office.ts";

const read = (sheets: readonly Sheet[], given: Parameters<typeof xlsxOf>[1] = {}) =>
  readXlsx(xlsxOf(sheets, given), { fileName: "hr/leave-balances.xlsx" });
const rowsOf = async (rows: readonly string[], given: Parameters<typeof xlsxOf>[1] = {}) =>
  (await read([{ name: "Sheet1", rows }], given)).blocks[0]?.text.split("\n").slice(2);

describe("readXlsx", () => {
  it("reads sheets as sections: what stands above a table, its header, its rows with their numbers", async () => {
    const { title, blocks } = await read([
      {
        name: "Leave",
        rows: [
          sheetRow(1, ["As of March."]),
          sheetRow(3, ["Name", undefined, "Days"]),
          sheetRow(4, ["Ann", undefined, 28]),
          sheetRow(5, ["Bob", undefined, 27.5]),
        ],
      },
      { name: "Rates", rows: [sheetRow(1, ["Country", "Rate"]), sheetRow(2, ["Spain", 20])] },
    ]);
    expect(title).toBe("Leave balances");
    expect(blocks).toEqual([
      { kind: "heading", level: 1, text: "Leave", lines: [1, 5] },
      { kind: "paragraph", text: "As of March.", lines: [1, 1] },
      { kind: "table", text: "| Name | Days |\n| --- | --- |\n| Ann | 28 |\n| Bob | 27.5 |", lines: [4, 5] },
      { kind: "heading", level: 1, text: "Rates", lines: [1, 2] },
      { kind: "table", text: "| Country | Rate |\n| --- | --- |\n| Spain | 20 |", lines: [2, 2] },
    ]);
  });

  it("shows numbers as people see them, and dates in ISO 8601", async () => {
    const formats = ["0.0%", '#,##0.00 "€"', "d/m/yyyy", "dd.mm.yy hh:mm", "h:mm AM/PM", "[h]:mm"];
    const values = [
      ["share", [0.256, 1]],
      ["price", [1234.5, 2]],
      ["day", [46_023, 3]],
      ["moment", [46_023.354_166_67, 4]],
      ["time", [0.5, 5]],
      ["hours", [1.5, 6]],
      ["sum", 0.1 + 0.2],
      ["long", 123_456_789_012],
    ] as const;
    const rows = [sheetRow(1, ["What", "Value"]), ...values.map((cells, at) => sheetRow(at + 2, cells))];
    expect(await rowsOf(rows, { formats })).toEqual([
      "| share | 25.6% |",
      "| price | 1,234.50 € |",
      "| day | 2026-01-01 |",
      "| moment | 2026-01-01 08:30 |",
      "| time | 12:00 |",
      "| hours | 36:00 |",
      "| sum | 0.3 |",
      "| long | 123456789012 |",
    ]);
    const old = [sheetRow(1, ["What", "Value"]), sheetRow(2, ["day", [44_561, 1]])];
    expect(await rowsOf(old, { formats: ["yyyy-mm-dd"], is1904: true })).toEqual(["| day | 2026-01-01 |"]);
  });

  it("reads every kind of cell, and one that is damaged as it stands", async () => {
    const cells = [
      '<c r="A2" t="s"><v>0</v></c>',
      '<c r="B2" t="b"><v>1</v></c>',
      '<c r="C2" t="e"><v>#DIV/0!</v></c>',
      '<c r="D2" t="str"><f>A1</f><v>by formula</v></c>',
      '<c t="s"><v>99</v></c>',
      '<c r="F2" s="77"><v>abc</v></c>',
      '<c r="ZZZZ2"><v>1</v></c>',
    ];
    const rows = [sheetRow(1, ["A", "B", "C", "D", "E", "F", "G"]), sheetRow(2, cells)];
    const strings = ["<si><r><t>two </t></r><r><t>fonts</t></r><rPh><t>ignored</t></rPh></si>"];
    expect(await rowsOf(rows, { strings })).toEqual(["| two fonts | TRUE | #DIV/0! | by formula | abc | 1 |"]);
  });

  it("writes a cell that was merged downwards on each of its rows", async () => {
    const rows = [sheetRow(1, ["Country", "City"]), sheetRow(2, ["Spain", "Vigo"]), sheetRow(3, [undefined, "Leon"])];
    const { blocks } = await read([
      { name: "Sheet1", rows, behind: '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>' },
    ]);
    expect(blocks[0]?.text).toContain("| Spain | Leon |");
  });

  it("leaves out sheets that are hidden", async () => {
    const rows = [sheetRow(1, ["Text"])];
    const { blocks } = await read([
      { name: "Shown", rows },
      { name: "Hidden", rows, state: "hidden" },
      { name: "Secret", rows, state: "veryHidden" },
    ]);
    expect(blocks.map(({ text }) => text)).toEqual(["Shown", "Text"]);
  });

  it("takes no room for the space between cells that are far apart", async () => {
    const far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far away</t></is></c></row>';
    const { blocks } = await read([{ name: "Sheet1", rows: [sheetRow(1, ["near"]), far] }]);
    expect(blocks.map(({ text, lines }) => [text, lines])).toEqual([
      ["near", [1, 1]],
      ["far away", [1_048_576, 1_048_576]],
    ]);
  });

  it("says what is no workbook", async () => {
    await expect(readXlsx(Buffer.from("PK"), { fileName: "a.xlsx" })).rejects.toThrow("it is no Excel workbook");
  });
});
