import type { Block, ReadDocument } from "../document.ts";
import { below } from "./ancestors.ts";
import { isoDate } from "./date.ts";
import { withoutNotionIds } from "./file-name.ts";

const LINK = /\[([^[\]]*)\]\(((?:[^()\s]|\([^()\s]*\))*)\)/g;
const PROPERTY = /^([^:\n]{1,80}): ?(.*)$/;
/** A picture's name, which stands where the picture was. */
const PICTURE = /^(?:Untitled(?: \d+)?|[^\n]{1,200}\.(?:png|jpe?g|gif|webp|svg|heic|avif))$/i;
/** A page's properties that date it, the best first. */
const DATES = ["last edited time", "last edited", "last updated", "updated", "created time", "created"];
const BOOKKEEPING = new Set([...DATES, "created by", "last edited by", "verification"]);
/** Folders of an export that are no pages. */
const PLACES = /^(?:Private & Shared|Shared|Private|Teamspace Home|Export-.*|ExportBlock-.*)$/;

/**
 * A page as its format's reader gives it, made what it was in Notion: below the pages that it stands in, links to other pages of the
 * export as their words, dated by its properties, of which those that only keep its history are left out.
 */
export function toNotionPage(document: ReadDocument, { fileName }: { readonly fileName: string }): ReadDocument {
  // Properties stand right below the title; lines like them further down are text.
  const place = document.blocks.findIndex(({ kind }) => kind !== "heading");
  const properties = propertiesOf(document.blocks[place]);
  const date = DATES.map((name) => isoDate(properties.get(name) ?? "")).find((found) => found !== undefined);
  const blocks = document.blocks
    .map((block, index) => (index === place && properties.size > 0 ? withoutBookkeeping(block) : block))
    .filter(({ kind, text }) => text !== "" && !(kind === "paragraph" && PICTURE.test(text)));
  const above = withoutNotionIds(fileName).split("/").slice(0, -1);
  return below(
    above.filter((title) => !PLACES.test(title)),
    { ...document, ...(date !== undefined && { date }), blocks: blocks.map(withoutInnerLinks) },
  );
}

/** A paragraph of nothing but properties, by their names in small letters; none where it is another block. */
function propertiesOf(block: Block | undefined): ReadonlyMap<string, string> {
  const found = (block?.kind === "paragraph" ? block.text.split("\n") : []).map((line) => PROPERTY.exec(line));
  if (found.includes(null)) return new Map();
  return new Map(found.map((match) => [match?.[1]?.trim().toLowerCase() ?? "", match?.[2] ?? ""]));
}

function withoutBookkeeping(block: Block): Block {
  const isKept = (line: string) => !BOOKKEEPING.has(PROPERTY.exec(line)?.[1]?.trim().toLowerCase() ?? "");
  return { ...block, text: block.text.split("\n").filter(isKept).join("\n") };
}

/** Links to files of the export lead nowhere from here. */
function withoutInnerLinks(block: Block): Block {
  if (block.kind === "code" || !block.text.includes("](")) return block;
  const isOuter = (target: string) => /^(?:[a-z][a-z0-9+.-]*:|#|$)/i.test(target);
  const text = block.text.replaceAll(LINK, (link, words: string, target: string) => (isOuter(target) ? link : words));
  return { ...block, text };
}
