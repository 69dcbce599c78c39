import mammoth from "mammoth";
import type { Block, ReadDocument } from "../document.ts";
import { forReading, type DocxElement } from "./docx-elements.ts";
import { headingStyles } from "./docx-styles.ts";
import { titleFromFileName } from "./file-name.ts";
import { readHtml } from "./html.ts";
import { isTitleOf } from "./meta-title.ts";
import { mainPartOf, openOffice, propertiesOf, type OfficeFile } from "./office.ts";

/** Beside the library's own: a title, code, and what only repeats the headings. */
const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  "p[style-name^='toc '] => !",
  "p[style-name='TOC Heading'] => !",
  "p[style-name='HTML Preformatted'] => pre:separator('\\n')",
  "p[style-name='Source Code'] => pre:separator('\\n')",
  "p[style-name='Code'] => pre:separator('\\n')",
];

/**
 * A Word document as blocks: headings (also of the company's own styles, and bold lines that stand for them), lists, tables, and
 * footnotes where they are referred to. Pictures, comments and deleted text are left out. Rejects where it is none.
 */
export async function readDocx(bytes: Uint8Array, { fileName }: { readonly fileName: string }): Promise<ReadDocument> {
  const file = await openOffice(bytes, { kind: "Word document" });
  const main = await mainPartOf(file, "word/document.xml");
  if (!file.has(main)) throw new Error("it is no Word document, or only a part of one");
  const { html, titled } = await toHtml(file, { styles: await headingStyles(file, main) });
  const blocks = readHtml(html, { fileName }).blocks.map((block): Block => ({ ...block, lines: [0, 0] }));
  const { title: named, date } = await propertiesOf(file);
  const isNamed = isTitleOf(
    named,
    blocks.map(({ text }) => text),
  );
  return {
    title: (isNamed ? named : (titled ?? onlyHeading(blocks) ?? named)) ?? titleFromFileName(fileName),
    ...(date !== undefined && { date }),
    blocks,
  };
}

/** The document as a page, and the text of its title, if a paragraph has that style. */
async function toHtml(
  file: OfficeFile,
  { styles }: { readonly styles: readonly string[] },
): Promise<{ readonly html: string; readonly titled: string | undefined }> {
  let titled: string | undefined;
  let refusal: unknown;
  const input = inputOf(file, (error) => (refusal = error));
  const options = {
    styleMap: [...STYLES, ...styles],
    includeEmbeddedStyleMap: false,
    convertImage: mammoth.images.imgElement(async () => ({ src: "" })),
    transformDocument: (document: DocxElement) => {
      const { element, title } = forReading(document);
      titled = title;
      return element;
    },
  };
  const { value: html } = await mammoth.convertToHtml(input, options).catch((error: unknown) => {
    // What the library says is for programmers, and has words of the document in it.
    throw refusal ?? new Error("it is damaged", { cause: error });
  });
  return { html, titled };
}

/** The heading of the highest level, where the text begins with it and has no other. */
function onlyHeading(blocks: readonly Block[]): string | undefined {
  const [first] = blocks;
  const isOnly = first?.level === 1 && blocks.filter(({ level }) => level === 1).length === 1;
  return isOnly ? first.text : undefined;
}

/** What the library reads a document from: parts unpacked here, under our limits. Its types leave this way in out. */
function inputOf(file: OfficeFile, onRefusal: (error: unknown) => void): Parameters<typeof mammoth.convertToHtml>[0] {
  const archive = {
    exists: (path: string) => file.has(path),
    read: async (path: string, encoding?: string) => {
      const bytes = Buffer.from(
        await file.bytes(path).catch((error: unknown) => {
          onRefusal(error);
          throw error;
        }),
      );
      if (encoding === undefined) return bytes;
      return encoding === "base64" ? bytes.toString("base64") : new TextDecoder(encoding).decode(bytes);
    },
  };
  const input: object = { file: archive };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return input as Parameters<typeof mammoth.convertToHtml>[0];
}
