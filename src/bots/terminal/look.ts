import { styleText } from "node:util";
import wrapAnsi from "wrap-ansi";

/** How text is shown: at most so many columns wide (Infinity: never wrapped), with colours or without. */
export interface Look {
  readonly columns: number;
  readonly colors: boolean;
}

type Format = Parameters<typeof styleText>[0];

/** The text in a style, where colours are wanted. */
export function styled(
  text: string,
  { format, colors }: { readonly format: Format; readonly colors: boolean },
): string {
  return colors && text !== "" ? styleText(format, text, { validateStream: false }) : text;
}

/** Text wrapped at words; the lines that a line is wrapped into keep its indentation. `prefix` stands before every line. */
export function wrapped(
  text: string,
  { columns, prefix = "" }: { readonly columns: number; readonly prefix?: string },
): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, Math.max(20, columns - prefix.length)))
    .map((line) => (prefix + line).trimEnd())
    .join("\n");
}

function wrapLine(line: string, columns: number): string[] {
  if (columns === Infinity) return [line];
  const indent = /^ */.exec(line)?.[0].slice(0, columns / 2) ?? "";
  return wrapAnsi(line.trimStart(), columns - indent.length, { hard: true })
    .split("\n")
    .map((part) => indent + part);
}
