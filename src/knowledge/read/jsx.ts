/** Attributes of components that people read. */
const SHOWN = [
  "title",
  "label",
  "heading",
  "header",
  "caption",
  "summary",
  "question",
  "subtitle",
  "description",
  "alt",
];
/** What components that describe a field of an interface say of it. */
const SHOWN_OF_FIELD = ["path", "query", "body", "name", "type"];
/** An expression or a tag that is longer is none. */
const LONGEST = 20_000;
/** How often, on average, a letter may be looked at in search of an end that is not there. */
const MOST_LOOKS = 10;

/**
 * Markdown with components in it (MDX) as the words that people read: components give way to their text and titles, and where
 * `hasExpressions`, expressions in braces to the text in them, if they are only that. Code spans stay, and so does every line where it
 * is. The format's own compiler refuses a file for one wrong letter; this reads what there is.
 */
export function showComponents(text: string, { hasExpressions }: { readonly hasExpressions: boolean }): string {
  let shown = "";
  let at = 0;
  let looks = text.length * MOST_LOOKS;
  const marks = hasExpressions ? /[\\`<{]/g : /[\\`<]/g;
  for (;;) {
    marks.lastIndex = at;
    const next = marks.exec(text)?.index;
    if (next === undefined) return shown + text.slice(at);
    shown += text.slice(at, next);
    const found = looks > 0 ? stretchAt(text, next) : undefined;
    const end = found?.end ?? next + 1;
    if (!found || found.isVain) looks -= Math.min(LONGEST, text.length - next);
    shown += found?.words === undefined ? text.slice(next, end) : withLines(found.words, text.slice(next, end));
    at = end;
  }
}

/** A stretch that begins with a mark: where it ends, and the words that it gives way to; it stays where there are none. */
interface Stretch {
  readonly end: number;
  readonly words?: string;
  /** Its end was looked for and not found. */
  readonly isVain?: boolean;
}

function stretchAt(text: string, from: number): Stretch | undefined {
  switch (text.charAt(from)) {
    case "\\":
      return { end: Math.min(from + 2, text.length) };
    case "`":
      return codeSpan(text, from);
    case "{":
      return expression(text, from);
    default:
      return tag(text, from);
  }
}

/** Up to a run of as many backticks within the paragraph. */
function codeSpan(text: string, from: number): Stretch {
  const marks = /`+|\n[ \t]*\n/g;
  marks.lastIndex = from;
  const opening = marks.exec(text)?.[0] ?? "`";
  for (let mark = marks.exec(text); mark && mark.index - from < LONGEST; mark = marks.exec(text)) {
    if (mark[0] === opening) return { end: marks.lastIndex };
    if (!mark[0].startsWith("`")) break;
  }
  return { end: from + opening.length, isVain: true };
}

/** `{#anchor}` names the anchor of a heading; a string is its text; a comment or a program is nothing. */
function expression(text: string, from: number): Stretch | undefined {
  const end = closing(text, from);
  if (end === undefined) return undefined;
  const inside = text.slice(from + 1, end - 1).trim();
  if (/^#[^\s{}]+$/.test(inside)) return { end };
  return { end, words: literal(inside) };
}

function literal(inside: string): string {
  return /^(["'`])([^"'`\\$]*)\1$/.exec(inside)?.[2] ?? "";
}

/** The index behind the brace that closes the one at `from`; strings and comments between them may hold others. */
function closing(text: string, from: number): number | undefined {
  const window = text.slice(from, from + LONGEST);
  const marks = /[{}"'`]|\/\*/g;
  const unclosed = new Set<string>();
  let depth = 0;
  for (let match = marks.exec(window); match; match = marks.exec(window)) {
    const [mark] = match;
    if (mark === "{") depth += 1;
    else if (mark === "}") {
      depth -= 1;
      if (depth === 0) return from + marks.lastIndex;
    } else if (!unclosed.has(mark)) {
      const end = window.indexOf(mark === "/*" ? "*/" : mark, marks.lastIndex);
      if (end < 0) unclosed.add(mark);
      // An apostrophe in text is closed by none on its line.
      else if (mark === "/*" || mark === "`" || !window.slice(marks.lastIndex, end).includes("\n"))
        marks.lastIndex = end + (mark === "/*" ? 2 : 1);
    }
  }
  return undefined;
}

/** A tag: of a component, the words in its attributes; of HTML, the tag without attributes that are programs. */
function tag(text: string, from: number): Stretch | undefined {
  const open = /<(\/?)([a-zA-Z][\w.-]*)?(?=[\s/>])/y;
  open.lastIndex = from;
  const [whole, slash = "", name = ""] = open.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const attributes = attributesFrom(text, from + whole.length);
  if (!attributes) return undefined;
  const { end, strings, hasExpression } = attributes;
  const isComponent = name === "" || /^[A-Z]|\./.test(name);
  if (isComponent) return { end, words: slash === "" ? shownWords(name, strings) : "" };
  if (!hasExpression) return { end };
  const kept = [...strings].map(([key, value]) => ` ${key}="${value.replaceAll('"', "&quot;")}"`);
  return { end, words: `<${slash}${name}${kept.join("")}>` };
}

interface Attributes {
  readonly end: number;
  readonly strings: ReadonlyMap<string, string>;
  readonly hasExpression: boolean;
}

function attributesFrom(text: string, from: number): Attributes | undefined {
  const strings = new Map<string, string>();
  let hasExpression = false;
  const piece = /\s+|\/?>|([\w:.-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(?=\{)))?|\{/y;
  let at = from;
  for (let pieces = 0; at - from < LONGEST && pieces < 1_000; pieces += 1) {
    piece.lastIndex = at;
    const match = piece.exec(text);
    if (!match) return undefined;
    const [whole, key, double, single] = match;
    at = piece.lastIndex;
    if (whole.endsWith(">")) return { end: at, strings, hasExpression };
    const value = double ?? single;
    if (key !== undefined && value !== undefined) strings.set(key, value);
    const brace = whole === "{" ? at - 1 : text[at] === "{" ? at : -1;
    if (brace < 0) continue;
    const end = closing(text, brace);
    if (end === undefined) return undefined;
    const words = literal(text.slice(brace + 1, end - 1).trim());
    if (key !== undefined && words !== "") strings.set(key, words);
    hasExpression = true;
    at = end;
  }
  return undefined;
}

function shownWords(name: string, strings: ReadonlyMap<string, string>): string {
  const isTab = /^Tab(?:Item)?$/.test(name) && !strings.has("label") && !strings.has("title");
  const keys = [...(name.endsWith("Field") ? SHOWN_OF_FIELD : []), ...SHOWN, ...(isTab ? ["value"] : [])];
  const words = keys.map((key) => (strings.get(key) ?? "").replaceAll(/\s+/g, " ").trim());
  return words.filter((word) => word !== "").join(": ");
}

/** Words in the place of a stretch, on as many lines. */
function withLines(words: string, stretch: string): string {
  return words + "\n".repeat(stretch.split("\n").length - words.split("\n").length);
}
