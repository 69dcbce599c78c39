import type { Block } from "../document.ts";
import { blocksOf } from "./html.ts";
import { findElements, isElement, parsePage, type Element, type Node } from "./html-tree.ts";
import { isAttribution, isHistoryHead } from "./mail-text.ts";

/** What mail programs put around the messages that are answered. */
const HISTORY =
  /(?:^|\s)(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra)(?:\s|$)/;
const SIGNATURE = /(?:^|\s)(?:gmail_signature|moz-signature|protonmail_signature_block)(?:\s|$)/;
/** Marks of Outlook: what stands at them and behind them. */
const HISTORY_IDS = new Set(["divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container"]);
const SIGNATURE_IDS = new Set(["Signature", "ms-outlook-mobile-signature"]);

/** The HTML of a message as blocks, without what the message only quotes, unless it passes that on or has nothing else. Throws when it is nested too deep. */
export function readMailHtml(html: string, { isForward }: { readonly isForward: boolean }): readonly Block[] {
  const own = blocksOf(hide(parsePage(html), isForward ? isSignature : isNotOwn), { text: html });
  const kept = isForward ? own : withoutHistory(own);
  const blocks = kept.length > 0 ? kept : blocksOf(hide(parsePage(html), isSignature), { text: html });
  return blocks.map((block) => ({ ...block, lines: [0, 0] }));
}

/** The same nodes, with elements hidden in them. */
function hide(nodes: readonly Node[], isHidden: (element: Element) => boolean): readonly Node[] {
  for (const element of findElements(nodes, isHidden)) {
    element.attribs["hidden"] = "";
    if (!HISTORY_IDS.has(element.attribs["id"] ?? "")) continue;
    for (let next = element.next; next; next = next.next) if (isElement(next)) next.attribs["hidden"] = "";
  }
  return nodes;
}

function isSignature({ attribs }: Element): boolean {
  return SIGNATURE.test(attribs["class"] ?? "") || SIGNATURE_IDS.has(attribs["id"] ?? "");
}

function isNotOwn(element: Element): boolean {
  const { name, attribs } = element;
  const isQuote = name === "blockquote" && attribs["type"] === "cite";
  return (
    isQuote || HISTORY.test(attribs["class"] ?? "") || HISTORY_IDS.has(attribs["id"] ?? "") || isSignature(element)
  );
}

/** Everything above the head of an older message; without a last line that only says whom the message answers. */
function withoutHistory(blocks: readonly Block[]): readonly Block[] {
  const head = blocks.findIndex(({ kind, text }) => kind === "paragraph" && isHistoryHead(text));
  const own = head < 0 ? blocks : blocks.slice(0, head);
  return isAttribution(own.at(-1)?.text ?? "") ? own.slice(0, -1) : own;
}
