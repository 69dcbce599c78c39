import MarkdownIt, { type Env, type Token } from "markdown-it";
import type { Block, ReadDocument } from "../document.ts";
import { fenced } from "./fenced.ts";
import { cleanInline, hideTemplateTags, outsideCode } from "./clean.ts";
import { splitFrontMatter } from "./front-matter.ts";
import { readHtmlBlocks } from "./html.ts";
import { titleFromFileName } from "./file-name.ts";
import { addFootnotes } from "./footnotes.ts";
import { showComponents } from "./jsx.ts";
import { fenceLines, withoutProgram } from "./mdx.ts";
import { showWikiLinks } from "./wiki-links.ts";

/** Block structure only: the text inside blocks is quoted as it stands, so parsing it would be time for nothing. */
const parser = new MarkdownIt({ html: true }).disable([
  "inline",
  "linkify",
  "replacements",
  "smartquotes",
  "text_join",
]);
addFootnotes(parser);
/** In MDX, indentation makes no code. */
const mdxParser = new MarkdownIt({ html: true }).disable([
  "inline",
  "linkify",
  "replacements",
  "smartquotes",
  "text_join",
  "code",
]);
addFootnotes(mdxParser);
/** Headings alone are read to their letters: they are shown as titles, and anchors are made from them. */
const inline = new MarkdownIt({ html: true });
const LONGEST_HEADING = 1_000;
/** A Markdown file (CommonMark, tables, MDX and template tags taken out) as blocks with their lines. */
export function readMarkdown(text: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const isMdx = /\.mdx$/i.test(fileName);
  const { front, body: whole } = splitFrontMatter(text.replaceAll(/\r\n?/g, "\n"));
  const body = isMdx ? withoutProgram(whole) : whole;
  const blockParser = isMdx ? mdxParser : parser;
  const references: Env = {};
  const tokens = blockParser.parse(body, references);
  const source = readable(body, { held: fencedLines(tokens), isMdx });
  const blocks = toBlocks(source === body ? tokens : blockParser.parse(source, references), {
    lines: source.split("\n"),
    references,
  });
  const firstTitle = blocks.find(({ kind, level }) => kind === "heading" && level === 1);
  const title = front.title ?? firstTitle?.text ?? titleFromFileName(fileName);
  return { ...front, title, blocks };
}

/** What people read of a source: without template tags, and with components as their words. */
function readable(
  body: string,
  { held, isMdx }: { readonly held: ReadonlySet<number>; readonly isMdx: boolean },
): string {
  const source = hideTemplateTags(body, held);
  if (!isMdx && !/<[A-Z]/.test(source)) return source;
  const lines = source.split("\n");
  const inFence = new Set([...held, ...fenceLines(lines)]);
  const parts: string[] = [];
  for (let from = 0; from < lines.length;) {
    const isFenced = inFence.has(from);
    let to = from + 1;
    while (to < lines.length && inFence.has(to) === isFenced) to += 1;
    const part = lines.slice(from, to).join("\n");
    parts.push(isFenced ? part : showComponents(part, { hasExpressions: isMdx }));
    from = to;
  }
  return parts.join("\n");
}

function fencedLines(tokens: readonly Token[]): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { type, map } of tokens) {
    if (type === "fence" && map) for (let line = map[0]; line < map[1]; line += 1) lines.add(line);
  }
  return lines;
}

interface Source {
  readonly lines: readonly string[];
  /** Link targets that are written elsewhere in the document. */
  readonly references: Env;
}

function toBlocks(tokens: readonly Token[], { lines, references }: Source): Block[] {
  return tokens.flatMap((token, index) => {
    if (token.level !== 0 || !token.map || token.nesting < 0) return [];
    const [from, to] = token.map;
    const content = tokens[index + 1]?.content ?? "";
    return toBlock({ token, content, text: lines.slice(from, to).join("\n"), from, references });
  });
}

function toBlock(given: {
  readonly token: Token;
  readonly content: string;
  readonly text: string;
  readonly from: number;
  readonly references: Env;
}): Block[] {
  const { token, content, text, from, references } = given;
  const lines = [from + 1, from + Math.max(1, text.trimEnd().split("\n").length)] as const;
  switch (token.type) {
    case "heading_open":
      return keep({ ...toHeading(content, references), level: Number(token.tag.slice(1)), lines });
    case "bullet_list_open":
    case "ordered_list_open":
      return keep({ kind: "list", text: cleanInline(withoutIndent(text)), lines });
    case "table_open":
      return keep({ kind: "table", text: withBars(cleanInline(text)), lines });
    case "fence":
      return keep({ kind: "code", text: withoutIndent(text), lines });
    case "code_block":
      return keep({ kind: "code", text: fenced(token.content), lines });
    case "html_block":
      return readHtmlBlocks(token.content, { firstLine: from + 1 });
    case "blockquote_open":
      return keep({ kind: "paragraph", text: cleanInline(withoutQuoteMarks(text)), lines });
    case "footnote":
    case "paragraph_open":
      return keep({ kind: "paragraph", text: cleanInline(text), lines });
    default:
      return [];
  }
}

/** A heading's words without marks; `{#anchor}` at its end names its anchor. */
function toHeading(content: string, references: Env): Pick<Block, "kind" | "text" | "anchor"> {
  const named = /\{#([^\s{}]+)\}\s*$/.exec(content);
  const words = outsideCode(named ? content.slice(0, named.index) : content, showWikiLinks);
  const hasMarks = words.length <= LONGEST_HEADING && /[\\`*_[\]<>&!]/.test(words);
  const text = oneLine(hasMarks ? wordsOf(inline.parseInline(words, references)) : cleanInline(words));
  return { kind: "heading", text, ...(named?.[1] !== undefined && { anchor: named[1] }) };
}

function wordsOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ type, content, children }) => {
      if (children) return wordsOf(children);
      if (type === "html_inline") return /^<br\b/i.test(content) ? " " : "";
      return type === "softbreak" || type === "hardbreak" ? " " : content;
    })
    .join("");
}

/** Lists and fences may stand up to three spaces in; what is below the first line goes back with it. */
function withoutIndent(text: string): string {
  const indent = /^ {1,3}/.exec(text)?.[0].length ?? 0;
  return indent === 0 ? text : text.replaceAll(new RegExp(`^ {1,${indent}}`, "gm"), "");
}

/** Rows of a table may leave out the bars at both ends; with them every row is known for one. */
function withBars(table: string): string {
  return table
    .trim()
    .split("\n")
    .map((line) => line.trim())
    .map((row) => (row.startsWith("|") ? row : `| ${row}`))
    .map((row) => (row.length > 1 && /(?<!\\)\|$/.test(row) ? row : `${row} |`))
    .join("\n");
}

/** A quotation's text, without the mark of a callout (`[!NOTE]`). */
function withoutQuoteMarks(text: string): string {
  return text.replaceAll(/^[ \t]*>[ \t]?/gm, "").replace(/^\s*\[![\w-]+\][+-]?/, "");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function keep(block: Block): Block[] {
  return block.text.trim() === "" ? [] : [{ ...block, text: block.text.trim() }];
}
