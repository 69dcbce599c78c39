import type { ReadDocument } from "../document.ts";
import { readHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";
import { decodeText, readText } from "./text.ts";

/** The documents in a file; more than one only where the format holds many, each then with its `part`. */
type Documents = readonly [ReadDocument, ...ReadDocument[]];
/** A format's reader. Throws an error whose message is a reason people understand. */
type Reader = (bytes: Uint8Array, options: { readonly fileName: string }) => Documents | Promise<Documents>;

const READERS: Readonly<Record<string, Reader>> = {
  ".md": ofText(readMarkdown),
  ".markdown": ofText(readMarkdown),
  ".mdx": ofText(readMarkdown),
  ".txt": ofText(readText),
  ".text": ofText(readText),
  ".html": ofText(readHtml),
  ".htm": ofText(readHtml),
};

/** Whether there is a reader for files of this name. */
export function isDocumentName(name: string): boolean {
  return extension(name) in READERS;
}

/** The documents in a file's bytes, by the reader of its extension. Rejects with an error whose message is a reason people understand. */
export async function readDocuments(bytes: Uint8Array, { path }: { readonly path: string }): Promise<Documents> {
  const read = READERS[extension(path)];
  if (!read) throw new Error("there is no reader for this kind of file");
  return read(bytes, { fileName: path });
}

function ofText(read: (text: string, options: { readonly fileName: string }) => ReadDocument): Reader {
  return (bytes, options) => [read(decodeText(bytes), options)];
}

function extension(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? "";
}
