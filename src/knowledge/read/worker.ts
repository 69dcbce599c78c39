import { createHash } from "node:crypto";
import { cutPassages } from "../passages.ts";
import { readFileSafely } from "../folder.ts";
import type { ReadJob, ReadOutcome } from "./reader.ts";
import { readDocument } from "./read.ts";

/** Counts up when reading or cutting changes, so that every document is read again. */
const READER_VERSION = 2;

/** What a worker thread does with one file: reads it, and unless it is as known, makes passages of it. */
// Piscina calls a worker file's default export.
// oxlint-disable-next-line import/no-default-export
export default async function readJob({ file, folder, knownHash }: ReadJob): Promise<ReadOutcome> {
  const bytes = await readFileSafely(file.absolutePath, { maxBytes: folder.maxBytes });
  const hash = createHash("sha256")
    .update(`${READER_VERSION}\0${folder.url ?? ""}\0${folder.audience}\0${file.path}\0`)
    .update(bytes)
    .digest("hex");
  if (hash === knownHash) return { kind: "unchanged" };
  const passages = cutPassages(readDocument(bytes, { path: file.path }), {
    documentId: file.id,
    path: file.path,
    ...(folder.url !== undefined && { urlTemplate: folder.url }),
  });
  return {
    kind: "read",
    document: { id: file.id, hash, audience: folder.audience, modifiedAt: file.modifiedAt, passages },
  };
}
