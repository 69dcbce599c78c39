import { blocksOf, type Block } from "./split-blocks.ts";
import { cutText } from "./split-text.ts";

/** A block that does not fit is begun in the same piece only where there is at least this share of one left. */
const WORTHWHILE = 0.5;

interface Rooms {
  /** Room in the piece that is begun, and in each after it. */
  readonly first: number;
  readonly most: number;
}

/**
 * Markdown in pieces of at most `most` UTF-16 units (at least 100), which are never fewer than a platform's characters, whatever it
 * counts. Each piece is valid by itself: code fences, tables, list items, links and quotes stay whole where they fit; else a fence is
 * closed and opened again, and a table has its header again. Otherwise it is cut between paragraphs, lines, sentences, words. Nothing
 * but blank space is lost. Pure.
 */
export function splitMarkdown(markdown: string, most: number): string[] {
  const pieces: string[] = [];
  let current: Block[] = [];
  let size = 0;
  const add = (block: Block) => {
    size += (current.length === 0 ? 0 : block.gap.length) + block.text.length;
    current.push(block);
  };
  const flush = () => {
    if (current.length > 0) pieces.push(textOf(current));
    current = [];
    size = 0;
  };
  for (const block of blocksOf(markdown)) {
    const left = current.length === 0 ? most : most - size - block.gap.length;
    if (block.text.length <= left) add(block);
    else if (block.text.length <= most) {
      // A heading goes with what it stands above.
      const heading = current.length > 1 && current.at(-1)?.kind === "heading" ? current.pop() : undefined;
      flush();
      if (heading) add(heading);
      if (heading && size + block.gap.length + block.text.length > most) flush();
      add(block);
    } else {
      const isWorthwhile = left >= most * WORTHWHILE;
      if (!isWorthwhile) flush();
      for (const [part, text] of broken(block, { first: isWorthwhile ? left : most, most }).entries()) {
        if (part > 0) flush();
        if (text !== "") add({ ...block, text });
      }
    }
  }
  flush();
  return pieces.filter((piece) => piece.trim() !== "");
}

function textOf(blocks: readonly Block[]): string {
  return blocks.map(({ gap, text }, place) => (place === 0 ? text : gap + text)).join("");
}

/** A block in parts that fit; the first is empty where nothing of it fits what is left. */
function broken(block: Block, rooms: Rooms): string[] {
  if (block.kind === "fence") return brokenFence(block, rooms);
  if (block.kind === "table") return brokenTable(block, rooms);
  if (block.kind === "quote") return packed(block.text.split("\n"), { ...rooms, head: [], tail: [], cut: cutQuote });
  return cutText(block.text, rooms);
}

function brokenFence({ text, open = "```", close = "```" }: Block, rooms: Rooms): string[] {
  const lines = text.split("\n").slice(1, -1);
  const cut = (line: string, room: number) => cutText(line, { first: room, most: room, isCode: true });
  return packed(lines, { ...rooms, head: [open], tail: [close], cut });
}

/** The header stands above each part where it leaves room for rows. */
function brokenTable({ text }: Block, rooms: Rooms): string[] {
  const lines = text.split("\n");
  const header = lines.slice(0, 2);
  const isShort = header.join("\n").length <= rooms.most * WORTHWHILE;
  const cut = (line: string, room: number) => cutText(line, { first: room, most: room });
  return packed(isShort ? lines.slice(2) : lines, { ...rooms, head: isShort ? header : [], tail: [], cut });
}

function cutQuote(line: string, room: number): string[] {
  const [prefix = ""] = /^(?:[ \t]{0,3}>){1,5}[ \t]?/.exec(line) ?? [];
  const most = room - prefix.length;
  return cutText(line.slice(prefix.length), { first: most, most }).map((part) => prefix + part);
}

/** As many lines as fit into each part, between lines that every part has. */
function packed(
  lines: readonly string[],
  given: Rooms & {
    readonly head: readonly string[];
    readonly tail: readonly string[];
    readonly cut: (line: string, room: number) => string[];
  },
): string[] {
  const { first, most, head, tail, cut } = given;
  const frame = [...head, ...tail].reduce((sum, line) => sum + line.length + 1, 0);
  const parts: string[] = [];
  let body: string[] = [];
  let size = frame;
  const flush = () => {
    parts.push(body.length === 0 ? "" : [...head, ...body, ...tail].join("\n"));
    body = [];
    size = frame;
  };
  for (const line of lines.flatMap((one) => (one.length + frame <= most ? [one] : cut(one, most - frame)))) {
    const room = parts.length === 0 ? first : most;
    if (size + line.length > room && (body.length > 0 || parts.length === 0)) flush();
    body.push(line);
    size += line.length + 1;
  }
  if (body.length > 0) flush();
  return parts;
}
