import type { Duplex } from "node:stream";
import {
  CancellationTokenSource,
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
  type RequestType,
} from "vscode-jsonrpc/node";
import { unlessAborted } from "../abort.ts";
import type { Engine, EngineRequest, Generated, GenerateOptions } from "../brain/engine.ts";
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

/** The model process went away while something was in hand. */
export class ModelGone extends Error {}

/** A model in the process at the other end of a stream. Every method rejects with ModelGone once that is away. */
export interface RemoteModel extends Disposable {
  open(request: OpenRequest, options: { readonly signal: AbortSignal }): Promise<Opened>;
  openEmbedder(request: OpenEmbedderRequest, options: { readonly signal: AbortSignal }): Promise<OpenedEmbedder>;
  embed(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<readonly Float32Array[]>;
  countTokens: Engine["countTokens"];
  generate(request: EngineRequest, options: GenerateOptions): Promise<Generated>;
  forget(options: { readonly signal: AbortSignal }): Promise<void>;
}

/** Speaks to the model process over a stream. Disposing of it makes that process end. */
export function connectModel(stream: Duplex): RemoteModel {
  const connection = createMessageConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
  const listeners = new Map<number, (text: string) => void>();
  const gone = new AbortController();
  const end = () => gone.abort(new ModelGone("The model process is gone"));
  stream.on("error", end).on("close", end);
  connection.onClose(end);
  connection.onError(end);
  connection.onNotification(writtenSoFar, ({ id, text }) => listeners.get(id)?.(text));
  connection.listen();
  const send = sender(connection, gone.signal);
  let asked = 0;
  return {
    open: (request, { signal }) => send(modelRequests.open, request, signal),
    openEmbedder: (request, { signal }) => send(modelRequests.openEmbedder, request, signal),
    embed: async (texts, { signal }) => (await send(modelRequests.embed, { texts }, signal)).map(toVector),
    countTokens: (texts, { signal }) => send(modelRequests.count, { texts }, signal),
    async generate(request, { signal, enough, onText }) {
      const id = (asked += 1);
      if (onText) listeners.set(id, onText);
      const tellEnough = () => void connection.sendNotification(enoughWritten, { id }).catch(() => {});
      enough?.addEventListener("abort", tellEnough, { once: true });
      try {
        return await send(modelRequests.generate, { id, request }, signal);
      } finally {
        listeners.delete(id);
        enough?.removeEventListener("abort", tellEnough);
      }
    },
    forget: async ({ signal }) => void (await send(modelRequests.forget, {}, signal)),
    [Symbol.dispose]() {
      end();
      connection.dispose();
      stream.destroy();
    },
  };
}

function toVector(bytes: string): Float32Array {
  const buffer = Buffer.from(bytes, "base64");
  return new Float32Array(buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength));
}

function sender(connection: MessageConnection, gone: AbortSignal) {
  return async <Sent, Result>(
    type: RequestType<Sent, Result, void>,
    sent: Sent,
    signal: AbortSignal,
  ): Promise<Result> => {
    signal.throwIfAborted();
    gone.throwIfAborted();
    const cancellation = new CancellationTokenSource();
    const cancel = () => cancellation.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    const response: Promise<Result> = connection.sendRequest(type.method, sent, cancellation.token);
    try {
      return await unlessAborted(response, AbortSignal.any([signal, gone]));
    } catch (error) {
      if (error instanceof ResponseError && error.code === USER_ERROR_CODE) throw new UserError(error.message);
      throw error;
    } finally {
      signal.removeEventListener("abort", cancel);
      cancellation.dispose();
    }
  };
}
