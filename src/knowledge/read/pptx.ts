import type { Block, ReadDocument } from "../document.ts";
import { titleFromFileName } from "./file-name.ts";
import { isTitleOf } from "./meta-title.ts";
import {
  childAt,
  mainPartOf,
  openOffice,
  propertiesOf,
  relationsOf,
  descendantsOf,
  type OfficeFile,
} from "./office.ts";
import { chartTable } from "./pptx-chart.ts";
import { diagramList, shapesOf, type Shape } from "./pptx-shapes.ts";

/** Slides that are read of one file; no more are made by people. */
const MOST_SLIDES = 2_000;

/**
 * A PowerPoint presentation as blocks: each slide that is shown a section under its title, with its lists, tables and charts, and what
 * the speaker noted. `page` is the slide's number. Rejects where it is none.
 */
export async function readPptx(bytes: Uint8Array, { fileName }: { readonly fileName: string }): Promise<ReadDocument> {
  const file = await openOffice(bytes, { kind: "PowerPoint presentation" });
  const paths = await slidePaths(file);
  const blocks: Block[] = [];
  for (const [index, path] of paths.slice(0, MOST_SLIDES).entries()) {
    if (path !== undefined) blocks.push(...(await readSlide(file, { path, number: index + 1 })));
  }
  const { title: named, date } = await propertiesOf(file);
  const first = blocks.find(({ kind, text }) => kind === "heading" && !/^Slide \d+$/.test(text));
  const title = isTitleOf(
    named,
    blocks.map(({ text }) => text),
  )
    ? named
    : first?.page === 1
      ? first.text
      : named;
  return {
    title: title ?? titleFromFileName(fileName),
    ...(date !== undefined && { date }),
    blocks,
    ...unreadOf(paths),
  };
}

function unreadOf(paths: readonly (string | undefined)[]): Pick<ReadDocument, "unread"> {
  if (paths.length > MOST_SLIDES)
    return { unread: `only the first ${MOST_SLIDES} of its ${paths.length} slides are read` };
  const missing = paths.filter((path) => path === undefined).length;
  return missing === 0 ? {} : { unread: `it is damaged: ${missing} of its ${paths.length} slides are missing` };
}

/** The slides' parts in the order they are shown; undefined for one that is missing. */
async function slidePaths(file: OfficeFile): Promise<readonly (string | undefined)[]> {
  const main = await mainPartOf(file, "ppt/presentation.xml");
  const root = await file.xml(main);
  if (!root) throw new Error("it is no PowerPoint presentation, or only a part of one");
  const relations = await relationsOf(file, main);
  return descendantsOf(root, "sldId").map(({ attribs }) => {
    const id = Object.entries(attribs).find(([name]) => name.endsWith(":id"))?.[1];
    const path = id === undefined ? undefined : relations.get(id)?.path;
    return path !== undefined && file.has(path) ? path : undefined;
  });
}

async function readSlide(
  file: OfficeFile,
  { path, number }: { readonly path: string; readonly number: number },
): Promise<Block[]> {
  const root = await file.xml(path);
  if (!root || root.attribs["show"] === "0" || root.attribs["show"] === "false") return [];
  const shapes = shapesOf(childAt(root, "cSld", "spTree"));
  const relations = await relationsOf(file, path);
  const place = { lines: [0, 0] as const, page: number };
  const title = shapes.find(({ kind }) => kind === "title")?.text ?? "";
  const blocks: Block[] = [{ kind: "heading", level: 1, text: title || `Slide ${number}`, ...place }];
  for (const shape of shapes) {
    if (shape.kind === "title") continue;
    const block = shape.kind === "part" ? await readPart(file, relations.get(shape.text)?.path) : blockOf(shape);
    if (block && block.text !== "") blocks.push({ ...block, ...place });
  }
  const notes = await readNotes(file, [...relations.values()].find(({ kind }) => kind === "notesSlide")?.path);
  return [...blocks, ...notes.map((text): Block => ({ kind: "paragraph", text, ...place }))];
}

function blockOf({ kind, text }: Shape): Pick<Block, "kind" | "text"> | undefined {
  return kind === "list" || kind === "table" || kind === "paragraph" ? { kind, text } : undefined;
}

/** A chart or a diagram, which are parts of their own. */
async function readPart(file: OfficeFile, path: string | undefined): Promise<Pick<Block, "kind" | "text"> | undefined> {
  const root = path === undefined ? undefined : await file.xml(path);
  if (root?.name === "chartSpace") return { kind: "table", text: chartTable(root) };
  return root?.name === "dataModel" ? { kind: "list", text: diagramList(root) } : undefined;
}

async function readNotes(file: OfficeFile, path: string | undefined): Promise<readonly string[]> {
  const root = path === undefined ? undefined : await file.xml(path);
  const text = shapesOf(childAt(root, "cSld", "spTree"), { isNotes: true })
    .map((shape) => shape.text)
    .filter((note) => note !== "");
  return text.map((note, index) => (index === 0 ? `Speaker notes: ${note}` : note));
}
