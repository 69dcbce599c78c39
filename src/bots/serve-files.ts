import { MOST_FILE_BYTES, MOST_FILES, type AttachedFile } from "../chat.ts";
import type { FailedDocument } from "../knowledge/knowledge.ts";
import type { ChatPlatform, OfferedFile } from "./platform.ts";

/** The files of a question that can be read with it, and why others are not. Rejects only when the signal comes. */
export async function fetchFiles(
  offered: readonly OfferedFile[],
  { platform, signal }: { readonly platform: Pick<ChatPlatform, "fetchFile">; readonly signal: AbortSignal },
): Promise<{ readonly files: readonly AttachedFile[]; readonly unread: readonly FailedDocument[] }> {
  const files: AttachedFile[] = [];
  const unread: FailedDocument[] = [];
  let left = MOST_FILE_BYTES;
  for (const file of offered) {
    const leftOut = (reason: string) => unread.push({ path: file.name, reason });
    if (files.length >= MOST_FILES) leftOut(`only ${MOST_FILES} files of a question are read`);
    else if (file.bytes > left) leftOut("too large: the files of a question are read up to 8 MB in all");
    else {
      const bytes = await platform.fetchFile(file, { most: left, signal }).catch(() => undefined);
      signal.throwIfAborted();
      if (bytes) files.push({ name: file.name, base64: Buffer.from(bytes).toString("base64") });
      else leftOut("it could not be fetched");
      left -= bytes?.length ?? 0;
    }
  }
  return { files, unread };
}
