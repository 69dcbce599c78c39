import type { ReadDocument } from "../document.ts";
import { isConfluencePage, readConfluencePage } from "./confluence.ts";
import { isNotionName } from "./file-name.ts";
import { readHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";
import { toNotionPage } from "./notion.ts";

type Options = { readonly fileName: string };

/** A Markdown file; one that Notion exported as the page that it was there. */
export function readMarkdownPage(text: string, options: Options): ReadDocument {
  return asExported(readMarkdown(text, options), options);
}

/** An HTML page; one that Notion or Confluence exported as the page that it was there. */
export function readHtmlPage(text: string, options: Options): ReadDocument {
  return isConfluencePage(text) ? readConfluencePage(text, options) : asExported(readHtml(text, options), options);
}

function asExported(document: ReadDocument, options: Options): ReadDocument {
  return isNotionName(options.fileName) ? toNotionPage(document, options) : document;
}
