import { DomHandler, ElementType, Parser, type parseDocument } from "htmlparser2";

/** A node of a page's tree. */
export type Node = ReturnType<typeof parseDocument>["children"][number];
/** A node with a name and attributes. */
export type Element = Extract<Node, { readonly attribs: Readonly<Record<string, string>> }>;

/** Elements whose content is no text for a reader. */
const DROPPED = new Set(["script", "style", "template", "noscript", "svg", "iframe", "object", "select"]);
/** Elements that end the words before them, and after which others begin. */
const BLOCK = new Set(
  `address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
  header hr html legend li main menu nav ol p pre section summary table td th tr ul`.split(/\s+/),
);
/** Deeper nesting is refused: no real page has it, and it would cost memory without end. */
const DEEPEST = 2_000;

/** The nodes of a page. Throws, as soon as it sees it, when the page is nested too deep to be one. */
export function parsePage(text: string): readonly Node[] {
  const handler = new DomHandler(undefined, { withStartIndices: true, withEndIndices: true });
  const open = handler.onopentag.bind(handler);
  const close = handler.onclosetag.bind(handler);
  let depth = 0;
  handler.onopentag = (...tag) => {
    depth += 1;
    if (depth > DEEPEST) throw new Error(`its elements are nested more than ${DEEPEST} deep`);
    open(...tag);
  };
  handler.onclosetag = () => {
    depth -= 1;
    close();
  };
  new Parser(handler).end(text);
  return handler.root.children;
}

export function isElement(node: Node): node is Element {
  return "attribs" in node;
}

export function isText(node: Node): node is Extract<Node, { readonly type: ElementType.ElementType.Text }> {
  return node.type === ElementType.Text;
}

/** Whether its content is written apart from what stands around it. */
export function isBlock({ name }: Element): boolean {
  return BLOCK.has(name);
}

/** Whether a reader of the page sees it; a heading's link to itself is a mark, not a word. */
export function isShown(element: Element): boolean {
  const { name, attribs } = element;
  if (DROPPED.has(name) || "hidden" in attribs || attribs["aria-hidden"] === "true") return false;
  if (name === "button" && !isInHeading(element)) return false;
  if (/(?:display:\s*none|visibility:\s*hidden)/i.test(attribs["style"] ?? "")) return false;
  return !(name === "a" && attribs["href"]?.startsWith("#") && !/[\p{L}\p{N}]/u.test(textOf(element)));
}

/** The words of a heading that opens and closes what is below it are in a button. */
function isInHeading({ parent }: Element): boolean {
  return parent !== null && isElement(parent) && (/^h[1-6]$/.test(parent.name) || isInHeading(parent));
}

/** The outermost elements below some nodes that fit, in order; only what is shown is looked at. */
export function findElements(
  nodes: readonly Node[],
  fits: (element: Element) => boolean,
  most = Number.POSITIVE_INFINITY,
): Element[] {
  const found: Element[] = [];
  const stack = nodes.toReversed();
  for (let node = stack.pop(); node && found.length < most; node = stack.pop()) {
    if (!isElement(node) || !isShown(node)) continue;
    if (fits(node)) found.push(node);
    else for (const child of node.children.toReversed()) stack.push(child);
  }
  return found;
}

/** All text below an element on one line. */
export function plain(element: Element): string {
  return textOf(element).replaceAll(/\s+/g, " ").trim();
}

/** All text below an element, blocks apart from one another: by lines in preformatted text, else by a space. */
export function textOf(element: Element): string {
  return partsOf(element, () => false)
    .filter((part) => typeof part === "string")
    .join("");
}

/** The text below an element, with the elements that are told apart in their place, whole. */
export function partsOf(root: Element, isApart: (element: Element) => boolean): (string | Element)[] {
  const gap = root.name === "pre" ? "\n" : " ";
  const parts: (string | Element)[] = [];
  let text = "";
  const stack: (Node | "gap")[] = root.children.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node === "gap") text += text === "" || text.endsWith(gap) ? "" : gap;
    else if (isText(node)) text += node.data;
    else if (isElement(node) && isShown(node)) {
      if (isApart(node)) {
        parts.push(text, node);
        text = "";
        continue;
      }
      if (node.name === "br") text += gap;
      const around = isBlock(node) ? (["gap"] as const) : [];
      stack.push(...around);
      for (const child of node.children.toReversed()) stack.push(child);
      stack.push(...around);
    }
  }
  return [...parts, text];
}
