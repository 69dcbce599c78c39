import type { Block, ReadDocument } from "../document.ts";
import { fenced } from "./fenced.ts";
import { titleFromFileName } from "./file-name.ts";
import { isLayout, isList, listText, tableText } from "./html-blocks.ts";
import {
  findElements,
  isBlock,
  isElement,
  isShown,
  isText,
  parsePage,
  plain,
  textOf,
  type Element,
  type Node,
} from "./html-tree.ts";

/** What frames a page, left out where the page says which part is the main one. */
const CHROME = new Set(["nav", "footer", "form"]);
const HEADING = /^h([1-6])$/;

/** An HTML page as blocks. Title from `<title>`, else the first h1. Throws when it is nested too deep to be a page. */
export function readHtml(text: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const nodes = parsePage(text);
  const main = findMain(nodes);
  const blocks = collect(main ?? nodes, { text, firstLine: 1, isMain: main !== undefined });
  const [named] = findElements(nodes, (element) => element.name === "title", 1);
  const first = blocks.find(({ kind, level }) => kind === "heading" && level === 1);
  return { title: (named && plain(named)) || first?.text || titleFromFileName(fileName), blocks };
}

/** A stretch of HTML inside another document; `firstLine` is the line it begins on. */
export function readHtmlBlocks(text: string, { firstLine }: { readonly firstLine: number }): Block[] {
  return collect(parsePage(text), { text, firstLine, isMain: false });
}

/** The blocks of some nodes of a page that was parsed from `text`. */
export function blocksOf(nodes: readonly Node[], { text }: { readonly text: string }): Block[] {
  return collect(nodes, { text, firstLine: 1, isMain: false });
}

/** The page's main part; of a page of articles, all of them. */
function findMain(nodes: readonly Node[]): readonly Element[] | undefined {
  const main = findElements(nodes, ({ name, attribs }) => name === "main" || attribs["role"] === "main");
  const parts = main.length > 0 ? main : findElements(nodes, ({ name }) => name === "article");
  return parts.length > 0 ? parts : undefined;
}

interface Place {
  readonly text: string;
  readonly firstLine: number;
  readonly isMain: boolean;
}

/** A paragraph being put together, and where it begins and ends in the page. */
interface Run {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Walks with a stack of its own: a hostile page must not overflow the program's. */
function collect(nodes: readonly Node[], place: Place): Block[] {
  const blocks: Block[] = [];
  const lineAt = lineFinder(place);
  let run: Run | undefined;
  const flush = () => {
    const text = run?.text.replaceAll(/[ \t\n\r]+/g, " ").trim();
    if (run && text) blocks.push({ kind: "paragraph", text, lines: [lineAt(run.from), lineAt(run.to)] });
    run = undefined;
  };
  const stack: (Node | "end")[] = nodes.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node === "end") flush();
    else if (isText(node))
      run = goOn(run, { start: node.startIndex ?? 0, end: node.endIndex ?? 0, words: node.data, place });
    else if (isElement(node) && isShown(node) && !isFrame(node, place)) {
      const whole = wholeBlock(node, lineAt);
      if (whole || isBlock(node)) flush();
      if (node.name === "br" && run) run = { ...run, text: `${run.text} ` };
      if (whole) {
        blocks.push(...whole);
        continue;
      }
      if (isBlock(node)) stack.push("end");
      for (const child of node.children.toReversed()) stack.push(child);
    }
  }
  flush();
  return blocks;
}

/** The paragraph with more words; white space alone begins none. */
function goOn(
  run: Run | undefined,
  given: { readonly start: number; readonly end: number; readonly words: string; readonly place: Place },
): Run | undefined {
  const { start, end, words, place } = given;
  if (words.trim() === "") return run && { ...run, text: run.text + words };
  const raw = place.text.slice(start, end + 1);
  const from = start + raw.length - raw.trimStart().length;
  return { text: (run?.text ?? "") + words, from: run?.from ?? from, to: start + raw.trimEnd().length };
}

function isFrame({ name }: Element, { isMain }: Place): boolean {
  return name === "title" || (isMain && CHROME.has(name));
}

/** Elements that become one block: headings, lists, tables (with their caption), preformatted text. */
function wholeBlock(element: Element, lineAt: (index: number) => number): Block[] | undefined {
  const { name, attribs, startIndex, endIndex } = element;
  const lines = [lineAt(startIndex ?? 0), lineAt(endIndex ?? startIndex ?? 0)] as const;
  const block = (kind: Block["kind"], text: string): Block[] => (text === "" ? [] : [{ kind, text, lines }]);
  const level = HEADING.exec(name)?.[1];
  if (level !== undefined) {
    const anchor = attribs["id"] || attribs["name"] || "";
    return block("heading", plain(element)).map((heading) => ({
      ...heading,
      level: Number(level),
      ...(anchor !== "" && { anchor }),
    }));
  }
  if (name === "pre") return textOf(element).trim() === "" ? [] : block("code", fenced(textOf(element)));
  if (isList(element)) return block("list", listText(element));
  if (name !== "table" || isLayout(element)) return undefined;
  const captions = findElements(element.children, (child) => child.name === "caption");
  return [...captions.flatMap((caption) => block("paragraph", plain(caption))), ...block("table", tableText(element))];
}

/** The line of a character index, counted on from `firstLine`. */
function lineFinder({ text, firstLine }: Place): (index: number) => number {
  const ends = Array.from(text.matchAll(/\r\n?|\n/g), ({ index, 0: end }) => index + end.length - 1);
  return (index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return firstLine + low;
  };
}
