import type { Block, ReadDocument } from "../document.ts";
import { titleFromFileName } from "./file-name.ts";

/** A plain text file: paragraphs between blank lines. */
export function readText(text: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const lines = text.split(/\r\n|\n|\r/);
  lines.push("");
  lines.forEach((line, index) => {
    if (line.trim() !== "") {
      paragraph.push(line.trimEnd());
    } else if (paragraph.length > 0) {
      blocks.push({ kind: "paragraph", text: paragraph.join("\n"), lines: [index - paragraph.length + 1, index] });
      paragraph = [];
    }
  });
  return { title: titleFromFileName(fileName), blocks };
}

/**
 * The text of a file's bytes: UTF-8, UTF-16 where a byte order mark says so, else Windows-1252, which has a character for nearly
 * every byte. Throws where the bytes are no text.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decode(bytes);
  if (text.includes("\0")) throw new Error("it looks like a binary file, not text");
  return text;
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const text = new TextDecoder("utf-8").decode(bytes);
    return isMostlyUtf8(text) ? text : new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Whether it is UTF-8 for the most part: a few bad bytes do not make a text another encoding. */
function isMostlyUtf8(text: string): boolean {
  return countOf(text, /\uFFFD/g) * 2 < countOf(text, /[^\0-\x7F]/gu);
}

function countOf(text: string, pattern: RegExp): number {
  let count = 0;
  for (const _ of text.matchAll(pattern)) count += 1;
  return count;
}
