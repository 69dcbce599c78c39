import { withUrls } from "./confluence.ts";
import { confluenceFiles, confluenceFolder } from "./confluence-export.ts";
import { isXmlExport, readXmlExport } from "./confluence-xml.ts";
import { isNotionName, withoutNotionIds } from "./file-name.ts";
import { readInner, withUnread, type Documents, type InnerFile, type Inside } from "./inside.ts";
import { listZip, type ZipEntry } from "./zip-entries.ts";

/** An archive of Notion's within the one it is downloaded as; large exports come in several. */
const NOTION_BLOCK = /^(?:[0-9a-f-]+_)?ExportBlock-[^/]*\.zip$/i;

/**
 * The documents in a zip archive, as if it were a folder: what has no reader is left out, what cannot be read is named by the first
 * document. Exports of Notion and Confluence are read as the spaces that they were. Rejects where nothing in it can be read.
 */
export async function readZip(bytes: Uint8Array, { inside }: { readonly inside: Inside }): Promise<Documents> {
  const { entries, unread } = await listZip(bytes, inside);
  const visible = entries.filter(isVisible);
  if (isXmlExport(visible)) return readXmlExport(visible, { inside, unread });
  const files = await toFiles(visible, inside);
  const inner = await readInner(files, inside);
  return withUnread(withUrls(inner.documents), [...unread, ...inner.unread]);
}

/** Left out are the same as in a folder, and what a Mac's archiver puts beside the files. */
function isVisible({ name }: ZipEntry): boolean {
  return name.split("/").every((step) => !step.startsWith(".") && step !== "node_modules" && step !== "__MACOSX");
}

async function toFiles(entries: readonly ZipEntry[], inside: Inside): Promise<readonly InnerFile[]> {
  const folder = confluenceFolder(entries);
  const files: readonly InnerFile[] =
    folder === undefined
      ? entries
      : await confluenceFiles(entries, { folder, isDocumentName: (name) => inside.isDocumentName(name) });
  const names = new Set(files.map(({ name }) => name));
  return (
    files
      .filter(({ name }) => inside.isDocumentName(name))
      // Of a table, Notion exports the rows of a view and all rows.
      .filter(
        ({ name }) => !(name.endsWith(".csv") && isNotionName(name) && names.has(name.replace(/\.csv$/, "_all.csv"))),
      )
      .map((file) => ({ ...file, part: NOTION_BLOCK.test(file.name) ? "" : withoutNotionIds(file.name) }))
  );
}
