import type { Block } from "./document.ts";

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const words = new Intl.Segmenter(undefined, { granularity: "word" });
const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** Words of a text: stretches between white space, or what Unicode's rules call words where a script writes no spaces. */
export function countWords(text: string): number {
  if (!UNSPACED.test(text)) return text.match(/\S+/g)?.length ?? 0;
  let count = 0;
  for (const { isWordLike } of words.segment(text)) if (isWordLike) count += 1;
  return count;
}

/**
 * A block as pieces of at most `most` words: code between lines with its fence repeated, tables between rows with their header,
 * lists between items with their lead-in, text between sentences. One that fits comes back as it is.
 */
export function splitBlock(
  block: Block,
  { most, leadIn }: { readonly most: number; readonly leadIn?: string | undefined },
): Block[] {
  if (countWords(block.text) <= most) return [block];
  const lines = block.text.split("\n");
  switch (block.kind) {
    case "code":
      return splitCode(block, { lines, most });
    case "table":
      return regroup(block, { parts: lines.slice(2), most, head: lines.slice(0, 2).join("\n"), skipped: 2 });
    case "list":
      return regroup(block, { parts: listItems(lines), most, ...(leadIn !== undefined && { laterHead: leadIn }) });
    default:
      return regroup(block, { parts: sentencesOf(block.text), most, glue: "" });
  }
}

function splitCode(
  block: Block,
  { lines, most }: { readonly lines: readonly string[]; readonly most: number },
): Block[] {
  const [open = "```", ...rest] = lines;
  const isClosed = /^\s*(`{3,}|~{3,})\s*$/.test(rest.at(-1) ?? "");
  const close = isClosed ? (rest.at(-1) ?? "```") : (/`{3,}|~{3,}/.exec(open)?.[0] ?? "```");
  const body = isClosed ? rest.slice(0, -1) : rest;
  const pieces = regroup(block, { parts: body, most: most - 2, skipped: 1 });
  return pieces.map((piece) => ({ ...piece, text: `${open}\n${piece.text}\n${close.trim()}` }));
}

/** The items of a list, each with what stands below it. */
function listItems(lines: readonly string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    if (items.length === 0 || /^[-*+]\s|^\d{1,9}[.)]\s/.test(line)) items.push(line);
    else items[items.length - 1] += `\n${line}`;
  }
  return items;
}

function sentencesOf(text: string): string[] {
  return Array.from(sentences.segment(text), ({ segment }) => segment);
}

interface Parts {
  readonly parts: readonly string[];
  readonly most: number;
  /** Repeated on top of every piece, and on top of every piece but the first. */
  readonly head?: string;
  readonly laterHead?: string;
  /** Lines of the block above its first part. */
  readonly skipped?: number;
  readonly glue?: "\n" | "";
}

function regroup(block: Block, { parts, most, head, laterHead, skipped = 0, glue = "\n" }: Parts): Block[] {
  const pieces: Block[] = [];
  let line = block.lines[0] + skipped;
  let piece = { text: head ?? "", from: line, count: 0 };
  const flush = (to: number) => {
    if (piece.count > 0)
      pieces.push({ ...block, text: piece.text.trim(), lines: [piece.from, clamp(Math.max(piece.from, to))] });
  };
  const clamp = (at: number) => Math.min(Math.max(at, block.lines[0]), block.lines[1]);
  for (const part of parts.flatMap((whole) => splitLong(whole, most))) {
    if (piece.count > 0 && countWords(piece.text) + countWords(part) > most) {
      flush(line - (glue === "" ? 0 : 1));
      piece = { text: head ?? laterHead ?? "", from: clamp(line), count: 0 };
    }
    const joint = piece.text === "" || piece.text.endsWith("\n") ? "" : piece.count === 0 ? "\n" : glue;
    piece = { ...piece, text: piece.text + joint + part, count: piece.count + 1 };
    line += part.split("\n").length - (glue === "" ? 1 : 0);
  }
  flush(block.lines[1]);
  return pieces;
}

/** A single part over the limit (one endless line) is cut between words, and where there are none, between characters. */
function splitLong(part: string, most: number): string[] {
  if (countWords(part) <= most) return [part];
  const pieces: string[] = [];
  let piece = "";
  let count = 0;
  for (const { segment, isWordLike } of words.segment(part)) {
    if (isWordLike) count += 1;
    if (count > most / 2 && piece !== "") {
      pieces.push(piece);
      piece = "";
      count = isWordLike ? 1 : 0;
    }
    piece += segment;
  }
  return [...pieces, piece].filter((text) => text.trim() !== "");
}
