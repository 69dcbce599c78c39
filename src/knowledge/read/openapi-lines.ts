const KEY = /^(\s*)(?:"((?:[^"\\]|\\.)*)"\s*|'([^']*)'\s*|([^\s"'#:{}[\],&*!|>%@-][^:]*)):(?:\s|$|[{["])/;
const LONGEST_LINE = 1_000;
/** Keys are looked for so many steps in: `paths`, a path, a method. */
const DEEPEST = 3;

/** First and last line of what a key holds, by the keys that lead to it, joined by line feeds. */
export type KeyLines = ReadonlyMap<string, readonly [number, number]>;

/** Where the keys of a JSON or YAML file stand, by the indentation that files written in lines have; one on a single line has none. */
export function keyLines(text: string): KeyLines {
  const found = new Map<string, readonly [number, number]>();
  const open: { readonly path: string; readonly indent: number; readonly line: number }[] = [];
  const lines = text.split("\n");
  const close = (indent: number, line: number) => {
    for (let last = open.at(-1); last && last.indent >= indent; last = open.at(-1)) {
      open.pop();
      if (!found.has(last.path)) found.set(last.path, [last.line, line]);
    }
  };
  let end = 0;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const match = line.length > LONGEST_LINE ? null : KEY.exec(line);
    const [, space = "", json, single, plain] = match ?? [];
    const key = json ?? single ?? plain?.trimEnd();
    if (key !== undefined) {
      close(space.length, end);
      if (open.length < DEEPEST) {
        const path = [open.at(-1)?.path, key].filter((step) => step !== undefined).join("\n");
        open.push({ path, indent: space.length, line: index + 1 });
      }
    }
    end = index + 1;
  }
  close(0, end);
  return found;
}
