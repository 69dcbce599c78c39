import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../user-error.ts";
import { attempt } from "./attempt.ts";
import { Cut, type Authorization } from "./follow.ts";
import { dropPart, readPart } from "./part.ts";
import type { Received, Receiving } from "./receive.ts";

/** In a row, without a byte that came in between. */
const MOST_CUTS = 6;
const LONGEST_WAIT = 60_000;

/** What to download, and to where. */
export interface Download {
  readonly url: URL;
  /** As it was written; a part is resumed only from the source it began with, or where the hash is known. */
  readonly source: string;
  /** The file that is written; it stays where the download is cut short, and the next one goes on from there. */
  readonly part: string;
  readonly sha256: string | undefined;
  /** The exact size, where it is known. */
  readonly bytes: number | undefined;
  readonly authorization: Authorization | undefined;
}

/** `wait` and `stall` (in milliseconds) are for tests. */
export interface DownloadOptions extends Receiving {
  /** Called before another try with why it is needed and the milliseconds until then. */
  readonly onCut?: (why: string, milliseconds: number) => void;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly stall?: number;
}

/**
 * Downloads a file over http or https, from where an earlier try ended, tries again when the connection is cut, and compares the
 * SHA-256 with the one that is known or that the server names. Throws a UserError that says why it did not work; wrong bytes are gone
 * then.
 */
export async function download(what: Download, options: DownloadOptions): Promise<Received> {
  const { wait = waited, signal } = options;
  let wasReached = false;
  const onReached = () => {
    wasReached = true;
  };
  for (let cuts = 0; ;) {
    const before = (await readPart(what.part)).bytes;
    try {
      return await checked(await attempt(what, { ...options, onReached }), what);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Cut)) throw error;
      const { bytes: after } = await readPart(what.part);
      cuts = after > before ? 1 : cuts + 1;
      // A server that was never there is left at once, for the next source.
      if (!wasReached || cuts > MOST_CUTS) throw new UserError(error.message, { cause: error });
      const milliseconds = Math.min(error.after ?? 2 ** (cuts - 1) * 1_000, LONGEST_WAIT);
      options.onCut?.(error.message, milliseconds);
      await wait(milliseconds, signal);
    }
  }
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal });
}

async function checked(
  { toldSha256, wasResumed, ...received }: Awaited<ReturnType<typeof attempt>>,
  { part, sha256 }: Download,
): Promise<Received> {
  const expected = sha256 ?? toldSha256;
  if (expected === undefined || received.sha256 === expected) return received;
  await dropPart(part);
  // The beginning may have been another file's; only a download in one go can tell.
  if (wasResumed) throw new Cut("the end of the file does not go with its beginning", { after: 0 });
  throw new UserError(
    `the bytes that came have the SHA-256 ${received.sha256} and not ${expected}; they were thrown away`,
  );
}
