import GithubSlugger from "github-slugger";
import type { Passage } from "../chat.ts";
import type { Block, ReadDocument } from "./document.ts";
import { countWords, sizeOf, splitBlock } from "./split-block.ts";

/** No passage is longer; a passage is what is ranked, shown and quoted from. */
export const MOST_WORDS = 250;
/** A section longer than this is cut between its blocks once a piece has so many words. */
const GOOD_WORDS = 160;

/** A stretch under one heading, before it is cut. */
interface Section {
  readonly headings: readonly string[];
  readonly anchor: string;
  readonly headingLines?: readonly [number, number];
  /** Where its heading stands. */
  readonly page?: number;
  readonly blocks: Block[];
}

/**
 * A document's text as passages: cut at headings, then between blocks, at most 250 words each; fences and tables stay whole where
 * they fit. At least one, so that a document without text is known by its title. Pure.
 */
export function cutPassages(
  document: ReadDocument,
  options: {
    readonly documentId: string;
    readonly path: string;
    readonly modifiedAt?: string;
    readonly urlTemplate?: string;
  },
): [Passage, ...Passage[]] {
  const { documentId, path, modifiedAt } = options;
  const link = linker(document, options);
  const pieces = toSections(document).flatMap((section) =>
    pack(section).map((blocks) => ({ section, blocks, lines: linesOf(section, blocks) })),
  );
  const passages = pieces.map(({ section, blocks, lines }, index): Passage => {
    const page = blocks.find((block) => block.page !== undefined)?.page ?? section.page;
    // Browsers open a PDF at a page by this fragment (RFC 8118); nothing opens a presentation at a slide.
    const anchor = page !== undefined && /\.pdf$/i.test(path) ? `page=${page}` : section.anchor;
    const url = link(anchor);
    return {
      id: `${documentId}#${index}`,
      documentId,
      path,
      title: document.title,
      headings: section.headings,
      anchor,
      lines,
      ...(page !== undefined && { page }),
      ...(modifiedAt !== undefined && { modifiedAt }),
      ...(url !== undefined && { url }),
      text: blocks.map(({ text }) => text).join("\n\n"),
    };
  });
  const [first, ...rest] = passages;
  return [first ?? emptyPassage(document, { documentId, path, url: link("") }), ...rest];
}

function emptyPassage(
  { title }: ReadDocument,
  { url, documentId, path }: { readonly documentId: string; readonly path: string; readonly url: string | undefined },
): Passage {
  const place = { documentId, path, title, headings: [], anchor: "", lines: [1, 1] as const };
  return { id: `${documentId}#0`, ...place, ...(url !== undefined && { url }), text: "" };
}

function toSections(document: ReadDocument): Section[] {
  const slugger = new GithubSlugger();
  const sections: Section[] = [{ headings: [], anchor: "", blocks: [] }];
  let path: { readonly level: number; readonly text: string }[] = [];
  for (const block of document.blocks) {
    if (block.kind !== "heading") {
      sections.at(-1)?.blocks.push(block);
      continue;
    }
    const level = block.level ?? 1;
    path = [...path.filter((above) => above.level < level), { level, text: block.text }];
    sections.push({
      headings: path.map(({ text }) => text).filter((text, index) => index > 0 || text !== document.title),
      anchor: block.anchor ?? slugger.slug(block.text),
      headingLines: block.lines,
      ...(block.page !== undefined && { page: block.page }),
      blocks: [],
    });
  }
  return sections.filter((section, index) => hasOwnText(section) || standsAlone(section, sections[index + 1]));
}

function hasOwnText({ blocks }: Section): boolean {
  return blocks.length > 0;
}

/** A heading without text is kept unless the next section stands below it and so carries it in its path. */
function standsAlone({ headings, headingLines }: Section, next: Section | undefined): boolean {
  if (!headingLines || headings.length === 0) return false;
  return next === undefined || headings.some((heading, index) => next.headings[index] !== heading);
}

/** Packs whole blocks into pieces, a new one when the next block would make it too long; blocks too long are split first. */
function pack({ blocks }: Section): Block[][] {
  const pieces: Block[][] = [];
  let piece: Block[] = [];
  let size = 0;
  let before: Block | undefined;
  for (const whole of blocks) {
    const leadIn = before && isLeadIn(before) ? before : undefined;
    for (const { block, size: own } of splitBlock(whole, { most: MOST_WORDS, leadIn: leadIn?.text })) {
      const isFull = size > 0 && (size + own > MOST_WORDS || size + own / 2 > GOOD_WORDS);
      const isLeadInAlone = piece.length === 1 && piece[0] === leadIn && size + own <= MOST_WORDS;
      if (isFull && !isLeadInAlone) {
        const carried = carriedLeadIn(piece, { leadIn, size: own });
        if (carried.length > 0) piece.pop();
        pieces.push(piece);
        piece = carried;
        size = carried.reduce((sum, { text }) => sum + sizeOf(text), 0);
      }
      piece.push(block);
      size += own;
    }
    before = whole;
  }
  return [...pieces, piece];
}

/** A line such as "You need:" goes along with the list that it leads into. */
function carriedLeadIn(
  piece: readonly Block[],
  { leadIn, size }: { readonly leadIn: Block | undefined; readonly size: number },
): Block[] {
  const isLast = leadIn !== undefined && piece.at(-1) === leadIn && piece.length > 1;
  return isLast && sizeOf(leadIn.text) + size <= MOST_WORDS ? [leadIn] : [];
}

function isLeadIn({ kind, text }: Block): boolean {
  return kind === "paragraph" && /[:：]\s*$/.test(text) && countWords(text) <= 40;
}

function linesOf({ headingLines }: Section, blocks: readonly Block[]): readonly [number, number] {
  const starts = blocks.map(({ lines }) => lines[0]);
  const ends = blocks.map(({ lines }) => lines[1]);
  const [from, to] = headingLines ?? [1, 1];
  return blocks.length === 0 ? [from, to] : [Math.min(...starts), Math.max(...ends)];
}

/** Makes the link of a passage: the document's own url, else the folder's template with {path}, {stem} and {anchor} filled in. */
function linker(
  document: ReadDocument,
  { path, urlTemplate }: { readonly path: string; readonly urlTemplate?: string },
): (anchor: string) => string | undefined {
  const encode = (text: string) => text.split("/").map(encodeURIComponent).join("/");
  // What stands inside a file has no address of its own: the link leads to the file.
  const isPart = document.part !== undefined;
  const file = isPart ? path.slice(0, -(document.part.length + 1)) : path;
  return (anchor) => {
    // "page=3" is understood with its equals sign only.
    const fragment = encodeURIComponent(anchor).replaceAll("%3D", "=");
    if (document.url !== undefined)
      return anchor === "" ? document.url : `${document.url.replace(/#.*$/, "")}#${fragment}`;
    return urlTemplate
      ?.replaceAll("{path}", encode(file))
      .replaceAll("{stem}", encode(file.replace(/\.[^./]+$/, "")))
      .replaceAll("{anchor}", isPart ? "" : fragment)
      .replace(/#$/, "");
  };
}
