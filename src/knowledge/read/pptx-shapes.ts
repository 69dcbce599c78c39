import { isElement, isText, type Element } from "./html-tree.ts";
import { childAt, childrenOf, descendantsOf } from "./office.ts";
import { tableText } from "./table-text.ts";

/** What stands on a slide, in the order it was put there. Of a part of its own (a chart, a diagram) `text` is the id. */
export interface Shape {
  readonly kind: "title" | "paragraph" | "list" | "table" | "part";
  readonly text: string;
}

/** Places of a slide's frame: its date, foot and number. */
const FRAME = new Set(["dt", "ftr", "sldNum", "hdr", "sldImg"]);

/** The shapes below an element, groups opened; of a page of notes only the notes themselves. */
export function shapesOf(tree: Element | undefined, { isNotes = false } = {}): Shape[] {
  return childrenOf(tree).flatMap((element): Shape[] => {
    switch (element.name) {
      case "sp":
        return textShapes(element, { isNotes });
      case "grpSp":
        return shapesOf(element, { isNotes });
      case "AlternateContent": {
        // The same for programs of different age.
        const choice = shapesOf(childAt(element, "Choice"), { isNotes });
        return choice.length > 0 ? choice : shapesOf(childAt(element, "Fallback"), { isNotes });
      }
      case "graphicFrame":
        return isNotes ? [] : frameShapes(element);
      default:
        return [];
    }
  });
}

function textShapes(shape: Element, { isNotes }: { readonly isNotes: boolean }): Shape[] {
  const place = descendantsOf(childrenOf(shape)[0], "ph")[0];
  const type = place?.attribs["type"] ?? (place ? "obj" : undefined);
  if (type !== undefined && FRAME.has(type)) return [];
  const paragraphs = childrenOf(childAt(shape, "txBody"), "p").map((paragraph) =>
    toParagraph(paragraph, { type, isNotes }),
  );
  const shown = paragraphs.filter(({ text }) => text !== "");
  if (isNotes) return type === "body" ? shown.map(({ text }) => ({ kind: "paragraph", text })) : [];
  if (type === "title" || type === "ctrTitle")
    return [{ kind: "title", text: shown.map(({ text }) => text).join(" ") }];
  return toShapes(shown);
}

interface Paragraph {
  readonly text: string;
  /** How far in an item stands, from 0; undefined for what is no item. */
  readonly level?: number;
  readonly isNumbered: boolean;
}

/** Places for a list have bullets unless a paragraph says it has none; elsewhere it is the other way round. */
function toParagraph(
  paragraph: Element,
  { type, isNotes }: { readonly type: string | undefined; readonly isNotes: boolean },
): Paragraph {
  const properties = childAt(paragraph, "pPr");
  const has = (name: string) => childAt(properties, name) !== undefined;
  const isList = (type === "body" || type === "obj") && !isNotes;
  const isItem = has("buChar") || has("buAutoNum") || has("buBlip") || (isList && !has("buNone"));
  const level = Number(properties?.attribs["lvl"] ?? 0) || 0;
  return {
    text: wordsOf(paragraph),
    isNumbered: has("buAutoNum"),
    ...(isItem && { level: Math.min(8, Math.max(0, level)) }),
  };
}

/** Items that follow one another are a list; one alone is a sentence. */
function toShapes(paragraphs: readonly Paragraph[]): Shape[] {
  const shapes: Shape[] = [];
  let items: Paragraph[] = [];
  const flush = () => {
    const [first, ...others] = items;
    if (first)
      shapes.push(
        others.length === 0 ? { kind: "paragraph", text: first.text } : { kind: "list", text: listText(items) },
      );
    items = [];
  };
  for (const paragraph of paragraphs) {
    if (paragraph.level !== undefined) items.push(paragraph);
    else {
      flush();
      shapes.push({ kind: "paragraph", text: paragraph.text });
    }
  }
  flush();
  return shapes;
}

function listText(items: readonly Paragraph[]): string {
  const least = Math.min(...items.map(({ level = 0 }) => level));
  const numbers: number[] = [];
  return items
    .map(({ text, level = 0, isNumbered }) => {
      numbers.length = level + 1;
      numbers[level] = (numbers[level] ?? 0) + 1;
      return `${"  ".repeat(level - least)}${isNumbered ? `${numbers[level]}.` : "-"} ${text}`;
    })
    .join("\n");
}

function frameShapes(frame: Element): Shape[] {
  const [data] = descendantsOf(frame, "graphicData");
  const table = childAt(data, "tbl");
  if (table) return [{ kind: "table", text: tableText(childrenOf(table, "tr").map(cellsOf)) }];
  const [reference] = childrenOf(data);
  const id = Object.entries(reference?.attribs ?? {}).find(([name]) => /:(?:id|dm)$/.test(name))?.[1];
  return id === undefined ? [] : [{ kind: "part", text: id }];
}

function cellsOf(row: Element): string[] {
  return childrenOf(row, "tc").map((cell) =>
    childrenOf(childAt(cell, "txBody"), "p")
      .map(wordsOf)
      .filter((text) => text !== "")
      .join(" "),
  );
}

/** The items of a diagram (SmartArt), one a line. */
export function diagramList(model: Element): string {
  return descendantsOf(childAt(model, "ptLst"), "t")
    .flatMap((text) => childrenOf(text, "p").map(wordsOf))
    .filter((text) => text !== "")
    .map((text) => `- ${text}`)
    .join("\n");
}

/** A paragraph's words on one line. */
function wordsOf(paragraph: Element): string {
  const words = paragraph.children.filter(isElement).map((run) => {
    if (run.name === "br" || run.name === "tab") return " ";
    return childrenOf(run, "t")
      .flatMap(({ children }) => children.filter(isText).map(({ data }) => data))
      .join("");
  });
  return words.join("").replaceAll(/\s+/g, " ").trim();
}
