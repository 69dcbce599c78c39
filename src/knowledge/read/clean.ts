const FENCE = /^\s{0,3}(`{3,}|~{3,})/;

/**
 * The source with what is for site builders taken out, outside fenced code: template tags (`{% … %}`), MDX imports, admonition
 * marks. Every line stays where it is.
 */
export function hideTemplateTags(source: string): string {
  if (!/\{%|^:::|^(?:import|export)\s/m.test(source)) return source;
  let fence: string | undefined;
  const lines = source.split("\n").map((line) => {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
      return line;
    }
    if (mark !== undefined) {
      fence = mark;
      return line;
    }
    return cleanLine(line);
  });
  return dropComments(lines.join("\n"));
}

function cleanLine(line: string): string {
  if (/^import\s.+\sfrom\s+["'].+["'];?\s*$|^import\s+["'].+["'];?\s*$|^export\s+(?:const|default)\s/.test(line))
    return "";
  const admonition = /^\s*:::+\s*(?:\w+)?\s*(.*)$/.exec(line);
  if (admonition) return admonition[1] ?? "";
  return line.includes("{%") ? line.replaceAll(/\{%-?\s*([\s\S]*?)\s*-?%\}/g, replaceTag) : line;
}

/** A tag's quoted words stay; a path stays only as the target of a link; the rest of a tag says nothing to a reader. */
function replaceTag(whole: string, inside: string, offset: number, line: string): string {
  if (/^(?:end)?comment\b/.test(inside)) return whole;
  const argument = /^[\w-]+\s+["']([^"']*)["']/.exec(inside)?.[1];
  if (argument === undefined) return "";
  const isTarget = line[offset - 1] === "(" && line[offset + whole.length] === ")";
  const isPath = /[/\\]|\.\w{2,4}$/.test(argument);
  return isTarget || !isPath ? argument : "";
}

function dropComments(source: string): string {
  return source.replaceAll(/\{%-?\s*comment\s*-?%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}/g, (comment) =>
    "\n".repeat(comment.split("\n").length - 1),
  );
}

/** Text of a block for quoting: HTML tags and comments out, images as their description; code spans as they are. */
export function cleanInline(text: string): string {
  if (!/[<![]/.test(text)) return text;
  return text
    .split(/(`+[^`]*`+)/)
    .map((part, index) => (index % 2 === 1 ? part : cleanProse(part)))
    .join("");
}

function cleanProse(text: string): string {
  return text
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/<br\s*\/?>/gi, " ")
    .replaceAll(/<(https?:\/\/[^\s<>]+|mailto:[^\s<>]+)>/g, "$1")
    .replaceAll(/<\/?[a-zA-Z][\w.-]*(?:\s[^<>]*)?\/?>/g, "")
    .replaceAll(/!\[([^\]]*)\]\([^)]*\)/g, "$1");
}
