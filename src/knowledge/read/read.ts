import type { ReadDocument } from "../document.ts";
import { readHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";
import { decodeText, readText } from "./text.ts";

type Reader = (text: string, options: { readonly fileName: string }) => ReadDocument;

const READERS: Readonly<Record<string, Reader>> = {
  ".md": readMarkdown,
  ".markdown": readMarkdown,
  ".mdx": readMarkdown,
  ".txt": readText,
  ".text": readText,
  ".html": readHtml,
  ".htm": readHtml,
};

/** Whether there is a reader for files of this name. */
export function isDocumentName(name: string): boolean {
  return extension(name) in READERS;
}

/** A document from a file's bytes, by the reader of its extension. Throws an error whose message is a reason people understand. */
export function readDocument(bytes: Uint8Array, { path }: { readonly path: string }): ReadDocument {
  const read = READERS[extension(path)];
  if (!read) throw new Error("there is no reader for this kind of file");
  return read(decodeText(bytes), { fileName: path });
}

function extension(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? "";
}
