import type { Block, ReadDocument } from "../document.ts";
import { below } from "./ancestors.ts";
import { parseEntities, type Entities, type Entity } from "./confluence-entities.ts";
import { storageToHtml } from "./confluence-storage.ts";
import { isoDate } from "./date.ts";
import { readHtmlBlocks } from "./html.ts";
import {
  reasonOf,
  readInner,
  unusedName,
  withUnread,
  type Documents,
  type InnerFile,
  type Inside,
  type Unread,
} from "./inside.ts";
import { readText } from "./text.ts";
import type { ZipEntry } from "./zip-entries.ts";

/** Pages do not stand deeper; one that stands in a circle does. */
const MOST_ABOVE = 30;

/** Whether an archive is an XML export of Confluence. */
export function isXmlExport(entries: readonly ZipEntry[]): boolean {
  const names = new Set(entries.map(({ name }) => name));
  return names.has("entities.xml") && names.has("exportDescriptor.properties");
}

/**
 * The current pages and blog posts of an XML export of Confluence, below their space and parent pages, and the attachments that can be
 * read. Rejects where there is none.
 */
export async function readXmlExport(
  entries: readonly ZipEntry[],
  { inside, unread: before }: { readonly inside: Inside; readonly unread: readonly Unread[] },
): Promise<Documents> {
  const listed = entries.find(({ name }) => name === "entities.xml");
  const entities = parseEntities(new TextDecoder().decode(await listed?.bytes()));
  const unread = [...before];
  const documents: ReadDocument[] = [];
  const parts = new Map<string, number>();
  const bodies = new Map(entities.all("BodyContent").map((body) => [body.links.get("content"), body]));
  for (const page of [...entities.all("Page"), ...entities.all("BlogPost")].filter(isCurrent)) {
    const above = titlesAbove(page, entities);
    const part = [...above, titleOf(page)].map((step) => step.replaceAll("/", " ")).join("/");
    try {
      const body = bodies.get(page.id);
      documents.push({ ...toDocument(page, { above, body }), part: unusedName(part, parts) });
    } catch (error) {
      unread.push({ name: part, reason: reasonOf(error) });
    }
  }
  const inner = await readInner(attachments(entries, { entities, inside }), inside);
  return withUnread([...documents, ...inner.documents], [...unread, ...inner.unread]);
}

function toDocument(
  page: Entity,
  { above, body }: { readonly above: readonly string[]; readonly body: Entity | undefined },
): ReadDocument {
  const date = isoDate(page.texts.get("lastModificationDate") ?? "");
  const document = { title: titleOf(page), ...(date !== undefined && { date }), blocks: blocksOf(body) };
  return below(above, document);
}

/** Bodies of old pages are wiki markup, which reads well enough as it is. */
function blocksOf(body: Entity | undefined): Block[] {
  const text = body?.texts.get("body") ?? "";
  const isMarkup = body?.texts.get("bodyType") === "0" || !text.includes("</");
  // An export writes the end of a CDATA section within a body, which is one itself, with a space in it.
  const blocks = isMarkup
    ? readText(text, { fileName: "" }).blocks
    : readHtmlBlocks(storageToHtml(text.replaceAll("]] >", "]]>")), { firstLine: 1 });
  return blocks.map((block) => ({ ...block, lines: [0, 0] }));
}

function titleOf({ texts }: Entity): string {
  return texts.get("title") || texts.get("fileName") || "Untitled";
}

/** Not a draft, not in the bin, no earlier version of another one. */
function isCurrent({ texts, links }: Entity): boolean {
  return (texts.get("contentStatus") ?? "current") === "current" && !links.has("originalVersion");
}

/** The name of its space, then the titles of the pages that it stands in, the outermost first. */
function titlesAbove(page: Entity, entities: Entities): string[] {
  const titles: string[] = [];
  let at = page;
  for (let parent = parentOf(page, entities); parent && titles.length < MOST_ABOVE; parent = parentOf(at, entities)) {
    titles.unshift(titleOf(parent));
    at = parent;
  }
  const space = entities.get("Space", page.links.get("space") ?? at.links.get("space"))?.texts.get("name") ?? "";
  return space === "" ? titles : [space, ...titles];
}

function parentOf(page: Entity, entities: Entities): Entity | undefined {
  return entities.get("Page", page.links.get("parent"));
}

/** Attachments by their own names, each in its newest version. */
function attachments(
  entries: readonly ZipEntry[],
  { entities, inside }: { readonly entities: Entities; readonly inside: Inside },
): InnerFile[] {
  const places = Map.groupBy(entries, ({ name }) => /^attachments\/\d+\/(\d+)\/\d+$/.exec(name)?.[1]);
  return entities.all("Attachment").flatMap((attachment) => {
    const holder = attachment.links.get("containerContent") ?? attachment.links.get("content");
    const page = entities.get("Page", holder) ?? entities.get("BlogPost", holder);
    const newest = places.get(attachment.id)?.toSorted((one, other) => versionOf(other) - versionOf(one))[0];
    const name = `${page ? titleOf(page).replaceAll("/", " ") : "Attachments"}/${titleOf(attachment)}`;
    return newest && isCurrent(attachment) && inside.isDocumentName(name) ? [{ ...newest, name }] : [];
  });
}

function versionOf({ name }: ZipEntry): number {
  return Number(/\d+$/.exec(name)?.[0]);
}
