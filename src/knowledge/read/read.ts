import type { ReadDocument } from "../document.ts";
import { readCode } from "./code.ts";
import { CODE_KINDS, isLeftOutCode } from "./code-files.ts";
import { readCsv } from "./csv.ts";
import { openInside, reasonOf, type Documents, type Inside } from "./inside.ts";
import { readStructured } from "./openapi.ts";
import { readHtmlPage, readMarkdownPage } from "./page.ts";
import { decodeText, readText } from "./text.ts";

/** A format's reader. Throws an error whose message is a reason people understand. */
type Reader = (
  bytes: Uint8Array,
  options: { readonly fileName: string; readonly inside: Inside },
) => Documents | Promise<Documents>;

type FileReader = (bytes: Uint8Array, options: { readonly fileName: string }) => Promise<ReadDocument>;

const READERS: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries([...CODE_KINDS.keys()].map((ending) => [ending, ofText(readCode)])),
  ".json": ofText(readStructured),
  ".yaml": ofText(readStructured),
  ".yml": ofText(readStructured),
  ".md": ofText(readMarkdownPage),
  ".markdown": ofText(readMarkdownPage),
  ".mdx": ofText(readMarkdownPage),
  ".txt": ofText(readText),
  ".text": ofText(readText),
  ".html": ofText(readHtmlPage),
  ".htm": ofText(readHtmlPage),
  ".csv": ofText(readCsv),
  ".tsv": ofText(readCsv),
  ".pdf": ofFile(async () => (await import("./pdf.ts")).readPdf),
  ".docx": ofFile(async () => (await import("./docx.ts")).readDocx),
  ".docm": ofFile(async () => (await import("./docx.ts")).readDocx),
  ".pptx": ofFile(async () => (await import("./pptx.ts")).readPptx),
  ".pptm": ofFile(async () => (await import("./pptx.ts")).readPptx),
  ".ppsx": ofFile(async () => (await import("./pptx.ts")).readPptx),
  ".xlsx": ofFile(async () => (await import("./xlsx.ts")).readXlsx),
  ".xlsm": ofFile(async () => (await import("./xlsx.ts")).readXlsx),
  ".zip": async (bytes, options) => (await import("./zip.ts")).readZip(bytes, options),
  ".eml": async (bytes, options) => (await import("./eml.ts")).readEml(bytes, options),
  ".mbox": async (bytes, options) => (await import("./mbox.ts")).readMbox(bytes, options),
};

/** What Office puts beside a file as long as somebody has it open. */
const OPEN_IN_OFFICE = /(?:^|\/)~\$[^/]*$/;

/** Whether there is a reader for files of this name. */
export function isDocumentName(name: string): boolean {
  return extension(name) in READERS && !isLeftOutCode(name) && !OPEN_IN_OFFICE.test(name);
}

/** The documents in a file's bytes, by the reader of its extension. Rejects with an error whose message is a reason people understand. */
export function readDocuments(bytes: Uint8Array, { path }: { readonly path: string }): Promise<Documents> {
  return readOne(bytes, { fileName: path, inside: openInside({ isDocumentName, read: readOne }) });
}

async function readOne(bytes: Uint8Array, options: Parameters<Reader>[1]): Promise<Documents> {
  const read = READERS[extension(options.fileName)];
  if (!read) throw new Error("there is no reader for this kind of file");
  return read(bytes, options);
}

function ofText(read: (text: string, options: { readonly fileName: string }) => ReadDocument): Reader {
  return (bytes, options) => [read(decodeText(bytes), options)];
}

/** A reader that is loaded with the first file of its kind, for its library is large. */
function ofFile(load: () => Promise<FileReader>): Reader {
  return async (bytes, options) => {
    const read = await load();
    try {
      return [await read(bytes, options)];
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
  };
}

function extension(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? "";
}
