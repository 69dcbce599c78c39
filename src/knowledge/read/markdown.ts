import MarkdownIt, { type Env, type Token } from "markdown-it";
import { parse as parseYaml } from "yaml";
import type { Block, ReadDocument } from "../document.ts";
import { fenced } from "./fenced.ts";
import { cleanInline, hideTemplateTags } from "./clean.ts";
import { readHtmlBlocks } from "./html.ts";
import { titleFromFileName } from "./file-name.ts";

/** Block structure only: the text inside blocks is quoted as it stands, so parsing it would be time for nothing. */
const parser = new MarkdownIt({ html: true }).disable([
  "inline",
  "linkify",
  "replacements",
  "smartquotes",
  "text_join",
]);
/** Headings alone are read to their letters: they are shown as titles, and anchors are made from them. */
const inline = new MarkdownIt({ html: true });
const LONGEST_HEADING = 1_000;
/** More than this between the two marks at the top is no front matter, and YAML is slow to parse. */
const LONGEST_FRONT_MATTER = 50_000;

/** A Markdown file (CommonMark, tables, MDX and template tags taken out) as blocks with their lines. */
export function readMarkdown(text: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const { front, body } = splitFrontMatter(text.replaceAll(/\r\n?/g, "\n"));
  const references: Env = {};
  const tokens = parser.parse(body, references);
  const source = hideTemplateTags(body, fencedLines(tokens));
  const blocks = toBlocks(source === body ? tokens : parser.parse(source, references), {
    lines: source.split("\n"),
    references,
  });
  const firstTitle = blocks.find(({ kind, level }) => kind === "heading" && level === 1);
  const title = front.title ?? firstTitle?.text ?? titleFromFileName(fileName);
  return { title, ...(front.url !== undefined && { url: front.url }), blocks };
}

function fencedLines(tokens: readonly Token[]): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { type, map } of tokens) {
    if (type === "fence" && map) for (let line = map[0]; line < map[1]; line += 1) lines.add(line);
  }
  return lines;
}

interface FrontMatter {
  readonly title?: string;
  readonly url?: string;
}

/**
 * The YAML block at the top, and the text with its lines blanked so that line numbers stay. What is no YAML, or no keys and values
 * (text between two rules), is text.
 */
function splitFrontMatter(text: string): { readonly front: FrontMatter; readonly body: string } {
  const match = /^---[ \t]*\n((?:[\s\S]*?\n)??)(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text.slice(0, LONGEST_FRONT_MATTER));
  if (!match) return { front: {}, body: text };
  const [whole, yaml = ""] = match;
  const keys = parseKeys(yaml);
  if (!keys) return { front: {}, body: text };
  const title = ["string", "number"].includes(typeof keys["title"]) ? oneLine(String(keys["title"])) : "";
  const url = typeof keys["url"] === "string" && /^https?:\/\/\S+$/.test(keys["url"]) ? keys["url"] : "";
  return {
    front: { ...(title !== "" && { title }), ...(url !== "" && { url }) },
    body: "\n".repeat(whole.split("\n").length - 1) + text.slice(whole.length),
  };
}

function parseKeys(yaml: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = parseYaml(yaml, { uniqueKeys: false, logLevel: "error" }) ?? {};
    return typeof parsed === "object" && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
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
    case "paragraph_open":
      return keep({ kind: "paragraph", text: cleanInline(text), lines });
    default:
      return [];
  }
}

/** A heading's words without marks; `{#anchor}` at its end names its anchor. */
function toHeading(content: string, references: Env): Pick<Block, "kind" | "text" | "anchor"> {
  const named = /\{#([^\s{}]+)\}\s*$/.exec(content);
  const words = named ? content.slice(0, named.index) : content;
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
