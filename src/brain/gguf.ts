import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";
import { createGgufCursor, Damage, NeedsMore } from "./gguf-cursor.ts";
import { parseGguf, type GgufFacts } from "./gguf-facts.ts";

/** What the header of a model's file says, and how large the file is. */
export interface GgufHeader extends GgufFacts {
  readonly bytes: number;
}

const MEBIBYTE = 2 ** 20;
/** A vocabulary of a quarter of a million tokens takes about 10 MiB. */
const LARGEST_HEADER = 64 * MEBIBYTE;
const FIRST_READ = MEBIBYTE;
const LFS_POINTER = "version https://git-lfs";

/**
 * Reads and checks the header of a GGUF file: counts, sizes, and that each tensor lies within the file, so that native code is never
 * given one that it would hang or die on. Ends soon whatever the file holds. Throws a UserError that says what is wrong, and the cure.
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  await using file = await openModel(path);
  const limit = Math.min(file.bytes, LARGEST_HEADER);
  try {
    for (let length = FIRST_READ; ; length *= 4) {
      const facts = await factsIn(file, { length: Math.min(length, limit), limit });
      if (facts) return { ...facts, bytes: file.bytes };
    }
  } catch (error) {
    if (error instanceof Damage) throw refused(path, `is damaged or no model: ${error.message}`, error);
    throw unreadable(path, error);
  }
}

/** The SHA-256 of a file, in hex. `onProgress` is given the bytes read so far. Throws a UserError when the file cannot be read. */
export async function hashFile(
  path: string,
  options: { readonly signal: AbortSignal; readonly onProgress?: (bytes: number) => void },
): Promise<string> {
  options.signal.throwIfAborted();
  await using file = await openModel(path);
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(MEBIBYTE);
  for (let done = 0; ;) {
    options.signal.throwIfAborted();
    const bytesRead = await readInto(file, { buffer, at: done }).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
    options.onProgress?.(done);
  }
}

interface OpenFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly bytes: number;
}

/** Opens a file that holds something; without waiting for a writer, should it be a pipe. */
async function openModel(path: string): Promise<OpenFile> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const stats = await handle.stat();
  const why = stats.isDirectory()
    ? "is a folder"
    : stats.isFile()
      ? stats.size === 0
        ? "is empty"
        : ""
      : "is no file";
  if (why !== "") {
    await handle.close();
    throw refused(path, `cannot be used, because it ${why}`);
  }
  return { handle, bytes: stats.size, [Symbol.asyncDispose]: () => handle.close() };
}

/** What the first bytes of a file say; undefined when more of it is needed. */
async function factsIn(
  file: OpenFile,
  { length, limit }: { readonly length: number; readonly limit: number },
): Promise<GgufFacts | undefined> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const bytesRead = await readInto(file, { buffer: buffer.subarray(filled), at: filled });
    if (bytesRead === 0) throw new Damage("it became shorter while it was read");
    filled += bytesRead;
  }
  if (buffer.toString("latin1", 0, LFS_POINTER.length) === LFS_POINTER) {
    throw new Damage("it is a Git LFS pointer, which stands for the model but does not hold it");
  }
  try {
    return parseGguf(createGgufCursor({ bytes: buffer, limit }), file.bytes);
  } catch (error) {
    if (error instanceof NeedsMore) return undefined;
    throw error;
  }
}

async function readInto(file: OpenFile, { buffer, at }: { readonly buffer: Buffer; readonly at: number }) {
  const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, at);
  return bytesRead;
}

function unreadable(path: string, error: unknown): UserError {
  const code = codeOf(error);
  return refused(path, code === "ENOENT" ? "is missing" : `cannot be read (${code})`, error);
}

function refused(path: string, why: string, cause?: unknown): UserError {
  return new UserError(
    `The model file ${path} ${why}; pull it again with hearth models pull NAME, or name another file`,
    { cause },
  );
}
