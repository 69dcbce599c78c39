/** A stretch of a passage's text. */
export type Range = readonly [start: number, end: number];

/**
 * The smallest stretch of a passage that can be quoted by itself: a sentence, a list item, a table row, a short fence. `ranges` says
 * where it stands in the passage's text; `context` is what it needs to be understood (a list's lead-in, a table's header).
 */
export interface Sentence {
  readonly kind: "sentence" | "item" | "row" | "code";
  /** As people read it: links as their words, no emphasis marks. */
  readonly text: string;
  readonly range: Range;
  readonly context?: { readonly text: string; readonly range: Range };
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
/** A fence's first line; three backticks with more of them behind are code within a line. */
const FENCE = /^\s*(`{3,}(?=[^`]*$)|~{3,})/;
/** The mark of a list's item. */
export const ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s+/;
const ROW = /^\s*\|.*\|\s*$/;

/** All sentences of a passage's Markdown in order. Pure; every range cuts the very words that `text` shows. */
export function sentencesOf(markdown: string): Sentence[] {
  const found: Sentence[] = [];
  let leadIn: Sentence["context"];
  for (const block of blocksOf(markdown)) {
    const sentences = fromBlock(block, leadIn);
    found.push(...sentences);
    const last = sentences.at(-1);
    const isLeadIn = last?.kind === "sentence" && /[:：]$/.test(last.text);
    if (isLeadIn) leadIn = { text: last.text, range: last.range };
    else if (block.kind !== "list") leadIn = undefined;
  }
  return found;
}

interface TextBlock {
  readonly kind: "text" | "list" | "table" | "code";
  readonly text: string;
  readonly start: number;
}

function fromBlock(block: TextBlock, leadIn: Sentence["context"]): Sentence[] {
  if (block.kind === "text") return textSentences(block);
  if (block.kind === "table") return rowsOf(block);
  if (block.kind === "list") return itemsOf(block, leadIn);
  const range = trimmed(block.text, block.start);
  return [{ kind: "code", text: withoutFence(block.text), range, ...(leadIn && { context: leadIn }) }];
}

/** The lines of a fence, without those that begin and end it. */
function withoutFence(text: string): string {
  const lines = text.trim().split("\n");
  const isFenced = FENCE.test(lines[0] ?? "");
  const isClosed = isFenced && lines.length > 1 && FENCE.test(lines.at(-1) ?? "");
  return lines.slice(isFenced ? 1 : 0, isClosed ? -1 : undefined).join("\n");
}

/** Lines of one kind together: fences, tables, lists, and text between blank lines. */
function blocksOf(markdown: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  let current: { kind: TextBlock["kind"]; text: string; start: number } | undefined;
  let fence: string | undefined;
  let offset = 0;
  const flush = () => {
    if (current && current.text.trim() !== "") blocks.push(current);
    current = undefined;
  };
  for (const line of markdown.split(/(?<=\n)/)) {
    const mark = FENCE.exec(line)?.[1];
    const kind = fence !== undefined || mark ? "code" : kindOf(line, current);
    if (kind === undefined) flush();
    else if (current?.kind === kind && !(mark && fence === undefined)) current.text += line;
    else {
      flush();
      current = { kind, text: line, start: offset };
    }
    if (fence === undefined && mark) fence = mark;
    else if (fence !== undefined && mark?.startsWith(fence) && line.trim() === mark) {
      fence = undefined;
      flush();
    }
    offset += line.length;
  }
  flush();
  return blocks;
}

function kindOf(line: string, before: Pick<TextBlock, "kind" | "text"> | undefined): TextBlock["kind"] | undefined {
  const isInList = before?.kind === "list";
  if (line.trim() === "") return isInList ? "list" : undefined;
  if (ROW.test(line)) return "table";
  if (ITEM.test(line)) return "list";
  // What follows an item without a blank line, or indented, belongs to it.
  if (isInList && (/^\s/.test(line) || !/\n[ \t]*\n$/.test(before.text))) return "list";
  return "text";
}

/** The whole sentences of a text without lists, tables and code, which stands at `start`. Pure. */
export function textSentences({ text, start }: Pick<TextBlock, "text" | "start">): Sentence[] {
  return Array.from(segmenter.segment(hideMarks(text)), ({ segment: { length }, index }) => {
    const segment = text.slice(index, index + length);
    return { kind: "sentence" as const, text: withoutMarks(segment), range: trimmed(segment, start + index) };
  })
    .filter(({ text: words }) => /[\p{L}\p{N}]/u.test(words))
    .reduce<Sentence[]>(joinBroken, []);
}

/**
 * The same text with links and code as plain letters and lines joined, so that no dot in a link and no line's end ends a sentence; marks of
 * emphasis behind a sentence's end go in front of it, so that they stay with the sentence.
 */
