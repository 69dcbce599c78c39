import type { InnerFile } from "./inside.ts";
import type { ZipEntry } from "./zip-entries.ts";

const ATTACHMENT = /href="(attachments\/\d+\/[^"]{1,300})"[^<>]{0,300}>([^<>]{1,300})<\/a>/g;

/** The folder of an archive that an HTML export of a Confluence space stands in (ends in a slash, or is empty); undefined where there is none. */
export function confluenceFolder(entries: readonly ZipEntry[]): string | undefined {
  const names = new Set(entries.map(({ name }) => name));
  const style = [...names].find((name) => /(?:^|\/)styles\/site\.css$/.test(name));
  const folder = style?.replace(/styles\/site\.css$/, "");
  return folder !== undefined && names.has(`${folder}index.html`) ? folder : undefined;
}

/** The files of such an export as people know them: pages without their index, attachments by the names that the pages give them. */
export async function confluenceFiles(
  entries: readonly ZipEntry[],
  { folder, isDocumentName }: { readonly folder: string; readonly isDocumentName: (name: string) => boolean },
): Promise<InnerFile[]> {
  const own = entries.filter(({ name }) => name.startsWith(folder) && name !== `${folder}index.html`);
  const hasAttachments = own.some(({ name }) => name.startsWith(`${folder}attachments/`) && isDocumentName(name));
  const names = hasAttachments ? await attachmentNames(own, folder) : new Map<string, string>();
  return own.map((entry) => {
    const known = names.get(entry.name);
    return known === undefined ? entry : { ...entry, name: known };
  });
}

/** The names of attachments, each below the page that it is attached to, by their path in the archive. */
async function attachmentNames(entries: readonly ZipEntry[], folder: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const { name, bytes } of entries) {
    if (!name.endsWith(".html")) continue;
    // What cannot be unpacked is said when it is read.
    const page = await bytes().catch(() => new Uint8Array());
    for (const [, path = "", words = ""] of new TextDecoder().decode(page).matchAll(ATTACHMENT)) {
      const shown = words.replaceAll("&amp;", "&").replaceAll("/", " ").trim();
      names.set(folder + path, `${name.replace(/(?:_?\d+)?\.html$/, "")}/${shown}`);
    }
  }
  return names;
}
