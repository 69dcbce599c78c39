import { DomHandler, Parser } from "htmlparser2";
import { isoDate } from "./date.ts";
import { isElement, isText, type Element } from "./html-tree.ts";
import { titleOfMeta } from "./meta-title.ts";
import { listZip } from "./zip-entries.ts";

/** Text of one Office file that is unpacked, in all and of one part: more than any that people make. */
const MOST_BYTES = 300_000_000;
const MOST_PART_BYTES = 150_000_000;
/** Deeper nesting is refused: no program writes it, and it would cost memory without end. */
const DEEPEST = 500;
/** How files begin that Office locks with a password, and those of before 2007. */
const OLD_FORMAT = [0xd0, 0xcf, 0x11, 0xe0];
/** What programs leave as the date that never set one: those of the empty files of python-docx and python-pptx. */
const NO_DATES = new Set(["2013-12-23T23:15:00.000Z", "2013-01-27T09:14:16.000Z"]);

/** An Office file's parts, by their paths in it. Those that read reject with a reason people understand. */
export interface OfficeFile {
  has(path: string): boolean;
  bytes(path: string): Promise<Uint8Array>;
  /** The root of a part in XML; undefined where there is no such part. */
  xml(path: string): Promise<Element | undefined>;
}

/** Opens an Office file; `kind` says what it should be, such as "Word document". Rejects with a reason people understand. */
export async function openOffice(bytes: Uint8Array, { kind }: { readonly kind: string }): Promise<OfficeFile> {
  if (OLD_FORMAT.every((byte, index) => bytes[index] === byte))
    throw new Error(
      `it is locked with a password, or of before 2007; save a copy without a password as a ${kind} of today`,
    );
  const left = { bytes: MOST_BYTES };
  const limits = {
    mostEntryBytes: MOST_PART_BYTES,
    get bytesLeft() {
      return left.bytes;
    },
  };
  const { entries } = await listZip(bytes, limits).catch(() => {
    throw new Error(`it is no ${kind}, or only a part of one`);
  });
  const parts = new Map(entries.map((entry) => [entry.name, entry]));
  if (!parts.has("[Content_Types].xml")) throw new Error(`it is no ${kind}, or only a part of one`);
  const unpack = async (path: string): Promise<Uint8Array> => {
    const part = await parts.get(path)?.bytes();
    if (!part) throw new Error("it is damaged: a part of it is missing");
    left.bytes -= part.length;
    return part;
  };
  return {
    has: (path) => parts.has(path),
    bytes: unpack,
    xml: async (path) => (parts.has(path) ? parseXml(decodeXml(await unpack(path))) : undefined),
  };
}

/** Parts are in UTF-8, or in UTF-16 with a mark. */
function decodeXml(bytes: Uint8Array): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return new TextDecoder(isUtf16 ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(bytes);
}

/** The root of some XML, its names without their prefixes. Throws when it is nested too deep. */
export function parseXml(text: string): Element | undefined {
  const handler = new DomHandler();
  const open = handler.onopentag.bind(handler);
  const close = handler.onclosetag.bind(handler);
  let depth = 0;
  handler.onopentag = (name, attributes) => {
    depth += 1;
    if (depth > DEEPEST) throw new Error(`its parts are nested more than ${DEEPEST} deep`);
    open(localName(name), attributes);
  };
  handler.onclosetag = () => {
    depth -= 1;
    close();
  };
  new Parser(handler, { xmlMode: true }).end(text);
  return handler.root.children.find(isElement);
}

/** A name without its prefix, which files are free to choose. */
export function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** The elements right below one, of some name where one is given. */
export function childrenOf(element: Element | undefined, name?: string): Element[] {
  return element?.children.filter(isElement).filter((child) => name === undefined || child.name === name) ?? [];
}

/** The element at the end of a path of names. */
export function childAt(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((found, name) => childrenOf(found, name)[0], element);
}

/** All elements of a name below one, in their order, outermost only. */
export function descendantsOf(element: Element | undefined, name: string): Element[] {
  return childrenOf(element).flatMap((child) => (child.name === name ? [child] : descendantsOf(child, name)));
}

/** The text right in an element. */
export function textIn(element: Element | undefined): string {
  return (
    element?.children
      .filter(isText)
      .map(({ data }) => data)
      .join("") ?? ""
  );
}

/** What a part points to: the paths of other parts by the ids it names them with, and what each is to it. */
export async function relationsOf(file: OfficeFile, path: string): Promise<ReadonlyMap<string, Relation>> {
  const [, folder = "", name = ""] = /^(.*\/)?([^/]*)$/s.exec(path) ?? [];
  const root = await file.xml(`${folder}_rels/${name}.rels`);
  const internal = childrenOf(root, "Relationship").filter(({ attribs }) => attribs["TargetMode"] !== "External");
  return new Map(
    internal.map(({ attribs }) => {
      const { Id: id = "", Type: type = "", Target: target = "" } = attribs;
      const base = `http://part/${folder}`;
      const url = URL.canParse(target, base) ? new URL(target, base).pathname : target;
      return [id, { kind: type.replace(/^.*\//s, ""), path: safely(url).replace(/^\//, "") }];
    }),
  );
}

export interface Relation {
  /** The last word of its type: "slide", "notesSlide", "worksheet". */
  readonly kind: string;
  readonly path: string;
}

function safely(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The path of an Office file's main part. */
export async function mainPartOf(file: OfficeFile, usual: string): Promise<string> {
  const relations = await relationsOf(file, "");
  const main = [...relations.values()].find(({ kind }) => kind === "officeDocument")?.path;
  return main !== undefined && file.has(main) ? main : usual;
}

/** The title and the date of the last change in an Office file's properties, where people gave them. */
export async function propertiesOf(file: OfficeFile): Promise<{ readonly title?: string; readonly date?: string }> {
  const root = await file.xml("docProps/core.xml").catch(() => undefined);
  const title = titleOfMeta(textIn(childAt(root, "title")));
  const date = isoDate(textIn(childAt(root, "modified")));
  return { ...(title !== undefined && { title }), ...(date !== undefined && !NO_DATES.has(date) && { date }) };
}
