import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes text and waits while the reader is slow; rejects with the signal's reason when it comes first. */
export async function write(to: Writable, text: string, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  signal.throwIfAborted();
  if (!to.write(text)) await once(to, "drain", { signal });
}
