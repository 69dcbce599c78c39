import type { Block, ReadDocument } from "../document.ts";
import { decodeBytes } from "./encoding.ts";
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
 * The text of a file's bytes, in whatever encoding they are (see encoding.ts). Throws where the bytes are no text.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decodeBytes(bytes);
  if (text.includes("\0") || isMostlyControl(text)) throw new Error("it looks like a binary file, not text");
  return text;
}

/** Begins colours in what a terminal showed. */
const ESCAPE = "\u001B";

/** Whether more than one in twenty characters are control characters, which no text has. */
function isMostlyControl(text: string): boolean {
  const top = text.slice(0, 10_000);
  const controls = top.match(/\p{Cc}/gu)?.filter((control) => control.trim() !== "" && control !== ESCAPE) ?? [];
  return controls.length * 20 > top.length;
}
