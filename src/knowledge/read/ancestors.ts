import type { Block, ReadDocument } from "../document.ts";

/**
 * A document below the titles of what it stands in (a page's parent pages): they are a heading above all of its own, and so shown and
 * searched with each of its passages.
 */
export function below(titles: readonly string[], document: ReadDocument): ReadDocument {
  if (titles.length === 0) return document;
  const above: Block = { kind: "heading", level: 1, text: titles.join(" / "), anchor: "", lines: [1, 1] };
  const own = document.blocks.filter(
    ({ kind, level, text }) => !(kind === "heading" && level === 1 && text === document.title),
  );
  return { ...document, blocks: [above, ...own.map(deeper)] };
}

function deeper(block: Block): Block {
  return block.kind === "heading" ? { ...block, level: Math.min(6, (block.level ?? 1) + 1) } : block;
}
