import type { Block, ReadDocument } from "../document.ts";
import { titleFromFileName } from "./file-name.ts";
import type { Element } from "./html-tree.ts";
import { childAt, childrenOf, mainPartOf, openOffice, propertiesOf, relationsOf, type OfficeFile } from "./office.ts";
import { isTitleOf } from "./meta-title.ts";
import { sheetBlocks } from "./sheet.ts";
import { readCells, readStrings, unescapeText, type ShowCell } from "./xlsx-cells.ts";
import { builtInFormat, showNumber } from "./xlsx-number.ts";

/** Cells that are read of one workbook: at ten columns, a hundred thousand rows. */
const MOST_CELLS = 1_000_000;
/** What Excel, LibreOffice and Numbers call a sheet that nobody named. */
const UNNAMED =
  /^(?:sheet|tabelle|feuil|hoja|foglio|planilha|folha|blad|ark|arkusz|лист|list|sayfa|シート)\s*\d*$|^工作表\s*\d*$/i;

/**
 * An Excel workbook as blocks: each sheet that is shown a section with its rows under their headers (see `sheetBlocks`), its cells as
 * people see them, dates in ISO 8601. Rejects where it is none.
 *
 * Read here and not by a library: those that are kept up fill gaps without limit, give up a workbook over one bad cell, or know no
 * formats of numbers.
 */
export async function readXlsx(bytes: Uint8Array, { fileName }: { readonly fileName: string }): Promise<ReadDocument> {
  const file = await openOffice(bytes, { kind: "Excel workbook" });
  const main = await mainPartOf(file, "xl/workbook.xml");
  const workbook = await file.xml(main);
  if (!workbook) throw new Error("it is no Excel workbook, or only a part of one");
  const sheets = await sheetsOf(file, { main, workbook });
  const show = await cellShower(file, { main, workbook });
  const blocks: Block[] = [];
  let cut: string | undefined;
  let left = MOST_CELLS;
  for (const { name, path } of sheets) {
    if (left <= 0) break;
    const { rows, cells, isCut } = readCells(await file.bytes(path), { show, mostCells: left });
    left -= cells;
    const isNamed = sheets.length > 1 || !UNNAMED.test(name);
    const lines = [rows[0]?.number ?? 1, rows.at(-1)?.number ?? 1] as const;
    if (isNamed && rows.length > 0) blocks.push({ kind: "heading", level: 1, text: name, lines });
    for (const block of sheetBlocks(rows)) blocks.push(block);
    if (isCut)
      cut = `it has more than ${MOST_CELLS.toLocaleString("en")} cells; what follows row ${lines[1]} of the sheet "${name}" was not read`;
  }
  const { title: named, date } = await propertiesOf(file);
  return {
    title: isTitleOf(
      named,
      blocks.map(({ text }) => text),
    )
      ? named
      : titleFromFileName(fileName),
    ...(date !== undefined && { date }),
    blocks,
    ...(cut !== undefined && { unread: cut }),
  };
}

/** The sheets that are shown, in their order. */
async function sheetsOf(
  file: OfficeFile,
  { main, workbook }: { readonly main: string; readonly workbook: Element },
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const relations = await relationsOf(file, main);
  return childrenOf(childAt(workbook, "sheets"), "sheet").flatMap(({ attribs }) => {
    const id = Object.entries(attribs).find(([name]) => name.endsWith(":id"))?.[1] ?? "";
    const relation = relations.get(id);
    const isShown =
      (attribs["state"] ?? "visible") === "visible" && relation?.kind === "worksheet" && file.has(relation.path);
    return isShown ? [{ name: attribs["name"] ?? "", path: relation.path }] : [];
  });
}

/** What shows a cell of this workbook. */
async function cellShower(
  file: OfficeFile,
  { main, workbook }: { readonly main: string; readonly workbook: Element },
): Promise<ShowCell> {
  const relations = [...(await relationsOf(file, main)).values()];
  const pathOf = (kind: string) =>
    relations.find((relation) => relation.kind === kind && file.has(relation.path))?.path;
  const [stringsPath, stylesPath] = [pathOf("sharedStrings"), pathOf("styles")];
  const strings = stringsPath === undefined ? [] : readStrings(await file.bytes(stringsPath));
  const codes = formatsOf(stylesPath === undefined ? undefined : await file.xml(stylesPath));
  const is1904 = ["1", "true"].includes(childAt(workbook, "workbookPr")?.attribs["date1904"] ?? "");
  return ({ type, style, value }) => {
    if (type === "s") return strings[Number(value)] ?? "";
    if (type === "b") return value === "" ? "" : value === "1" ? "TRUE" : "FALSE";
    if (type === "d")
      return value
        .replace("T00:00:00", "")
        .replace(/(?:\.0+)?Z?$/, "")
        .replace("T", " ");
    const number = value.trim() === "" || type !== "n" ? Number.NaN : Number(value);
    return Number.isFinite(number)
      ? showNumber(number, { code: codes[style] ?? "General", is1904 })
      : unescapeText(value);
  };
}

/** The codes of number formats by the number of a cell's style. */
function formatsOf(styles: Element | undefined): readonly string[] {
  const own = new Map(
    childrenOf(childAt(styles, "numFmts"), "numFmt").map(({ attribs }) => [
      Number(attribs["numFmtId"]),
      attribs["formatCode"] ?? "",
    ]),
  );
  return childrenOf(childAt(styles, "cellXfs"), "xf").map(({ attribs }) => {
    const id = Number(attribs["numFmtId"] ?? 0);
    return own.get(id) ?? builtInFormat(id);
  });
}
