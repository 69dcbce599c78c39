import type { PDFDocumentProxy } from "pdfjs-dist";
import type { ReadDocument } from "../document.ts";
import { titleFromFileName } from "./file-name.ts";
import { isTitleOf, titleOfMeta } from "./meta-title.ts";
import { joinParts, toBlocks } from "./pdf-join.ts";
import { toParts, type Part } from "./pdf-blocks.ts";
import { openPdf } from "./pdf-file.ts";
import { headingLevels, type OutlineEntry } from "./pdf-headings.ts";
import { inReadingOrder, toRows } from "./pdf-order.ts";
import { findUnreadable, MOST_PAGES, readPages, type Unreadable } from "./pdf-pages.ts";
import { withoutContents, withoutRunning } from "./pdf-running.ts";
import { wordsIn } from "./pdf-text.ts";

/** Entries of a table of contents that are looked at. */
const MOST_ENTRIES = 5_000;
const REASONS: Readonly<Record<Unreadable, readonly [one: string, many: string]>> = {
  picture: ["is a picture without text", "are pictures without text"],
  letters: ["has fonts that do not name their letters", "have fonts that do not name their letters"],
  damaged: ["is damaged", "are damaged"],
};

/**
 * A PDF as blocks with their pages: paragraphs put together from lines, in the order they are read, headings by their looks and the
 * document's own contents, without what most pages repeat. Pages that cannot be read are named; rejects where none can.
 */
export async function readPdf(bytes: Uint8Array, { fileName }: { readonly fileName: string }): Promise<ReadDocument> {
  await using file = await openPdf(bytes);
  const { pdf } = file;
  const pages = await readPages(pdf);
  const upright = withoutRunning(pages.map(({ sheets }) => toRows(sheets[0] ?? []))).map(withoutContents);
  const words = wordsIn(upright.flatMap((rows) => rows.flatMap(({ runs }) => runs.map(({ text }) => text))));
  const parts = pages.map(({ sheets }, index) =>
    [(upright[index] ?? []).flatMap(({ runs }) => runs), ...sheets.slice(1)]
      .flatMap((runs) => inReadingOrder(runs))
      .flatMap((rows) => toParts(rows, { page: index + 1, words })),
  );
  const unread = unreadSentence(
    await findUnreadable(
      pdf,
      pages.map((page, index) => ({ ...page, letters: lettersOf(parts[index] ?? []) })),
    ),
    pdf.numPages,
  );
  if (unread !== undefined && parts.every((own) => lettersOf(own) === 0)) throw new Error(unread.ofAll);
  const joined = joinParts(parts.flat(), words);
  const levels = headingLevels(joined, await outlineOf(pdf));
  return {
    title: (await titleOf(pdf, { parts: joined, levels })) ?? titleFromFileName(fileName),
    blocks: toBlocks(joined, levels),
    ...(unread && { unread: unread.ofSome }),
  };
}

function lettersOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { text }) => sum + text.length, 0);
}

async function outlineOf(pdf: PDFDocumentProxy): Promise<OutlineEntry[]> {
  type Entries = Awaited<ReturnType<PDFDocumentProxy["getOutline"]>>;
  const found: OutlineEntry[] = [];
  const collect = (entries: Entries, depth: number) => {
    for (const { title, items } of entries) {
      if (found.length >= MOST_ENTRIES || depth > 6) return;
      found.push({ title, depth });
      const below: Entries = items;
      collect(below, depth + 1);
    }
  };
  collect((await pdf.getOutline().catch(() => null)) ?? [], 1);
  return found;
}

/** The title in the document's properties, where the text has its words too; else the one largest heading, on the first page. */
async function titleOf(
  pdf: PDFDocumentProxy,
  { parts, levels }: { readonly parts: readonly Part[]; readonly levels: ReadonlyMap<Part, number> },
): Promise<string | undefined> {
  const info: Readonly<Record<string, unknown>> = await pdf.getMetadata().then(
    (meta) => ({ ...meta.info }),
    () => ({}),
  );
  const named = titleOfMeta(info["Title"]);
  if (
    isTitleOf(
      named,
      parts.map(({ text }) => text),
    )
  )
    return named;
  // One of many that look the same is a chapter's.
  const [top, ...others] = [...levels].filter(([, level]) => level === 1).map(([part]) => part);
  return top && top.page === 1 && top.text.length <= 200 && !others.some(({ size }) => size >= top.size)
    ? top.text
    : named;
}

/** Which pages were not read and why: as it is said of a document that was read otherwise, and of one that was not read at all. */
function unreadSentence(
  found: ReadonlyMap<number, Unreadable>,
  pageCount: number,
): { readonly ofSome: string; readonly ofAll: string } | undefined {
  const said = [...Map.groupBy(found, ([, why]) => why)].map(([why, entries]) => {
    const numbers = entries.map(([number]) => number);
    const [one, many] = REASONS[why];
    return numbers.length === 1 ? `page ${numbers[0]} ${one}` : `pages ${ranges(numbers)} ${many}`;
  });
  if (pageCount > MOST_PAGES) said.push(`only the first ${MOST_PAGES} of its ${pageCount} pages are read`);
  if (said.length === 0) return undefined;
  const isScan = [...found.values()].every((why) => why === "picture");
  const cure = isScan ? "; run text recognition (OCR) over it, and it can be read" : "";
  const all = isScan ? "its pages are pictures without text" : said.join("; ");
  return { ofSome: `not read of it: ${said.join("; ")}${cure}`, ofAll: `${all}${cure}` };
}

/** Such as "3 to 5 and 7". */
function ranges(numbers: readonly number[]): string {
  const stretches: [number, number][] = [];
  for (const number of numbers) {
    const last = stretches.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else stretches.push([number, number]);
  }
  const words = stretches.map(([from, to]) =>
    from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`,
  );
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words.join("");
}
