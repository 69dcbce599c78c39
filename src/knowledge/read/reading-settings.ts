import type { FolderOptions } from "../source.ts";

/** Counts up when reading or cutting changes, so that every file is read again. */
const READER_VERSION = 4;

/** What shapes the documents in a folder's files besides their bytes and paths: where it differs, they are read again. */
export function readingSettings({ url = "", audience }: FolderOptions): string {
  return `${READER_VERSION}\0${url}\0${audience}`;
}
