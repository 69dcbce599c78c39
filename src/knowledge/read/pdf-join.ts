import type { Block } from "../document.ts";
import { fenced } from "./fenced.ts";
import type { Part } from "./pdf-blocks.ts";
import { splitMark } from "./pdf-lists.ts";
import { joinLines, type Words } from "./pdf-text.ts";

/** Parts in which paragraphs that go on in the next column or on the next page are one again. */
export function joinParts(parts: readonly Part[], words: Words): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && isParted(last, part)) {
      joined[joined.length - 1] = {
        ...last,
        text: joinLines(last.text, part.text, words),
        lines: last.lines + part.lines,
      };
    } else joined.push(part);
  }
  return joined;
}

/** Whether a sentence begins in one and goes on in the other. */
function isParted(one: Part, other: Part): boolean {
  if (other.kind !== "text" || (one.kind !== "text" && one.kind !== "item")) return false;
  if (Math.abs(one.size - other.size) > one.size * 0.05 || one.isBold !== other.isBold) return false;
  return /[\p{L}\p{M},;-]$/u.test(one.text) && /^\p{Ll}/u.test(other.text) && one.lines > 1;
}

/** Parts as a document's blocks: headings where they have a level, items of a list together. */
export function toBlocks(parts: readonly Part[], levels: ReadonlyMap<Part, number>): Block[] {
  const blocks: Block[] = [];
  let list: Part[] = [];
  const flush = () => {
    const [first] = list;
    if (first) blocks.push({ kind: "list", text: listText(list), lines: [0, 0], page: first.page });
    list = [];
  };
  for (const part of parts) {
    const level = levels.get(part);
    if (part.kind === "item" && level === undefined) {
      if (list[0] && list[0].page !== part.page) flush();
      list.push(part);
      continue;
    }
    flush();
    if (part.text !== "") blocks.push(toBlock(part, level));
  }
  flush();
  return blocks;
}

function toBlock({ kind, text, page }: Part, level: number | undefined): Block {
  const place = { lines: [0, 0] as const, page };
  if (level !== undefined) return { kind: "heading", text, level, ...place };
  if (kind === "code") return { kind: "code", text: fenced(text), ...place };
  return { kind: kind === "table" ? "table" : "paragraph", text, ...place };
}

/** Items further to the right stand within those before them. */
function listText(items: readonly Part[]): string {
  const lefts: number[] = [];
  return items
    .map(({ text, left, size }) => {
      while (lefts.length > 0 && left < (lefts.at(-1) ?? 0) - size * 0.5) lefts.pop();
      if (lefts.length === 0 || left > (lefts.at(-1) ?? 0) + size * 0.5) lefts.push(left);
      const item = splitMark(text);
      return `${"  ".repeat(lefts.length - 1)}${item ? `${item.mark} ${item.text}` : text}`;
    })
    .join("\n");
}
