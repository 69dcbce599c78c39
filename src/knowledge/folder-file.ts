import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { codeOf } from "../error-code.ts";

/**
 * The bytes of a regular file. What it is and how large is asked of the opened file itself, so that nothing put in its place since
 * the walk can block the reader or fill the memory. Throws with a reason people understand.
 */
export async function readFileSafely(path: string, { maxBytes }: { readonly maxBytes: number }): Promise<Uint8Array> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw new Error(`it cannot be read (${reasonOf(error)})`, { cause: error });
  }
  await using opened = file;
  const stats = await opened.stat();
  if (!stats.isFile()) throw new Error(NO_FILE);
  if (stats.size > maxBytes) throw new Error(tooLarge(stats.size, maxBytes));
  return opened.readFile();
}

/** Why what is there cannot be a document. */
export const NO_FILE = "it is a device, a pipe or a socket, not a file";

/** Why a file of so many bytes is not read. */
export function tooLarge(size: number, maxBytes: number): string {
  return `it has ${megabytes(size)} MB, more than the ${megabytes(maxBytes)} MB that limits.fileMegabytes allows`;
}

function megabytes(bytes: number): string {
  return String(Number((bytes / 1e6).toPrecision(3)));
}

/** A few words for why the system could not do something with a file or folder. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    EACCES: "no permission",
    EPERM: "no permission",
    ENOENT: "it is not there",
    ELOOP: "it became a link",
    EMFILE: "too many open files",
    EIO: "the disk reports an error",
  };
  return words[code] ?? code;
}
