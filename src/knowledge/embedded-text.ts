import type { Passage } from "../chat.ts";

/** What is embedded of a passage, and what a reranker reads of it: its title, the headings above it, and its text without marks. Pure. */
export function embeddedText({ title, headings, text }: Passage): string {
  return [title, ...headings, withoutMarks(text)].join("\n");
}

/** Markdown as words: addresses, rules of tables, and marks say nothing to a model, and take room from what does. */
function withoutMarks(text: string): string {
  return text
    .replaceAll(/!?\[([^[\]\n]*)\]\([^()\s]*(?:\s+"[^"\n]*")?\)/g, "$1")
    .replaceAll(/^[ \t]*\|?[ \t]*:?-{3,}[-:| \t]*$/gm, "")
    .replaceAll(/^[ \t]*\|(.*)\|[ \t]*$/gm, (_row, cells: string) =>
      cells
        .split("|")
        .map((cell) => cell.trim())
        .filter((cell) => cell !== "")
        .join(", "),
    )
    .replaceAll(/^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)/gm, "")
    .replaceAll(/\*\*|__|`+/g, "")
    .replaceAll(/<\/?[a-z][^<>]*>/gi, " ")
    .replaceAll(/[ \t]+/g, " ")
    .replaceAll(/\n{2,}/g, "\n")
    .trim();
}
