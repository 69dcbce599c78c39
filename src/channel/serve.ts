import { rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  SocketMessageWriter,
  StreamMessageReader,
  type CancellationToken,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { Brain, Progress, StaleAnswer } from "../brain/brain.ts";
import type { Log } from "../log.ts";
import { UserError } from "../user-error.ts";
import { USER_ERROR_CODE } from "./engine-wire.ts";
import { framed } from "./framed.ts";
import { serveChannels } from "./serve-channels.ts";
import { MOST_BYTES, progress, requests, tell, wire } from "./protocol.ts";

/**
 * Serves a brain on a Unix socket at `path`, whose folder must be private. Disposing of it drops every connection and aborts
 * what is in hand. A leftover socket of a dead process is replaced; throws when the socket cannot be made.
 */
export async function serveBrain(
  brain: Brain,
  { path, log }: { readonly path: string; readonly log: Log },
): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", (error) => log.debug({ err: error }, "channel connection failed"));
    serveConnection(brain, { socket, log });
  });
  await rm(path, { force: true });
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen(path, listening.resolve);
  await listening.promise;
  return {
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of sockets) socket.destroy();
      await closed.promise;
    },
  };
}

function serveConnection(brain: Brain, { socket, log }: { readonly socket: Socket; readonly log: Log }): void {
  const reader = new StreamMessageReader(framed(socket, { most: MOST_BYTES }));
  const connection = createMessageConnection(reader, new SocketMessageWriter(socket));
  const gone = new AbortController();
  connection.onClose(() => {
    gone.abort(new Error("The other side of the channel is gone"));
    connection.dispose();
  });
  connection.onError(([error]) => {
    log.warn({ err: error }, "channel message could not be read");
    socket.destroy();
  });
  const { handle } = handlers({ gone: gone.signal, log });
  answerRequests(connection, { brain, handle });
  connection.listen();
}

/** Makes a handler of some work: what is cancelled or fails is told so that no text of anybody's crosses. */
export type Handle = <Sent, Result>(
  method: string,
  work: (sent: Sent, signal: AbortSignal) => Promise<Result>,
) => (sent: Sent, token: CancellationToken) => Promise<Result>;

function answerRequests(
  connection: MessageConnection,
  { brain, handle }: { readonly brain: Brain; readonly handle: Handle },
) {
  connection.onRequest(requests.greet, () => null);
  connection.onRequest(
    requests.answer,
    handle("answer", (sent, signal) => {
      const { question, progress: token } = wire.answer.parse(sent);
      const onProgress = (step: Progress) => void connection.sendProgress(progress, token, step).catch(() => {});
      return brain.answer(question, { signal, onProgress });
    }),
  );
  connection.onRequest(
    requests.lookup,
    handle("lookup", (sent, signal) => {
      const { words, ...options } = wire.lookup.parse(sent);
      return brain.lookup(words, { ...options, signal });
    }),
  );
  connection.onRequest(
    requests.document,
    handle("document", (sent, signal) => {
      const { id, clearance } = wire.document.parse(sent);
      return brain.document(id, { clearance, signal });
    }),
  );
  tellState(connection, { brain, handle });
  followAnswers(connection, { brain, handle });
  keepWhatWasSaid(connection, { brain, handle });
  serveChannels(connection, { brain, handle });
}

function tellState(
  connection: MessageConnection,
  { brain, handle }: { readonly brain: Brain; readonly handle: Handle },
) {
  connection.onRequest(
    requests.sync,
    handle("sync", (sent, signal) => brain.sync({ ...wire.sync.parse(sent), signal })),
  );
  connection.onRequest(
    requests.plan,
    handle("plan", (_sent, signal) => brain.plan({ signal })),
  );
  connection.onRequest(
    requests.explain,
    handle("explain", (sent, signal) => {
      const { path, ...options } = wire.explain.parse(sent);
      return brain.explain(path, { ...options, signal });
    }),
  );
  connection.onRequest(
    requests.status,
    handle("status", (_sent, signal) => brain.status({ signal })),
  );
}

function followAnswers(
  connection: MessageConnection,
  { brain, handle }: { readonly brain: Brain; readonly handle: Handle },
) {
  connection.onRequest(
    requests.staleAnswers,
    handle("staleAnswers", (sent, signal) => brain.staleAnswers(wire.staleAnswers.parse(sent), { signal })),
  );
  connection.onRequest(
    requests.watchAnswers,
    handle("watchAnswers", async (sent, signal) => {
      const { platform, watch } = wire.watchAnswers.parse(sent);
      const onStale = async (stale: StaleAnswer) => void (await connection.sendRequest(tell(watch), stale));
      await brain.watchAnswers({ platform }, { signal, onStale });
      return null;
    }),
  );
  connection.onRequest(
    requests.forgetAnswers,
    handle("forgetAnswers", (sent, signal) => brain.forgetAnswers(wire.forgetAnswers.parse(sent), { signal })),
  );
}

function keepWhatWasSaid(
  connection: MessageConnection,
  { brain, handle }: { readonly brain: Brain; readonly handle: Handle },
) {
  connection.onRequest(
    requests.remember,
    handle("remember", async (sent, signal) => {
      await brain.remember(wire.remember.parse(sent).messages, { signal });
      return null;
    }),
  );
  connection.onRequest(
    requests.turns,
    handle("turns", (sent, signal) => brain.turns(wire.turns.parse(sent), { signal })),
  );
  connection.onRequest(
    requests.revise,
    handle("revise", (sent, signal) => brain.revise(wire.revise.parse(sent).revisions, { signal })),
  );
  connection.onRequest(
    requests.why,
    handle("why", async (sent, signal) => {
      const { id, clearance } = wire.why.parse(sent);
      return (await brain.why(id, { clearance, signal })) ?? null;
    }),
  );
  connection.onRequest(
    requests.rate,
    handle("rate", async (sent, signal) => {
      await brain.rate(wire.rate.parse(sent), { signal });
      return null;
    }),
  );
  connection.onRequest(
    requests.forget,
    handle("forget", (sent, signal) => brain.forget(wire.forget.parse(sent), { signal })),
  );
}

/** Turns cancellation into a signal, and an error into one that carries no text of anybody's across; a UserError is told as it is. */
function handlers({ gone, log }: { readonly gone: AbortSignal; readonly log: Log }): { handle: Handle } {
  return {
    handle: (method, work) => async (sent, token) => {
      const cancelled = new AbortController();
      const listener = token.onCancellationRequested(() => cancelled.abort());
      try {
        return await work(sent, AbortSignal.any([gone, cancelled.signal]));
      } catch (error) {
        if (!cancelled.signal.aborted && !gone.aborted) log.error({ err: error, method }, "request failed");
        if (error instanceof UserError) throw new ResponseError(USER_ERROR_CODE, error.message);
        throw new ResponseError(ErrorCodes.InternalError, `The core could not do "${method}"; its log says why`);
      } finally {
        listener.dispose();
      }
    },
  };
}
