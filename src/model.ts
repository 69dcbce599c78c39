import { Socket } from "node:net";
import { hashFile, readGgufHeader } from "./brain/gguf.ts";
import { openLlamaEngine } from "./brain/llama.ts";
import { openLlamaEmbedder } from "./brain/llama-embedder.ts";
import { serveEngine } from "./channel/engine-serve.ts";
import type { Opened, OpenEmbedderRequest, OpenRequest } from "./channel/engine-wire.ts";
import type { Log } from "./log.ts";
import { MODEL_CHANNEL } from "./model-channel.ts";
import { UserError } from "./user-error.ts";

/** The model process: one model, opened and asked over a socket that the core gave it, until that is closed or the signal comes. */
export async function runModel({ log, signal }: { readonly log: Log; readonly signal: AbortSignal }): Promise<void> {
  const socket = new Socket({ fd: MODEL_CHANNEL, readable: true, writable: true });
  const engine = async (request: OpenRequest, stop: AbortSignal) => {
    const hash = await checkFile(request, stop);
    const opening = await openLlamaEngine({ ...request, hash }, { log, signal: stop });
    const opened: Opened = { hash, facts: opening.facts(), limits: await opening.ready({ signal: stop }) };
    log.info({ model: request.name, ...opened }, "model loaded");
    return { engine: opening, opened };
  };
  const embedder = async (request: OpenEmbedderRequest, stop: AbortSignal) => {
    const hash = await checkFile(request, stop);
    const opening = await openLlamaEmbedder({ ...request, hash }, { log, signal: stop });
    log.info({ model: request.name, hash, dimensions: opening.dimensions }, "embedding model loaded");
    return { embedder: opening, opened: { hash, dimensions: opening.dimensions } };
  };
  await serveEngine({ engine, embedder }, { socket, log, signal });
}

/** Checks a model file before anything native sees it, and gives its hash. Throws a UserError with the cure. */
async function checkFile(
  { file, name, sha256 }: OpenRequest | OpenEmbedderRequest,
  signal: AbortSignal,
): Promise<string> {
  await readGgufHeader(file);
  const hash = await hashFile(file, { signal });
  if (sha256 !== undefined && hash !== sha256) {
    throw new UserError(
      `The file of the model ${name} (${file}) is not the one that was pulled: its SHA-256 differs; pull it again with hearth models pull ${name}`,
    );
  }
  return hash;
}
