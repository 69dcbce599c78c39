import type { Socket } from "node:net";
import {
  createMessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { aborted } from "../abort.ts";
import type { Engine } from "../brain/engine.ts";
import type { LlamaEmbedder } from "../brain/llama-embedder.ts";
import type { Log } from "../log.ts";
import { UserError } from "../user-error.ts";
import {
  enoughWritten,
  modelRequests,
  USER_ERROR_CODE,
  writtenSoFar,
  type Opened,
  type OpenedEmbedder,
  type OpenEmbedderRequest,
  type OpenRequest,
} from "./engine-wire.ts";

/** How a model is opened: one that writes, or one that makes vectors of texts. */
interface Openers {
  readonly engine: (
    request: OpenRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly engine: Engine; readonly opened: Opened }>;
  readonly embedder: (
    request: OpenEmbedderRequest,
    signal: AbortSignal,
  ) => Promise<{ readonly embedder: LlamaEmbedder; readonly opened: OpenedEmbedder }>;
}

/**
 * Serves one model to the process at the other end of a socket, opened when that asks for it. Resolves when the other end is gone or
 * the signal comes, with the model closed.
 */
export async function serveEngine(
  open: Openers,
  { socket, log, signal }: { readonly socket: Socket; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  const gone = new AbortController();
  const end = () => gone.abort(new Error("The other side of the channel is gone"));
  signal.addEventListener("abort", end, { once: true });
  socket.on("error", end).on("close", end);
  connection.onClose(end);
  let engine: Engine | undefined;
  const handle = handlerOf({ gone: gone.signal, log });
  connection.onRequest(
    modelRequests.open,
    handle(async (request: OpenRequest, stop) => {
      const model = await open.engine(request, stop);
      engine = model.engine;
      return model.opened;
    }),
  );
  const embedder = serveEmbedder(connection, handle, open.embedder);
  serveModel(connection, handle, () => {
    if (!engine) throw new Error("No model was opened");
    return engine;
  });
  connection.listen();
  await aborted(gone.signal);
  await engine?.[Symbol.asyncDispose]();
  await embedder()?.[Symbol.asyncDispose]();
  connection.dispose();
  socket.destroy();
}

/** Serves vectors; gives the embedding model once one is open. */
function serveEmbedder(
  connection: MessageConnection,
  handle: ReturnType<typeof handlerOf>,
  open: Openers["embedder"],
): () => LlamaEmbedder | undefined {
  let embedder: LlamaEmbedder | undefined;
  connection.onRequest(
    modelRequests.openEmbedder,
    handle(async (request: OpenEmbedderRequest, stop) => {
      const model = await open(request, stop);
      embedder = model.embedder;
      return model.opened;
    }),
  );
  connection.onRequest(
    modelRequests.embed,
    handle(async ({ texts }: { readonly texts: readonly string[] }, signal) => {
      if (!embedder) throw new Error("No embedding model was opened");
      const vectors = await embedder.embed(texts, { signal });
      return vectors.map(({ buffer, byteOffset, byteLength }) =>
        Buffer.from(buffer, byteOffset, byteLength).toString("base64"),
      );
    }),
  );
  return () => embedder;
}

function serveModel(connection: MessageConnection, handle: ReturnType<typeof handlerOf>, engine: () => Engine): void {
  connection.onRequest(
    modelRequests.count,
    handle(({ texts }: { readonly texts: readonly string[] }, signal) => engine().countTokens(texts, { signal })),
  );
  const ends = new Map<number, AbortController>();
  connection.onNotification(enoughWritten, ({ id }) => ends.get(id)?.abort());
  connection.onRequest(
    modelRequests.generate,
    handle(async ({ id, request }, signal) => {
      const end = new AbortController();
      ends.set(id, end);
      const onText = (text: string) => void connection.sendNotification(writtenSoFar, { id, text }).catch(() => {});
      try {
        return await engine().generate(request, { signal, enough: end.signal, onText });
      } finally {
        ends.delete(id);
      }
    }),
  );
  connection.onRequest(
    modelRequests.forget,
    handle(async () => {
      await engine().forget();
      return null;
    }),
  );
}

/** Runs a request under a signal; what a person can mend crosses with its sentence, everything else without any text. */
function handlerOf({ gone, log }: { readonly gone: AbortSignal; readonly log: Log }) {
  return <Sent, Result>(work: (sent: Sent, signal: AbortSignal) => Promise<Result>) =>
    async (sent: Sent, token: CancellationToken): Promise<Result> => {
      const cancelled = new AbortController();
      const listener = token.onCancellationRequested(() => cancelled.abort(new Error("The request was cancelled")));
      const signal = AbortSignal.any([gone, cancelled.signal]);
      try {
        return await work(sent, signal);
      } catch (error) {
        if (error instanceof UserError) throw new ResponseError(USER_ERROR_CODE, error.message);
        if (!signal.aborted) log.error({ err: error }, "the model failed");
        throw new ResponseError(1, "The model failed; the log says why");
      } finally {
        listener.dispose();
      }
    };
}
