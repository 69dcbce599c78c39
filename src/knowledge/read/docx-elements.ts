/** What the library makes of a document's parts, as far as it is looked at here. */
export interface DocxElement {
  readonly type: string;
  readonly children?: readonly DocxElement[];
  readonly value?: string;
  readonly styleName?: string | null;
  readonly numbering?: unknown;
  readonly isBold?: boolean;
  readonly noteType?: string;
  readonly noteId?: string;
  readonly body?: readonly DocxElement[];
  readonly notes?: { readonly resolve: (reference: DocxElement) => DocxElement | undefined };
}

/** A bold line of more words is an emphasised sentence. */
const MOST_WORDS = 12;
/** Of a document whose text is mostly bold, bold lines are no headings. */
const MOST_BOLD_SHARE = 0.4;
const HEADING = /^(?:heading \d|title)$/i;

/**
 * A document with its notes where they are referred to, bold lines that stand for headings as such, frames of one cell opened; and the
 * text of its title, if a paragraph has that style.
 */
export function forReading(document: DocxElement): { readonly element: DocxElement; readonly title?: string } {
  const children = document.children ?? [];
  const title = children.find(({ styleName }) => styleName?.toLowerCase() === "title");
  const bold = children.filter(isBoldLine);
  const lowest = Math.max(0, ...children.map(levelOf));
  const isBoldRare = bold.length < children.filter((child) => textOf(child).trim() !== "").length * MOST_BOLD_SHARE;
  const opened = children.flatMap((child, index) => {
    const isHeading = isBoldRare && lowest < 6 && isBoldLine(child) && !isBoldLine(children[index + 1]);
    return isHeading ? [{ ...child, styleName: `heading ${lowest + 1}`, styleId: null }] : openFrame(child);
  });
  const element = withNotes({ ...document, children: opened }, document.notes);
  const text = title ? textOf(title).replaceAll(/\s+/g, " ").trim() : "";
  return { element, ...(text !== "" && { title: text }) };
}

function levelOf({ styleName }: DocxElement): number {
  return Number(/^heading (\d)$/i.exec(styleName ?? "")?.[1] ?? 0);
}

/** A paragraph of a few words, all bold, that is no heading by its style, no item and no sentence. */
function isBoldLine(element: DocxElement | undefined): boolean {
  if (element?.type !== "paragraph" || element.numbering || HEADING.test(element.styleName ?? "")) return false;
  const text = textOf(element).trim();
  if (!/\p{L}/u.test(text) || /[.,;:]$/.test(text) || text.split(/\s+/).length > MOST_WORDS) return false;
  return (element.children ?? []).every((run) => textOf(run).trim() === "" || run.isBold === true);
}

/** A table of one cell is a frame around text. */
function openFrame(element: DocxElement): readonly DocxElement[] {
  if (element.type !== "table") return [element];
  const rows = element.children ?? [];
  const cells = rows.flatMap((row) => row.children ?? []);
  return cells.length === 1 ? (cells[0]?.children ?? []) : [element];
}

/** References to footnotes and endnotes as the notes themselves, in brackets: away from their place they say nothing. */
function withNotes(element: DocxElement, notes: DocxElement["notes"]): DocxElement {
  if (element.type === "noteReference") {
    const text = (notes?.resolve(element)?.body ?? [])
      .map((part) => textOf(part))
      .join(" ")
      .replaceAll(/\s+/g, " ")
      .trim();
    return { type: "text", value: text === "" ? "" : ` (${text})` };
  }
  if (!element.children) return element;
  return { ...element, children: element.children.map((child) => withNotes(child, notes)) };
}

function textOf({ value = "", type, children = [] }: DocxElement): string {
  if (type === "tab" || type === "break") return " ";
  return value + children.map(textOf).join("");
}
