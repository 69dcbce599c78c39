import { createHash } from "node:crypto";
import type { IndexedDocument, ReadDocument } from "../document.ts";
import { cutPassages } from "../passages.ts";
import { readFileSafely } from "../folder-file.ts";
import type { ReadJob, ReadOutcome } from "./reader.ts";
import { readDocuments } from "./read.ts";
import { readingSettings } from "./reading-settings.ts";

// Piscina finds by its name what else a worker does.
export { readAttachedFile } from "./attached-file.ts";

/** What a worker thread does with one file: reads it, and unless it is as known, makes passages of it. */
// Piscina calls a worker file's default export.
// oxlint-disable-next-line import/no-default-export
export default async function readJob({ file, folder, knownHash }: ReadJob): Promise<ReadOutcome> {
  const bytes = await readFileSafely(file.absolutePath, { maxBytes: folder.maxBytes });
  const hash = createHash("sha256")
    .update(`${readingSettings(folder)}\0${file.path}\0`)
    .update(bytes)
    .digest("hex");
  if (hash === knownHash) return { kind: "unchanged" };
  const [first, ...others] = await readDocuments(bytes, { path: file.path });
  const toIndexed = (document: ReadDocument): IndexedDocument => {
    const { part, date: modifiedAt = file.modifiedAt, unread } = document;
    const id = part === undefined ? file.id : partId(file.id, part);
    const path = part === undefined ? file.path : `${file.path}/${part}`;
    const options = { documentId: id, path, modifiedAt, ...(folder.url !== undefined && { urlTemplate: folder.url }) };
    const passages = cutPassages(document, options);
    const said = unread === undefined ? {} : { unread };
    return { id, file: file.id, hash, audience: folder.audience, modifiedAt, ...said, passages };
  };
  return { kind: "read", documents: [toIndexed(first), ...others.map(toIndexed)] };
}

/** The id of one of the documents in a file, stable as long as the file and the path inside it are. */
function partId(fileId: string, part: string): string {
  return createHash("sha256").update(`${fileId}\0${part}`).digest("hex").slice(0, 32);
}
