import { showWikiLinks } from "./wiki-links.ts";

const IMPORT =
  /^import\s+(?:(?:[\w$]+|(?:[\w$]+\s*,\s*)?(?:\{[^{}"']*\}|\*\s+as\s+[\w$]+))\s+from\s+)?["'][^"'\s]+["'];?\s*$/;
const EXPORT = /^export\s+(?:(?:const|let|var)\s+[\w$]+\s*=|(?:default\s+)?(?:async\s+function|function|class)\b)/;
const EXPORT_DEFAULT = /^export\s+default\s+(?:[({]|[\w$.]+(?:;|\())/;
const COMMENT_START = /\{%-?\s*comment\s*-?%\}/;
/** Lines that one tag may take. */
const LONGEST_TAG = 20;
const COMMENT_END = /\{%-?\s*endcomment\s*-?%\}/;

/**
 * The source with what is for site builders taken out: template tags (`{% … %}`), MDX imports, admonition marks. Every line stays
 * where it is, and the lines that `fenced` holds (counted from 0) stay as they are.
 */
export function hideTemplateTags(source: string, fenced: ReadonlySet<number>): string {
  if (!/\{%|^[ \t]*:::|^(?:import|export)\s/m.test(source)) return source;
  const lines = source.split("\n");
  const lastEnd = lines.findLastIndex((line) => COMMENT_END.test(line));
  let isComment = false;
  let isTag = false;
  const shown = lines.map((line, index) => {
    if (!isComment && fenced.has(index)) return line;
    const left = dropComments(isTag ? afterTag(line) : line, { isComment, endsLater: index < lastEnd });
    isComment = left.isComment;
    isTag &&= !line.includes("%}");
    const text = cleanLine(left.text);
    const open = text.indexOf("{%");
    if (open < 0 || !endsSoon(lines, index + 1)) return text;
    isTag = true;
    return text.slice(0, open);
  });
  return shown.join("\n");
}

function afterTag(line: string): string {
  const end = line.indexOf("%}");
  return end < 0 ? "" : line.slice(end + 2);
}

/** Whether a tag that was left open ends on one of the next lines, before a blank one or another tag. */
function endsSoon(lines: readonly string[], from: number): boolean {
  const next = lines.slice(from, from + LONGEST_TAG);
  const end = next.findIndex((line) => line.includes("%}"));
  return end >= 0 && next.slice(0, end + 1).every((line) => line.trim() !== "" && !line.includes("{%"));
}

/** A line without what stands in comments; one that is never ended is none, so that it hides nothing. */
function dropComments(
  line: string,
  { isComment, endsLater }: { readonly isComment: boolean; readonly endsLater: boolean },
): { readonly text: string; readonly isComment: boolean } {
  let isInside = isComment;
  let text = "";
  let rest = line;
  for (;;) {
    const mark = (isInside ? COMMENT_END : COMMENT_START).exec(rest);
    const after = mark ? rest.slice(mark.index + mark[0].length) : "";
    if (!mark || (!isInside && !endsLater && !COMMENT_END.test(after)))
      return { text: isInside ? text : text + rest, isComment: isInside };
    if (!isInside) text += rest.slice(0, mark.index);
    rest = after;
    isInside = !isInside;
  }
}

function cleanLine(line: string): string {
  if (IMPORT.test(line) || EXPORT.test(line) || EXPORT_DEFAULT.test(line)) return "";
  const mark = line.trimStart();
  if (mark.startsWith(":::")) return admonitionTitle(mark);
  return replaceStretches(line, { open: "{%", close: "%}" }, (inside, from, to) =>
    replaceTag(inside.replace(/^-/, "").replace(/-$/, "").trim(), line[from - 1] === "(" && line[to] === ")"),
  );
}

/** What stands behind `:::tip`, also as `[Title]`. */
function admonitionTitle(mark: string): string {
  return mark
    .replace(/^:+[ \t]*\{?[\w-]*\}?[ \t]*/, "")
    .replace(/^\[(.*)\][ \t]*(?:\{[^{}]*\}[ \t]*)?$/, "$1")
    .trim();
}

/** A tag's quoted words stay; a path stays only as the target of a link; the rest of a tag says nothing to a reader. */
function replaceTag(inside: string, isTarget: boolean): string {
  const argument = /^[\w-]+\s+["']([^"']*)["']/.exec(inside)?.[1];
  if (argument === undefined) return "";
  const isPath = /[/\\]|\.\w{2,4}$/.test(argument);
  return isTarget || !isPath ? argument : "";
}

/**
 * Text of a block for quoting: HTML tags and comments out, images as their description; code as it is. These patterns cannot run
 * past the next bracket of their kind, so that a file full of opening brackets takes no longer than any other.
 */
export function cleanInline(text: string): string {
  return /[<![]/.test(text) ? outsideCode(text, cleanProse) : text;
}

/** Text with its prose changed and the code in it as it is. */
export function outsideCode(text: string, change: (prose: string) => string): string {
  return text
    .split(/(~{3,}[^~]*~{3,}|`+[^`]*`+)/)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join("");
}

function cleanProse(text: string): string {
  return replaceStretches(showWikiLinks(text), { open: "<!--", close: "-->" }, () => "")
    .replaceAll(/<br\s*\/?>/gi, " ")
    .replaceAll(/<(https?:\/\/[^\s<>]+|mailto:[^\s<>]+|[^\s<>@/]+@[^\s<>@/]+)>/g, "$1")
    .replaceAll(/<\/?[a-zA-Z][\w.-]*(?:\s[^<>]*)?\/?>/g, "")
    .replaceAll(/!\[([^[\]]*)\]\((?:[^()]|\([^()]*\))*\)/g, "$1");
}

/** Replaces each stretch from `open` to the next `close`; one that is not closed stays. Takes time by the text's length only. */
function replaceStretches(
  text: string,
  { open, close }: { readonly open: string; readonly close: string },
  replace: (inside: string, from: number, to: number) => string,
): string {
  let result = "";
  let at = 0;
  for (let from = text.indexOf(open); from >= 0; from = text.indexOf(open, at)) {
    const end = text.indexOf(close, from + open.length);
    if (end < 0) break;
    const to = end + close.length;
    result += text.slice(at, from) + replace(text.slice(from + open.length, end), from, to);
    at = to;
  }
  return result + text.slice(at);
}
