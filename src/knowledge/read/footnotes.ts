import type MarkdownIt from "markdown-it";

const DEFINITION = /^\[\^[^\]\s]{1,100}\]:/;

/**
 * Teaches a parser that `[^1]: …` begins a note, as a token `footnote` with its lines: without it, a note of one word would be taken for
 * the target of links, and be lost.
 */
export function addFootnotes(parser: InstanceType<typeof MarkdownIt>): void {
  parser.block.ruler.before(
    "reference",
    "footnote",
    (state, startLine, endLine, isSilent) => {
      const lineAt = (line: number) =>
        state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
      const isIndented = (state.sCount[startLine] ?? 0) - state.blkIndent >= 4;
      if (isIndented || !DEFINITION.test(lineAt(startLine))) return false;
      if (isSilent) return true;
      let next = startLine + 1;
      while (next < endLine && !state.isEmpty(next) && !DEFINITION.test(lineAt(next))) next += 1;
      const token = state.push("footnote", "", 0);
      token.map = [startLine, next];
      state.line = next;
      return true;
    },
    { alt: ["paragraph"] },
  );
}
