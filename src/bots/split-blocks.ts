/**
 * A stretch of Markdown that belongs together. `gap` is what parts it from the one before; a fence can be closed and opened again by
 * its `close` and `open`.
 */
export interface Block {
  readonly kind: "fence" | "table" | "quote" | "heading" | "item" | "text";
  readonly gap: string;
  readonly text: string;
  readonly open?: string;
  readonly close?: string;
}

const FENCE = /^((?:[ \t]*>){0,5}[ \t]*)(`{3,}|~{3,})([^`]*)$/;
const QUOTE = /^[ \t]{0,3}>/;
const HEADING = /^[ \t]{0,3}(?:#{1,6}|-#)[ \t]/;
const ITEM = /^[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]/;
const DELIMITER = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
/** Of a fence that is opened again only what a client reads is repeated. */
const LANGUAGE = /^[ \t]*([^\s`]{0,20})/;

/** Markdown as its blocks, in order. A fence that is never closed is closed at the end. Pure. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.replaceAll(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let blank = 0;
  for (let place = 0; place < lines.length;) {
    const line = lines[place] ?? "";
    if (line.trim() === "") {
      blank += 1;
      place += 1;
      continue;
    }
    const { taken, ...block } = blockAt(lines, place);
    blocks.push({ ...block, gap: blank === 0 ? "\n" : "\n\n" });
    blank = 0;
    place += taken;
  }
  return blocks;
}

type Found = Omit<Block, "gap"> & { readonly taken: number };

function blockAt(lines: readonly string[], place: number): Found {
  const line = lines[place] ?? "";
  const fence = FENCE.exec(line);
  if (fence) return fenceAt(lines, { place, fence });
  if (isTable(lines, place)) return linesWhile(lines, { place, kind: "table", isIn: (next) => next.includes("|") });
  if (QUOTE.test(line)) return linesWhile(lines, { place, kind: "quote", isIn: (next) => QUOTE.test(next) });
  if (HEADING.test(line)) return { kind: "heading", text: line, taken: 1 };
  return linesWhile(lines, { place, kind: ITEM.test(line) ? "item" : "text", isIn: (_, at) => !isStart(lines, at) });
}

function linesWhile(
  lines: readonly string[],
  given: {
    readonly place: number;
    readonly kind: Block["kind"];
    readonly isIn: (line: string, place: number) => boolean;
  },
): Found {
  const { place, kind, isIn } = given;
  let end = place + 1;
  for (let next = lines[end]; next !== undefined && next.trim() !== ""; next = lines[end]) {
    if (FENCE.test(next) || !isIn(next, end)) break;
    end += 1;
  }
  return { kind, text: lines.slice(place, end).join("\n"), taken: end - place };
}

function fenceAt(
  lines: readonly string[],
  { place, fence }: { readonly place: number; readonly fence: RegExpExecArray },
): Found {
  const [line, prefix = "", marks = "```", info = ""] = fence;
  const isIn = (next: string) => !closes(next, marks) && (!prefix.includes(">") || QUOTE.test(next));
  let end = place + 1;
  while (end < lines.length && isIn(lines[end] ?? "")) end += 1;
  const isClosed = end < lines.length && closes(lines[end] ?? "", marks);
  const close = prefix + marks;
  return {
    kind: "fence",
    text: [line, ...lines.slice(place + 1, end), isClosed ? lines[end] : close].join("\n"),
    open: close + (LANGUAGE.exec(info)?.[1] ?? ""),
    close,
    taken: end - place + (isClosed ? 1 : 0),
  };
}

function closes(line: string, marks: string): boolean {
  const [, , found = "", info = ""] = FENCE.exec(line) ?? [];
  return found.startsWith(marks) && info.trim() === "";
}

function isTable(lines: readonly string[], place: number): boolean {
  const [header = "", delimiter = ""] = lines.slice(place, place + 2);
  return header.includes("|") && delimiter.includes("|") && DELIMITER.test(delimiter);
}

function isStart(lines: readonly string[], place: number): boolean {
  const line = lines[place] ?? "";
  return QUOTE.test(line) || HEADING.test(line) || ITEM.test(line) || isTable(lines, place);
}
