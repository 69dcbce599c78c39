/** An import or export begins such a line; "import your contacts first" does not. */
const STATEMENT =
  /^(?:import\s+(?:["']|type\s|(?:[\w$]+\s*,\s*)?(?:\{|\*\s+as\b)|[\w$]+\s+from\s)|export\s+(?:(?:const|let|var)\s+[\w$[{]|default\s+(?:[({]|(?:async\s+)?function\b|class\b|[\w$.]+(?:;|\(|$))|(?:async\s+)?function\b|class\s|\{|\*))/;
/** Lines that one statement may take. */
const LONGEST_STATEMENT = 300;
/** How often, on average, a line may be looked at in search of the end of a statement that has none. */
const MOST_LOOKS = 20;
const FENCE = /^\s*(`{3,}|~{3,})/;

/** The lines (counted from 0) of a text that fences hold, at whatever indentation: within components they stand deep. */
export function fenceLines(lines: readonly string[]): ReadonlySet<number> {
  const held = new Set<number>();
  let fence = "";
  lines.forEach((line, index) => {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== "" || mark !== undefined) held.add(index);
    if (fence === "") fence = mark ?? "";
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = "";
  });
  return held;
}

/**
 * MDX as Markdown but for its components: statements of the program are blanked, and what stands within a component loses the
 * indentation by which it does, which would make code of it. Every line stays where it is.
 */
export function withoutProgram(text: string): string {
  const lines = text.split("\n");
  const held = fenceLines(lines);
  return outdented(withoutStatements(lines, held), held).join("\n");
}

function withoutStatements(lines: readonly string[], held: ReadonlySet<number>): readonly string[] {
  const left: string[] = [];
  let until = -1;
  let looks = lines.length * MOST_LOOKS;
  lines.forEach((line, index) => {
    if (index > until && !held.has(index) && STATEMENT.test(line)) {
      const end = looks > 0 ? statementEnd(lines, index) : undefined;
      if (end === undefined) looks -= LONGEST_STATEMENT;
      until = end ?? index;
    }
    left.push(index <= until ? "" : line);
  });
  return left;
}

/** The last line of a statement, where its brackets are closed; undefined where they never are. */
function statementEnd(lines: readonly string[], from: number): number | undefined {
  let depth = 0;
  for (let index = from; index < Math.min(lines.length, from + LONGEST_STATEMENT); index += 1) {
    for (const mark of lines[index]?.match(/[()[\]{}]/g) ?? []) depth += "([{".includes(mark) ? 1 : -1;
    if (depth <= 0) return index;
  }
  return undefined;
}

interface Component {
  readonly name: string;
  /** The indentation of the first line in it. */
  indent?: number;
}

function outdented(lines: readonly string[], held: ReadonlySet<number>): readonly string[] {
  const open: Component[] = [];
  let isInTag = false;
  return lines.map((line, index) => {
    const text = line.trim();
    if (text === "") return line;
    const indent = line.length - line.trimStart().length;
    if (!held.has(index) && text.startsWith(`</${open.at(-1)?.name}`)) open.pop();
    const component = open.at(-1);
    if (component && !isInTag) component.indent ??= indent;
    const shown = line.slice(Math.min(indent, component?.indent ?? 0));
    if (held.has(index)) return shown;
    const name = isInTag ? undefined : /^<([A-Z][\w.]*)(?=[\s/>]|$)/.exec(text)?.[1];
    if (name !== undefined && !text.includes(`</${name}`)) {
      open.push({ name });
      isInTag = true;
    }
    if (isInTag && text.endsWith(">") && !text.endsWith("=>")) {
      isInTag = false;
      if (text.endsWith("/>")) open.pop();
    }
    return shown;
  });
}
