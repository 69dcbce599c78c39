import { Parser } from "htmlparser2";

/** What Confluence's own elements are in HTML; of one that is not named here, only its content counts. */
const TAGS: Readonly<Record<string, string>> = {
  "ac:rich-text-body": "div",
  "ac:layout-section": "div",
  "ac:layout-cell": "div",
  "ac:task-list": "ul",
  "ac:task": "li",
  "ac:task-body": "span",
};
/** Elements that hold no words for a reader. */
const HIDDEN = new Set(["ac:task-id", "ac:task-status", "ac:task-uuid", "ac:image", "ac:placeholder", "ac:emoticon"]);
/** Settings of a macro that are shown with it. */
const SHOWN_SETTINGS = new Set(["title", "key"]);

/** An element that is open: what ends it, whether its content is left out, and what it is besides. */
interface Open {
  readonly end: string;
  readonly isHidden: boolean;
  /** The name of the macro that it is, or stands in; a macro's code is preformatted. */
  readonly macro?: string | undefined;
}

/** A page's body as Confluence stores it (XHTML with elements of its own) as HTML: macros as their text, links as their words. */
export function storageToHtml(storage: string): string {
  const html: string[] = [];
  const stack: Open[] = [];
  /** What a link leads to, shown where the link has no words of its own. */
  let target = "";
  const isHidden = () => stack.at(-1)?.isHidden === true;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === "ac:link") target = "";
        if (name.startsWith("ri:")) target = attributes["ri:content-title"] ?? attributes["ri:filename"] ?? "";
        if (name === "ac:link-body" || name === "ac:plain-text-link-body") target = "";
        const open = toOpen(name, { attributes, macro: stack.at(-1)?.macro });
        if (!isHidden() && !open.isHidden) html.push(open.start);
        stack.push({ ...open, isHidden: isHidden() || open.isHidden, macro: open.macro ?? stack.at(-1)?.macro });
      },
      ontext(text) {
        if (!isHidden()) html.push(escaped(text));
      },
      onclosetag(name) {
        if (name === "ac:link" && !isHidden()) html.push(escaped(target));
        const open = stack.pop();
        if (open && !open.isHidden) html.push(open.end);
      },
    },
    { recognizeCDATA: true, recognizeSelfClosing: true },
  );
  parser.end(storage);
  return html.join("");
}

function toOpen(
  name: string,
  { attributes, macro }: { readonly attributes: Readonly<Record<string, string>>; readonly macro: string | undefined },
): Open & { readonly start: string } {
  const isHidden = HIDDEN.has(name) || (name === "ac:parameter" && !SHOWN_SETTINGS.has(attributes["ac:name"] ?? ""));
  if (name === "ac:structured-macro" || name === "ac:macro")
    return { start: "", end: "", isHidden, macro: attributes["ac:name"] ?? "" };
  if (name === "ac:plain-text-body") {
    const tag = macro === "code" || macro === "noformat" ? "pre" : "div";
    return { start: `<${tag}>`, end: `</${tag}>`, isHidden };
  }
  // A macro's title stands before its body as a line of its own, or within a line.
  if (name === "ac:parameter") return { start: "<span>", end: "</span> ", isHidden };
  const tag = name.includes(":") ? TAGS[name] : name;
  if (tag === undefined) return { start: "", end: "", isHidden };
  const span = attributes["colspan"];
  const start = span === undefined ? `<${tag}>` : `<${tag} colspan="${Number.parseInt(span, 10)}">`;
  return { start, end: /^(?:br|hr|img|col|input)$/.test(tag) ? "" : `</${tag}>`, isHidden };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
