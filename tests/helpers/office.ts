import { zipOf } from "./zip.ts";

type Parts = Readonly<Record<string, string | Uint8Array>>;

const REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** Text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** A part that names others: their kinds and paths by the ids it names them with. */
export function relations(targets: Readonly<Record<string, readonly [kind: string, target: string]>>): string {
  const all = Object.entries(targets).map(
    ([id, [kind, target]]) => `<Relationship Id="${id}" Type="${REL}/${kind}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join("")}</Relationships>`;
}

/** An Office file of some parts, with its main part and its properties named. */
export function officeOf(
  main: string,
  parts: Parts,
  properties: { readonly title?: string; readonly modified?: string } = {},
): Buffer {
  const { title = "", modified = "" } = properties;
  return zipOf({
    "[Content_Types].xml": `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
    "_rels/.rels": relations({ rId1: ["officeDocument", main] }),
    "docProps/core.xml": `${XML}<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>${escapeXml(title)}</dc:title><dcterms:modified>${modified}</dcterms:modified></cp:coreProperties>`,
    ...parts,
  });
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

/** A paragraph of a Word document; `numbering` is the number of a list and the level in it. */
export function wordParagraph(
  text: string,
  {
    style,
    isBold,
    list,
    note,
  }: {
    readonly style?: string;
    readonly isBold?: boolean;
    readonly list?: readonly [number, number];
    readonly note?: number;
  } = {},
): string {
  const numbered = list ? `<w:numPr><w:ilvl w:val="${list[1]}"/><w:numId w:val="${list[0]}"/></w:numPr>` : "";
  const properties = `<w:pPr>${style === undefined ? "" : `<w:pStyle w:val="${style}"/>`}${numbered}</w:pPr>`;
  const reference = note === undefined ? "" : `<w:r><w:footnoteReference w:id="${note}"/></w:r>`;
  return `<w:p>${properties}<w:r>${isBold ? "<w:rPr><w:b/></w:rPr>" : ""}<w:t xml:space="preserve">${escapeXml(text)}</w:t></w:r>${reference}</w:p>`;
}

/** A table of a Word document. */
export function wordTable(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => `<w:tc>${wordParagraph(text)}</w:tc>`;
  return `<w:tbl>${rows.map((cells) => `<w:tr>${cells.map(cell).join("")}</w:tr>`).join("")}</w:tbl>`;
}

/** A Word document: lists 1 (bullets) and 2 (numbers), headings, a title, and the company's style "Acme" based on the first heading. */
export function docxOf(
  body: readonly string[],
  {
    notes = [],
    ...properties
  }: { readonly notes?: readonly string[]; readonly title?: string; readonly modified?: string } = {},
): Buffer {
  const style = (id: string, name: string, more = "") =>
    `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/>${more}</w:style>`;
  const levels = (format: string) =>
    [0, 1, 2].map((at) => `<w:lvl w:ilvl="${at}"><w:numFmt w:val="${format}"/></w:lvl>`).join("");
  const list = (id: number, format: string) =>
    `<w:abstractNum w:abstractNumId="${id}">${levels(format)}</w:abstractNum>`;
  const numbers = (id: number) => `<w:num w:numId="${id}"><w:abstractNumId w:val="${id}"/></w:num>`;
  return officeOf(
    "word/document.xml",
    {
      "word/document.xml": `${XML}<w:document ${W}><w:body>${body.join("")}</w:body></w:document>`,
      "word/_rels/document.xml.rels": relations({
        rId1: ["styles", "styles.xml"],
        rId2: ["numbering", "numbering.xml"],
        rId3: ["footnotes", "footnotes.xml"],
      }),
      "word/styles.xml": `${XML}<w:styles ${W}>${[
        style("Title", "Title"),
        style("berschrift1", "heading 1"),
        style("Heading2", "heading 2"),
        style("Acme", "Acme headline", '<w:basedOn w:val="berschrift1"/>'),
        style("TOC1", "toc 1"),
      ].join("")}</w:styles>`,
      "word/numbering.xml": `${XML}<w:numbering ${W}>${list(1, "bullet")}${list(2, "decimal")}${numbers(1)}${numbers(2)}</w:numbering>`,
      "word/footnotes.xml": `${XML}<w:footnotes ${W}>${notes.map((text, at) => `<w:footnote w:id="${at + 1}">${wordParagraph(text)}</w:footnote>`).join("")}</w:footnotes>`,
    },
    properties,
  );
}

/** A slide: shapes in XML, whether it is shown, and what the speaker noted. */
export interface Slide {
  readonly shapes: readonly string[];
  readonly isHidden?: boolean;
  readonly notes?: string;
  /** Parts that it points to, by id: kind, path below ppt, XML. */
  readonly parts?: Readonly<Record<string, readonly [kind: string, path: string, xml: string]>>;
}

const P = `xmlns:p="p" xmlns:a="a" xmlns:r="${REL}" xmlns:c="c"`;

/** A shape with paragraphs; each is a text, or a text with what its properties say. */
export function slideShape(
  place: string,
  paragraphs: readonly (string | readonly [properties: string, text: string])[],
): string {
  const holder = place === "" ? "" : `<p:ph${place === "obj" ? "" : ` type="${place}"`}/>`;
  const body = paragraphs.map((paragraph) => {
    const [properties, text] = typeof paragraph === "string" ? ["", paragraph] : paragraph;
    return `<a:p>${properties}<a:r><a:t>${escapeXml(text)}</a:t></a:r></a:p>`;
  });
  return `<p:sp><p:nvSpPr><p:nvPr>${holder}</p:nvPr></p:nvSpPr><p:txBody>${body.join("")}</p:txBody></p:sp>`;
}

/** A PowerPoint presentation. */
export function pptxOf(
  slides: readonly Slide[],
  properties: { readonly title?: string; readonly modified?: string } = {},
): Buffer {
  const parts: Record<string, string> = {
    "ppt/presentation.xml": `${XML}<p:presentation ${P}><p:sldIdLst>${slides.map((_, at) => `<p:sldId id="${256 + at}" r:id="rId${at + 1}"/>`).join("")}</p:sldIdLst></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relations(
      Object.fromEntries(slides.map((_, at) => [`rId${at + 1}`, ["slide", `slides/slide${at + 1}.xml`] as const])),
    ),
  };
  for (const [at, { shapes, isHidden, notes, parts: others = {} }] of slides.entries()) {
    const name = `slide${at + 1}.xml`;
    parts[`ppt/slides/${name}`] =
      `${XML}<p:sld ${P}${isHidden ? ' show="0"' : ""}><p:cSld><p:spTree>${shapes.join("")}</p:spTree></p:cSld></p:sld>`;
    const noted = notes === undefined ? {} : { rIdN: ["notesSlide", `../notesSlides/notes${at + 1}.xml`] as const };
    const told = Object.fromEntries(
      Object.entries(others).map(([id, [kind, path]]) => [id, [kind, `../${path}`] as const]),
    );
    parts[`ppt/slides/_rels/${name}.rels`] = relations({ ...noted, ...told });
    for (const [, path, xml] of Object.values(others)) parts[`ppt/${path}`] = xml;
    if (notes !== undefined)
      parts[`ppt/notesSlides/notes${at + 1}.xml`] =
        `${XML}<p:notes ${P}><p:cSld><p:spTree>${slideShape("sldNum", ["7"])}${slideShape("body", [notes])}</p:spTree></p:cSld></p:notes>`;
  }
  return officeOf("ppt/presentation.xml", parts, properties);
}

/** A sheet: its rows in XML, and what comes behind them. */
export interface Sheet {
  readonly name: string;
  readonly rows: readonly string[];
  readonly behind?: string;
  readonly state?: "hidden" | "veryHidden";
}

/** A row of cells by their number: texts, numbers with the number of a style, or cells in XML. */
export function sheetRow(
  number: number,
  cells: readonly (string | number | readonly [value: number, style: number] | undefined)[],
): string {
  const written = cells.map((cell, at) => {
    const place = `r="${String.fromCodePoint(65 + at)}${number}"`;
    if (cell === undefined) return "";
    if (typeof cell === "string")
      return cell.startsWith("<c") ? cell : `<c ${place} t="inlineStr"><is><t>${escapeXml(cell)}</t></is></c>`;
    const [value, style] = typeof cell === "number" ? [cell, 0] : cell;
    return `<c ${place} s="${style}"><v>${value}</v></c>`;
  });
  return `<row r="${number}">${written.join("")}</row>`;
}

/** An Excel workbook with the given number formats as styles 1 and up, and texts that cells share. */
export function xlsxOf(
  sheets: readonly Sheet[],
  given: {
    readonly formats?: readonly string[];
    readonly strings?: readonly string[];
    readonly is1904?: boolean;
    readonly title?: string;
  } = {},
): Buffer {
  const { formats = [], strings = [], is1904 = false, ...properties } = given;
  const parts: Record<string, string> = {
    "xl/workbook.xml": `${XML}<workbook xmlns:r="${REL}"><workbookPr${is1904 ? ' date1904="1"' : ""}/><sheets>${sheets.map(({ name, state }, at) => `<sheet name="${escapeXml(name)}" sheetId="${at + 1}"${state ? ` state="${state}"` : ""} r:id="rId${at + 1}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations({
      ...Object.fromEntries(
        sheets.map((_, at) => [`rId${at + 1}`, ["worksheet", `worksheets/sheet${at + 1}.xml`] as const]),
      ),
      rIdS: ["styles", "styles.xml"],
      rIdT: ["sharedStrings", "sharedStrings.xml"],
    }),
    "xl/styles.xml": `${XML}<styleSheet><numFmts>${formats.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${escapeXml(code)}"/>`).join("")}</numFmts><cellXfs><xf numFmtId="0"/>${formats.map((_, at) => `<xf numFmtId="${164 + at}"/>`).join("")}</cellXfs></styleSheet>`,
    "xl/sharedStrings.xml": `${XML}<sst>${strings.join("")}</sst>`,
  };
  for (const [at, { rows, behind = "" }] of sheets.entries())
    parts[`xl/worksheets/sheet${at + 1}.xml`] =
      `${XML}<worksheet><sheetData>${rows.join("")}</sheetData>${behind}</worksheet>`;
  return officeOf("xl/workbook.xml", parts, properties);
}
