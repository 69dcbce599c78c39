import { stripVTControlCharacters } from "node:util";

/** Not shown: invisible marks that hide text, or that turn the direction of the text around them. */
const INVISIBLE = /[\u200B\uFEFF\u{E0000}-\u{E007F}]|\p{Bidi_Control}/gu;

/**
 * Text of a document, a file name or a person, made safe for a terminal: no escape sequence, control character or bidirectional
 * control is left, so that a document cannot drive the terminal. Line breaks stay.
 */
export function toPlain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, "\n")
    .replaceAll("\t", "  ")
    .replaceAll(/\p{Cc}/gu, (character) => (character === "\n" ? character : ""))
    .replaceAll(INVISIBLE, "");
}

/** The same on one line: any run of white space becomes one space. */
export function toPlainLine(text: string): string {
  return toPlain(text).replaceAll(/\s+/g, " ").trim();
}

/**
 * One line of JSON. Characters that could drive a terminal are written as escapes, which changes nothing for whoever parses it.
 */
export function toJsonLine(value: unknown): string {
  const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `${JSON.stringify(value).replaceAll(/\p{Cc}|[\u2028\u2029\uFEFF]|\p{Bidi_Control}/gu, escape)}\n`;
}
