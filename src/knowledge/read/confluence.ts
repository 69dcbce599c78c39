import type { ReadDocument } from "../document.ts";
import { below } from "./ancestors.ts";
import { isoDate } from "./date.ts";
import { titleFromFileName } from "./file-name.ts";
import { blocksOf } from "./html.ts";
import { findElements, parsePage, plain, type Element, type Node } from "./html-tree.ts";

/** A page's id at the end of its file's name: `Travel-policy_1058537560.html`, or `1058537560.html` where its title has odd letters. */
const PAGE_ID = /(?:^|[_/])(\d{3,})\.html?$/;
/** Parts of a page that repeat what else is in it, or only serve its editors. */
const LEFT_OUT = /(?:^|\s)(?:toc-macro|hidden|aui-icon|confluence-metadata|plugin_pagetree|recently-updated)(?:\s|$)/;

/** Whether it is a page as Confluence exports a space to HTML. */
export function isConfluencePage(html: string): boolean {
  return html.includes('id="title-text"') && html.includes("wiki-content");
}

/**
 * A page of an HTML export of a Confluence space: its own title and text, below its parent pages, dated by its last change. Its address
 * is known where it shows a picture, which names the site it came from.
 */
export function readConfluencePage(text: string, { fileName }: { readonly fileName: string }): ReadDocument {
  const nodes = parsePage(text);
  const byId = (id: string): Element | undefined => findElements(nodes, ({ attribs }) => attribs["id"] === id, 1)[0];
  const [crumbs, named, content] = [byId("breadcrumbs"), byId("title-text"), byId("main-content")];
  const above = crumbs ? findElements(crumbs.children, ({ name }) => name === "li").map(plain) : [];
  // The title is written behind the name of its space, as the first crumb has it.
  const whole = named ? plain(named) : "";
  const title = whole.startsWith(`${above[0]} : `) ? whole.slice(`${above[0]} : `.length) : whole;
  for (const element of findElements(content?.children ?? [], isLeftOut)) element.attribs["hidden"] = "";
  const date = dateOf(nodes);
  const url = pageUrl(siteOf(content?.children ?? []), fileName);
  return below(
    above.filter((crumb) => crumb !== ""),
    {
      title: title === "" ? titleFromFileName(fileName) : title,
      ...(url !== undefined && { url }),
      ...(date !== undefined && { date }),
      blocks: blocksOf(content?.children ?? nodes, { text }),
    },
  );
}

function isLeftOut({ attribs }: Element): boolean {
  return LEFT_OUT.test(attribs["class"] ?? "");
}

/** "Created by …, last modified by … on Jun 29, 2019". */
function dateOf(nodes: readonly Node[]): string | undefined {
  const [about] = findElements(nodes, ({ attribs }) => attribs["class"] === "page-metadata", 1);
  const on = about ? /^.* on ([\w., /:-]{6,40})$/s.exec(plain(about))?.[1] : undefined;
  return on === undefined ? undefined : isoDate(on);
}

function siteOf(nodes: readonly Node[]): string | undefined {
  const [picture] = findElements(nodes, ({ attribs }) => /^https?:\/\/\S+$/.test(attribs["data-base-url"] ?? ""), 1);
  return picture?.attribs["data-base-url"]?.replace(/\/+$/, "");
}

/** The address of a page by the id in its file's name, which every Confluence understands; a document's own one gives the site. */
function pageUrl(site: string | undefined, fileName: string): string | undefined {
  const id = PAGE_ID.exec(fileName)?.[1];
  return site === undefined || id === undefined ? undefined : `${site}/pages/viewpage.action?pageId=${id}`;
}

/** Pages of one export, each with its address where any of them has one: they come from one site. */
export function withUrls(documents: readonly ReadDocument[]): readonly ReadDocument[] {
  const site = documents
    .map(({ url }) => /^(.*)\/pages\/viewpage\.action\?pageId=\d+$/.exec(url ?? "")?.[1])
    .find(Boolean);
  return documents.map((document) => {
    const url = document.url ?? pageUrl(site, document.part ?? "");
    return url === undefined ? document : { ...document, url };
  });
}
