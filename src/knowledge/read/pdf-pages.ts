import type { OPS, PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist";
import { runsOf, type Run } from "./pdf-runs.ts";

/** Pages that are read of one file; no more are made by people. */
export const MOST_PAGES = 3_000;
/** A page with so few letters beside its head and foot may be a picture with a stamp on it. */
const FEW_LETTERS = 20;
/** Text that is drawn as outlines has more paths than a page's frame and rules. */
const MANY_PATHS = 40;
const BOLD = /bold|black|heavy|demi|[-,_ ]bd\b|^(?:[A-Z]{6}\+)?(?:cmbx|cmssbx|sfbx|ecbx)/i;

/** Why a page was not read; `blank` needs no reason. */
export type Unreadable = "picture" | "letters" | "damaged";

/** A page's text: what is upright first, then what is turned. */
export interface PageText {
  readonly sheets: readonly (readonly Run[])[];
  readonly unreadable?: Unreadable;
}

/** The text of each page in order, up to `MOST_PAGES`. */
export async function readPages(pdf: PDFDocumentProxy): Promise<PageText[]> {
  const pages: PageText[] = [];
  const fonts = new Map<string, boolean>();
  for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES); number += 1) {
    pages.push(await readPage(pdf, { number, fonts }).catch(() => ({ sheets: [], unreadable: "damaged" as const })));
  }
  return pages;
}

async function readPage(
  pdf: PDFDocumentProxy,
  { number, fonts }: { readonly number: number; readonly fonts: Map<string, boolean> },
): Promise<PageText> {
  const page = await pdf.getPage(number);
  const content = await page.getTextContent();
  const names = Object.keys(content.styles).filter((name) => !fonts.has(name));
  if (names.length > 0) await learnFonts(page, { names, fonts });
  const viewport = page.getViewport({ scale: 1 });
  const sheets = runsOf(content, { viewport, isBold: (name) => fonts.get(name) === true });
  page.cleanup();
  return isNamed(sheets) ? { sheets } : { sheets: [], unreadable: "letters" };
}

/** Fonts say their names only to who draws the page; it is not drawn. */
async function learnFonts(
  page: PDFPageProxy,
  { names, fonts }: { readonly names: readonly string[]; readonly fonts: Map<string, boolean> },
): Promise<void> {
  await page.getOperatorList({ annotationMode: 0 }).catch(() => undefined);
  for (const name of names) {
    const font: unknown = page.commonObjs.has(name) ? page.commonObjs.get(name) : undefined;
    fonts.set(name, isBoldFont(font));
  }
}

function isBoldFont(font: unknown): boolean {
  if (typeof font !== "object" || font === null) return false;
  const isSaid = ("bold" in font && font.bold === true) || ("black" in font && font.black === true);
  return isSaid || ("name" in font && typeof font.name === "string" && BOLD.test(font.name));
}

/** Whether most letters are known: fonts without names for theirs give letters of no script. */
function isNamed(sheets: readonly (readonly Run[])[]): boolean {
  const text = sheets.flatMap((runs) => runs.map((run) => run.text)).join("");
  const unknown = text.match(/[\p{Co}\p{Cn}\p{Cc}\uFFFD]/gu)?.length ?? 0;
  return unknown * 2 <= text.length;
}

/** Why the pages that have hardly any text have none, by their number. */
export async function findUnreadable(
  pdf: PDFDocumentProxy,
  pages: readonly { readonly letters: number; readonly unreadable?: Unreadable }[],
): Promise<Map<number, Unreadable>> {
  const { OPS: operators } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const found = new Map<number, Unreadable>();
  for (const [index, { letters, unreadable }] of pages.entries()) {
    if (unreadable) found.set(index + 1, unreadable);
    if (unreadable || letters >= FEW_LETTERS) continue;
    const drawn = await drawnOn(pdf, index + 1).catch((): readonly number[] => []);
    if (isPicture(drawn, operators)) found.set(index + 1, "picture");
    else if (letters === 0 && drawn.includes(operators.showText)) found.set(index + 1, "letters");
  }
  return found;
}

async function drawnOn(pdf: PDFDocumentProxy, number: number): Promise<readonly number[]> {
  const page = await pdf.getPage(number);
  const { fnArray } = await page.getOperatorList({ annotationMode: 0 });
  page.cleanup();
  return fnArray;
}

/** A picture that was not unpacked leaves its place behind: moved to, and left again. */
function isPicture(drawn: readonly number[], { save, transform, restore, constructPath, ...others }: Ops): boolean {
  const paints = new Set([
    others.paintImageXObject,
    others.paintImageMaskXObject,
    others.paintInlineImageXObject,
    others.paintImageXObjectRepeat,
    others.paintImageMaskXObjectRepeat,
    others.paintImageMaskXObjectGroup,
    others.paintInlineImageXObjectGroup,
  ]);
  if (drawn.some((operator) => paints.has(operator))) return true;
  if (drawn.filter((operator) => operator === constructPath).length > MANY_PATHS) return true;
  return drawn.some(
    (operator, index) => operator === transform && drawn[index - 1] === save && drawn[index + 1] === restore,
  );
}

type Ops = typeof OPS;
