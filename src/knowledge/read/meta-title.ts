/** What programs write where nobody wrote a title. */
const JUNK =
  /^(?:microsoft (?:word|powerpoint|excel)\b.*|(?:untitled|document|dokument|presentation|präsentation|powerpoint[ -]presentation|book|workbook|mappe|slide|title|titel|new|neu)[ _-]*\d*|.*\.(?:docx?|pptx?|xlsx?|pdf|od[tps]|indd|tex|dvi|rtf|html?|pages|key|qxd|fm|ai|psd|cdr|dwg)|\(?anonymous\)?|scan\b.*|print\b.*|.*[\\/].*)$/i;
const LONGEST = 200;
/** Where a text names itself. */
const FIRST_BLOCKS = 30;
const FIRST_LETTERS = 10_000;

/** The title that a document's own properties name, on one line; undefined where no person wrote it. */
export function titleOfMeta(title: unknown): string | undefined {
  if (typeof title !== "string") return undefined;
  const line = title.replaceAll(/[\s\0]+/g, " ").trim();
  const isTitle = /\p{L}/u.test(line) && line.length <= LONGEST && !line.includes("\uFFFD") && !JUNK.test(line);
  return isTitle ? line : undefined;
}

/** Whether a title is really that of a text, and not of the file it was once copied from: most of its words stand in the first blocks. */
export function isTitleOf(title: string | undefined, blocks: readonly string[]): title is string {
  if (title === undefined) return false;
  const start = blocks.slice(0, FIRST_BLOCKS).join(" ").slice(0, FIRST_LETTERS).toLowerCase();
  // Short words stand in any text.
  const words = title.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [title.toLowerCase()];
  return words.filter((word) => start.includes(word)).length * 2 > words.length;
}