export function hideMarks(text: string): string {
  return text
    .replaceAll("\n", " ")
    .replaceAll(/!?\[[^[\]]*\]\([^()]*\)|https?:\/\/[^\s)]+[^\s).,;:!?]|`[^`]+`/g, (mark) => "x".repeat(mark.length))
    .replaceAll(
      /([.!?:])(\*{1,3}|_{1,3})(?=\s|$)/g,
      (_all, end: string, mark: string) => "x".repeat(mark.length) + end,
    );
}

/** Unicode's rules end a sentence after "e.g." or "No."; one that goes on in lower case is put together again. */
function joinBroken(sentences: Sentence[], next: Sentence): Sentence[] {
  const last = sentences.at(-1);
  const isBroken =
    last && (/^[\p{Ll}]/u.test(next.text) || /\b(?:e\.g|i\.e|etc|vs|approx|No|St|Dr|Mr|Ms|U\.S)\.$/.test(last.text));
  if (!last || !isBroken) return [...sentences, next];
  return [
    ...sentences.slice(0, -1),
    { ...last, text: `${last.text} ${next.text}`, range: [last.range[0], next.range[1]] },
  ];
}

function itemsOf({ text, start }: TextBlock, leadIn: Sentence["context"]): Sentence[] {
  const items: { text: string; start: number; indent: number }[] = [];
  let offset = start;
  for (const line of text.split(/(?<=\n)/)) {
    if (items.length === 0 || ITEM.test(line)) items.push({ text: line, start: offset, indent: line.search(/\S/) });
    else items[items.length - 1] = extend(items.at(-1), line);
    offset += line.length;
  }
  return items.flatMap((item, index) => {
    const parent = items.slice(0, index).findLast(({ indent }) => indent < item.indent);
    const context = parent && item.indent > 0 ? contextOf(parent) : leadIn;
    const words = readable(item.text);
    if (!/[\p{L}\p{N}]/u.test(words)) return [];
    return [{ kind: "item" as const, text: words, range: trimmed(item.text, item.start), ...(context && { context }) }];
  });
}

function extend(item: { text: string; start: number; indent: number } | undefined, line: string) {
  return item ? { ...item, text: item.text + line } : { text: line, start: 0, indent: 0 };
}

function contextOf(item: { readonly text: string; readonly start: number }): NonNullable<Sentence["context"]> {
  return { text: readable(item.text), range: trimmed(item.text, item.start) };
}

/** Each row with the table's header; "Header: cell" where there is a header, which reads better than bars. */
function rowsOf({ text, start }: TextBlock): Sentence[] {
  const lines = text.split(/(?<=\n)/);
  const offsets: number[] = [start];
  for (const line of lines) offsets.push((offsets.at(-1) ?? start) + line.length);
  const hasHeader = isDivider(lines[1]);
  const header = hasHeader ? cellsOf(lines[0] ?? "") : [];
  const context = hasHeader && lines[0] ? { text: header.join(", "), range: trimmed(lines[0], start) } : undefined;
  return lines.flatMap((line, index): Sentence[] => {
    if (isDivider(line) || (hasHeader && index === 0)) return [];
    const cells = cellsOf(line);
    const shown = cells
      .map((cell, column) => (cell !== "" && header[column] ? `${header[column]}: ${cell}` : cell))
      .filter((cell) => cell !== "");
    if (shown.length === 0) return [];
    return [
      {
        kind: "row",
        text: shown.join("; "),
        range: trimmed(line, offsets[index] ?? start),
        ...(context && { context }),
      },
    ];
  });
}

function isDivider(line: string | undefined): boolean {
  return line !== undefined && line.includes("-") && /^[\s:|-]+$/.test(line);
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => withoutMarks(cell.replaceAll("\\|", "|")));
}

/** Where a text that stands at `start` begins and ends without the white space around it. */
export function trimmed(text: string, start: number): Range {
  const from = text.length - text.trimStart().length;
  return [start + from, start + text.trimEnd().length];
}

/** Markdown as people read it: links as their words, no emphasis marks, no mark of a list's item, one line. */
export function readable(markdown: string): string {
  return withoutMarks(markdown.replace(ITEM, ""));
}

/** No pattern here runs past the next bracket of its kind, so that none takes long over a text full of them. */
function withoutMarks(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^[\]]*)\]\([^()]*\)/g, "$1")
    .replaceAll(/\[([^[\]]+)\]\[[^[\]]*\]/g, "$1")
    .replaceAll(/(\*\*|__)(?=\S)(.*?\S)\1/g, "$2")
    .replaceAll(/(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])/g, "$1")
    .replaceAll(/(?<![\w_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\w_])/g, "$1")
    .replaceAll(/`+([^`]*)`+/g, "$1")
    .replaceAll(/\\([\\`*_{}[\]()#+.!|-])/g, "$1")
    .replaceAll(/^[ \t]*#{1,6}\s+/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
