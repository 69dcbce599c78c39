import { parseDocument } from "htmlparser2";
import type { Block, ReadDocument } from "../document.ts";
import { titleFromFileName } from "./file-name.ts";

/** Elements whose content is no text for a reader. */
const DROPPED = new Set(["script", "style", "template", "noscript", "svg", "iframe", "object", "select", "button"]);
/** What frames a page, left out where the page says which part is the main one. */
const CHROME = new Set(["nav", "header", "footer", "aside", "form"]);
const HEADING = /^h([1-6])$/;
/** Elements that end the paragraph before them. */
const BLOCK = new Set(
  "address article aside blockquote body dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table ul".split(
    " ",
  ),
);
/** Deeper nesting is refused: no real page has it, and it would cost memory without end. */
const DEEPEST = 2_000;

type Node = ReturnType<typeof parseDocument>["children"][number];
type Element = Extract<Node, { readonly attribs: Readonly<Record<string, string>> }>;

/** An HTML page as blocks. Title from `<title>`, else the first h1. Throws when it is nested too deep to be a page. */
export function readHtml(text: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const root = parseDocument(text, { withStartIndices: true, withEndIndices: true });
  const main = findMain(root.children);
  const blocks = collect(main ? [main] : root.children, { text, firstLine: 1, isMain: main !== undefined });
  const named = findElement(root.children, (element) => element.name === "title");
  const first = blocks.find(({ kind, level }) => kind === "heading" && level === 1);
  return { title: (named && plain(named)) || first?.text || titleFromFileName(fileName), blocks };
}

/** A stretch of HTML inside another document; `firstLine` is the line it begins on. */
export function readHtmlBlocks(text: string, { firstLine }: { readonly firstLine: number }): Block[] {
  const root = parseDocument(text, { withStartIndices: true, withEndIndices: true });
  return collect(root.children, { text, firstLine, isMain: false });
}

interface Place {
  readonly text: string;
  readonly firstLine: number;
  readonly isMain: boolean;
}

/** Walks with a stack of its own: a hostile page must not overflow the program's. */
function collect(nodes: readonly Node[], place: Place): Block[] {
  const blocks: Block[] = [];
  const lineAt = lineFinder(place);
  let run: { text: string; from: number; to: number } | undefined;
  const flush = () => {
    const text = run?.text.replaceAll(/[ \t\n\r]+/g, " ").trim();
    if (run && text) blocks.push({ kind: "paragraph", text, lines: [lineAt(run.from), lineAt(run.to)] });
    run = undefined;
  };
  const stack = nodes.toReversed().map((node) => ({ node: node as Node | "end", depth: 1 }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, depth } = next;
    if (depth > DEEPEST) throw new Error(`its elements are nested more than ${DEEPEST} deep`);
    if (node === "end") {
      flush();
    } else if (node.type === "text") {
      const from = node.startIndex ?? 0;
      const to = from + node.data.trimEnd().length;
      if (node.data.trim() === "" && run === undefined) continue;
      run = {
        text: (run?.text ?? "") + node.data,
        from: run?.from ?? from + leading(node.data),
        to: Math.max(to, run?.to ?? 0),
      };
    } else if (isElement(node) && !isDropped(node, place)) {
      const whole = wholeBlock(node, lineAt);
      if (whole !== undefined || BLOCK.has(node.name)) flush();
      if (node.name === "br" && run) run.text += " ";
      if (whole) blocks.push(...whole);
      else {
        if (BLOCK.has(node.name)) stack.push({ node: "end", depth });
        for (const child of node.children.toReversed()) stack.push({ node: child, depth: depth + 1 });
      }
    }
  }
  flush();
  return blocks;
}

/** Elements that become one block: headings, lists, tables, preformatted text. */
function wholeBlock(element: Element, lineAt: (index: number) => number): Block[] | undefined {
  const lines = [lineAt(element.startIndex ?? 0), lineAt(element.endIndex ?? element.startIndex ?? 0)] as const;
  const level = HEADING.exec(element.name)?.[1];
  const block = (kind: Block["kind"], text: string): Block[] => (text === "" ? [] : [{ kind, text, lines }]);
  if (level !== undefined) {
    const anchor = element.attribs["id"] || element.attribs["name"];
    return block("heading", plain(element)).map((heading) => ({
      ...heading,
      level: Number(level),
      ...(anchor !== undefined && anchor !== "" && { anchor }),
    }));
  }
  if (element.name === "pre") return block("code", `\`\`\`\n${textOf(element).replaceAll(/^\n|\s+$/g, "")}\n\`\`\``);
  if (element.name === "ul" || element.name === "ol") return block("list", listText(element));
  if (element.name === "table") return block("table", tableText(element));
  return undefined;
}

function listText(list: Element): string {
  const items = list.children.filter(isElement).filter(({ name }) => name === "li");
  return items
    .map((item, index) => ({ text: plain(item), mark: list.name === "ol" ? `${index + 1}.` : "-" }))
    .filter(({ text }) => text !== "")
    .map(({ text, mark }) => `${mark} ${text}`)
    .join("\n");
}

/** A table in Markdown; its first row is taken as the header. */
function tableText(table: Element): string {
  const rows = findElements(table.children, ({ name }) => name === "tr").map((row) =>
    row.children
      .filter(isElement)
      .filter(({ name }) => name === "td" || name === "th")
      .map((cell) => plain(cell).replaceAll("|", "\\|")),
  );
  const [header, ...rest] = rows.filter((cells) => cells.some((cell) => cell !== ""));
  if (!header) return "";
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rest.map(line)].join("\n");
}

/** All text below an element on one line. */
function plain(element: Element): string {
  return textOf(element).replaceAll(/\s+/g, " ").trim();
}

function textOf(element: Element): string {
  let text = "";
  const stack: Node[] = element.children.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "text") text += node.data;
    else if (isElement(node) && !DROPPED.has(node.name)) {
      if (BLOCK.has(node.name) || node.name === "br") text += element.name === "pre" ? "\n" : " ";
      for (const child of node.children.toReversed()) stack.push(child);
    }
  }
  return text;
}

function isDropped(element: Element, { isMain }: Place): boolean {
  const hidden = "hidden" in element.attribs || element.attribs["aria-hidden"] === "true";
  return hidden || DROPPED.has(element.name) || element.name === "title" || (isMain && CHROME.has(element.name));
}

function findMain(nodes: readonly Node[]): Element | undefined {
  return (
    findElement(nodes, ({ name, attribs }) => name === "main" || attribs["role"] === "main") ??
    findElement(nodes, ({ name }) => name === "article")
  );
}

function findElement(nodes: readonly Node[], fits: (element: Element) => boolean): Element | undefined {
  return findElements(nodes, fits, 1)[0];
}

function findElements(nodes: readonly Node[], fits: (element: Element) => boolean, most = Infinity): Element[] {
  const found: Element[] = [];
  const stack = nodes.toReversed();
  for (let node = stack.pop(); node && found.length < most; node = stack.pop()) {
    if (!isElement(node)) continue;
    if (fits(node)) found.push(node);
    else for (const child of node.children.toReversed()) stack.push(child);
  }
  return found;
}

function isElement(node: Node): node is Element {
  return "attribs" in node;
}

function leading(text: string): number {
  return text.length - text.trimStart().length;
}

/** The line of a character index, counted on from `firstLine`. */
function lineFinder({ text, firstLine }: Place): (index: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index);
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
