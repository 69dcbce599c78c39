import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";

/** A file that has arrived: how many bytes, and the SHA-256 of all of them. */
export interface Received {
  readonly bytes: number;
  readonly sha256: string;
}

/** How much has arrived, and of how much where that is known. */
export interface Progress {
  readonly done: number;
  readonly total: number | undefined;
}

/** What receiving needs from outside. */
export interface Receiving {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

interface Target extends Receiving {
  /** The file that is written. */
  readonly to: string;
  /** Bytes of it that are there already and stay. */
  readonly start: number;
  readonly total: number | undefined;
  /** Told while what is there already is read again, which may take minutes. */
  readonly onHashed?: () => void;
}

/**
 * Writes chunks behind what a file holds, and hashes all of it, what was there included. Throws a UserError when the disk is full
 * or when more comes than was said; what came before that stays.
 */
export async function receive(chunks: AsyncIterable<Uint8Array>, target: Target): Promise<Received> {
  const { to, start, total, signal, onProgress } = target;
  const hash = createHash("sha256");
  if (start > 0) {
    for await (const chunk of createReadStream(to, { end: start - 1, signal })) {
      hash.update(chunk);
      target.onHashed?.();
    }
  }
  await using file = await open(to, start > 0 ? "r+" : "w", 0o600);
  let done = start;
  onProgress({ done, total });
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    if (total !== undefined && done + chunk.length > total) {
      throw new UserError(`more came than the ${total} bytes that were said`);
    }
    await writeAll(file, chunk, { at: done, to });
    hash.update(chunk);
    done += chunk.length;
    onProgress({ done, total });
  }
  await file.truncate(done);
  await file.sync();
  return { bytes: done, sha256: hash.digest("hex") };
}

async function writeAll(
  file: Awaited<ReturnType<typeof open>>,
  chunk: Uint8Array,
  { at, to }: { readonly at: number; readonly to: string },
): Promise<void> {
  try {
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, written, chunk.length - written, at + written);
      written += bytesWritten;
    }
  } catch (error) {
    throw new UserError(`${dirname(to)} cannot be written to (${codeOf(error)}); make room there and pull again`, {
      cause: error,
    });
  }
}

/** Throws a UserError when a folder's disk has less room than that many bytes. */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) {
    throw new UserError(
      `${folder} has ${gigabytes(free)} free and ${gigabytes(bytes)} are needed; make room, or choose another data folder with --data`,
    );
  }
}

/** Bytes in words: "2.5 GB", "98 MB". */
export function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}
