import MarkdownIt, { type Token } from "markdown-it";
import { parse as parseYaml } from "yaml";
import type { Block, ReadDocument } from "../document.ts";
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

/** A Markdown file (CommonMark, tables, MDX and template tags taken out) as blocks with their lines. */
export function readMarkdown(text: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const { front, body } = splitFrontMatter(text.replaceAll("\r\n", "\n"));
  const source = hideTemplateTags(body);
  const lines = source.split("\n");
  const blocks = toBlocks(parser.parse(source, {}), lines);
  const firstTitle = blocks.find(({ kind, level }) => kind === "heading" && level === 1);
  const title = front.title ?? firstTitle?.text ?? titleFromFileName(fileName);
  return { title, ...(front.url !== undefined && { url: front.url }), blocks };
}

interface FrontMatter {
  readonly title?: string;
  readonly url?: string;
}

/** The YAML block at the top, and the text with its lines blanked so that line numbers stay. Bad YAML is no front matter. */
function splitFrontMatter(text: string): { readonly front: FrontMatter; readonly body: string } {
  const match = /^\uFEFF?---[ \t]*\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text);
  if (!match) return { front: {}, body: text };
  const [whole, yaml = ""] = match;
  const body = "\n".repeat(whole.split("\n").length - 1) + text.slice(whole.length);
  try {
    const data = parseYaml(yaml) as unknown;
    if (typeof data !== "object" || data === null) return { front: {}, body };
    const { title, url } = data as { title?: unknown; url?: unknown };
    return {
      front: {
        ...(typeof title === "string" && title.trim() !== "" && { title: title.trim() }),
        ...(typeof url === "string" && /^https?:\/\//.test(url) && { url }),
      },
      body,
    };
  } catch {
    return { front: {}, body: text };
  }
}

function toBlocks(tokens: readonly Token[], lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  tokens.forEach((token, index) => {
    if (token.level !== 0 || !token.map || token.nesting < 0) return;
    const [from, to] = token.map;
    blocks.push(
      ...toBlock({
        token,
        content: tokens[index + 1]?.content ?? "",
        text: lines.slice(from, to).join("\n"),
        from,
        to,
      }),
    );
  });
  return blocks;
}

function toBlock(given: {
  readonly token: Token;
  readonly content: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}): Block[] {
  const { token, content, text, from } = given;
  const lines = [from + 1, from + Math.max(1, text.trimEnd().split("\n").length)] as const;
  switch (token.type) {
    case "heading_open":
      return [toHeading(content, { level: Number(token.tag.slice(1)), lines })];
    case "bullet_list_open":
    case "ordered_list_open":
      return keep({ kind: "list", text: cleanInline(text), lines });
    case "table_open":
      return keep({ kind: "table", text: cleanInline(text), lines });
    case "fence":
      return keep({ kind: "code", text: text.trimEnd(), lines });
    case "code_block":
      return keep({ kind: "code", text: `\`\`\`\n${token.content.trimEnd()}\n\`\`\``, lines });
    case "html_block":
      return readHtmlBlocks(token.content, { firstLine: from + 1 });
    case "blockquote_open":
      return keep({ kind: "paragraph", text: cleanInline(text.replaceAll(/^[ \t]*>[ \t]?/gm, "")), lines });
    case "paragraph_open":
      return keep({ kind: "paragraph", text: cleanInline(text), lines });
    default:
      return [];
  }
}

function toHeading(
  content: string,
  { level, lines }: { readonly level: number; readonly lines: readonly [number, number] },
): Block {
  const named = /^(.*?)\s*\{#([\w-]+)\}\s*$/.exec(content);
  const text = cleanInline(named?.[1] ?? content).replaceAll(/[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}/g, "$1");
  return { kind: "heading", text, level, lines, ...(named?.[2] !== undefined && { anchor: named[2] }) };
}

function keep(block: Block): Block[] {
  return block.text.trim() === "" ? [] : [{ ...block, text: block.text.trim() }];
}
