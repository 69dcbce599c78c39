import type { Passage } from "../chat.ts";

/** What is embedded of a passage, and what a reranker reads of it: its title, the headings above it, and its text. Pure. */
export function embeddedText({ title, headings, text }: Passage): string {
  return [title, ...headings, text].join("\n");
}
