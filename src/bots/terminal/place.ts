import type { Passage } from "../../chat.ts";
import { toPlainLine } from "./plain.ts";

/** Title and headings of a passage, outermost first, made safe. */
export function trailOf({ title, headings }: Pick<Passage, "title" | "headings">): string {
  return [title, ...headings].map(toPlainLine).join(" > ");
}

/** Where a passage stands in its file, made safe: "leave.md:7", "handbook.pdf, p. 3", "talk.pptx, slide 2". */
export function fileOf({ path, lines: [first], page }: Pick<Passage, "path" | "lines" | "page">): string {
  const unit = /\.pptx$/i.test(path) ? "slide" : "p.";
  // Formats without lines have them all at 0.
  return `${toPlainLine(path)}${first > 0 ? `:${first}` : ""}${page === undefined ? "" : `, ${unit} ${page}`}`;
}

/** The day a passage's document last changed, such as "2026-11-24" (UTC); undefined where that is not known. */
export function dayOf({ modifiedAt }: Pick<Passage, "modifiedAt">): string | undefined {
  return modifiedAt?.slice(0, 10);
}
