import { setTimeout as delay } from "node:timers/promises";
import {
  CancellationTokenSource,
  ConnectionError,
  type Disposable,
  ErrorCodes,
  ResponseError,
  type MessageConnection,
  type RequestType,
} from "vscode-jsonrpc/node";
import { unlessAborted } from "../abort.ts";
import type { Brain, StaleAnswer } from "../brain/brain.ts";
import type { Log } from "../log.ts";
import { UserError } from "../user-error.ts";
import { dialBrain } from "./dial.ts";
import { USER_ERROR_CODE } from "./engine-wire.ts";
import { progress, requests, tell } from "./protocol.ts";

/** How long a question waits for the core to come back: a restart takes one to three seconds. */
const PATIENCE_MS = 20_000;
/** How long a watch waits after a connection broke. */
const WATCH_AGAIN_MS = 1_000;

/** The connection broke while something was in hand. */
class ConnectionLost extends Error {}

/** A brain in another process. */
export interface RemoteBrain extends Brain, AsyncDisposable {
  /** Waits until the other process is there; rejects when that takes longer than a restart. */
  connected(options: { readonly signal: AbortSignal }): Promise<void>;
}

/**
 * The brain behind a Unix socket. Keeps connecting until disposed of. When the core dies, what is in hand is asked again once when
 * it is back; `status` alone rejects at once while it is away.
 */
export function connectBrain({ path, log }: { readonly path: string; readonly log: Log }): RemoteBrain {
  const closing = new AbortController();
  let current = Promise.withResolvers<MessageConnection>();
  let connected = false;

  const keepConnected = async () => {
    while (!closing.signal.aborted) {
      const opened = await dialBrain(path, { signal: closing.signal, log });
      if (!opened) return;
      connected = true;
      current.resolve(opened.connection);
      await opened.closed;
      connected = false;
      current = Promise.withResolvers();
    }
  };
  const keeping = keepConnected();
  const link: Link = {
    closed: closing.signal,
    isConnected: () => connected,
    connection: async (signal) => {
      const tooLong = AbortSignal.timeout(PATIENCE_MS);
      try {
        return await unlessAborted(current.promise, AbortSignal.any([signal, closing.signal, tooLong]));
      } catch (error) {
        if (error !== tooLong.reason) throw error;
        throw new Error("The search process does not answer; the log says why", { cause: error });
      }
    },
  };
  return {
    ...remoteBrain(link),
    connected: async ({ signal }) => void (await link.connection(signal)),
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      await keeping;
    },
  };
}

interface Link {
  readonly closed: AbortSignal;
  isConnected(): boolean;
  connection(signal: AbortSignal): Promise<MessageConnection>;
}

function remoteBrain(link: Link): Brain {
  let asked = 0;
  return {
    answer: (question, { signal, onProgress }) =>
      askAgainOnce(
        link,
        async (connection) => {
          const token = `answer-${(asked += 1)}`;
          const listener = connection.onProgress(progress, token, (step) => onProgress?.(step));
          try {
            return await send(connection, requests.answer, { sent: { question, progress: token }, signal });
          } finally {
            listener.dispose();
          }
        },
        { signal, onAgain: () => onProgress?.({ kind: "asking-again" }) },
      ),
    lookup: (words, { signal, ...sent }) =>
      askAgainOnce(link, (connection) => send(connection, requests.lookup, { sent: { words, ...sent }, signal }), {
        signal,
      }),
    document: (id, { signal, clearance }) =>
      askAgainOnce(link, (connection) => send(connection, requests.document, { sent: { id, clearance }, signal }), {
        signal,
      }),
    sync: ({ signal, complete = false }) =>
      askAgainOnce(link, (connection) => send(connection, requests.sync, { sent: { complete }, signal }), { signal }),
    plan: ({ signal }) =>
      askAgainOnce(link, (connection) => send(connection, requests.plan, { sent: {}, signal }), { signal }),
    explain: (path, { signal, ...options }) =>
      askAgainOnce(link, (connection) => send(connection, requests.explain, { sent: { path, ...options }, signal }), {
        signal,
      }),
    status: async ({ signal }) => {
      if (!link.isConnected()) throw new Error("The search process is starting");
      return send(await link.connection(signal), requests.status, { sent: {}, signal });
    },
    ...remoteAnswers(link),
  };
}

function remoteAnswers(link: Link): Pick<Brain, "staleAnswers" | "watchAnswers" | "forgetAnswers"> {
  return {
    staleAnswers: (sent, { signal }) =>
      askAgainOnce(link, (connection) => send(connection, requests.staleAnswers, { sent, signal }), { signal }),
    watchAnswers: createRemoteWatch(link),
    forgetAnswers: (sent, { signal }) =>
      askAgainOnce(link, (connection) => send(connection, requests.forgetAnswers, { sent, signal }), { signal }),
  };
}

/** Watches on one connection after the other: what was not told when one broke is told on the next. */
function createRemoteWatch(link: Link): Brain["watchAnswers"] {
  let watches = 0;
  return async ({ platform }, { signal, onStale }) => {
    const ended = AbortSignal.any([signal, link.closed]);
    while (!ended.aborted) {
      const watch = `watch-${(watches += 1)}`;
      let told: Disposable | undefined;
      try {
        const connection = await link.connection(ended);
        told = connection.onRequest(tell(watch), (stale: StaleAnswer) => onStale(stale).then(() => null));
        await send(connection, requests.watchAnswers, { sent: { platform, watch }, signal: ended });
      } catch {
        // The core is away, or says in its log why it cannot: the next try may find another.
      } finally {
        told?.dispose();
      }
      await delay(WATCH_AGAIN_MS, undefined, { signal: ended }).catch(() => {});
    }
  };
}

/** Does `work` on the connection; if the connection breaks meanwhile, waits for the next one and does it once more. */
async function askAgainOnce<Result>(
  link: Link,
  work: (connection: MessageConnection) => Promise<Result>,
  { signal, onAgain }: { readonly signal: AbortSignal; readonly onAgain?: () => void },
): Promise<Result> {
  const attempt = async () => {
    const connection = await link.connection(signal);
    try {
      return await work(connection);
    } catch (error) {
      if (!isBroken(error)) throw error;
      connection.dispose();
      throw new ConnectionLost("The search process is gone", { cause: error });
    }
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    onAgain?.();
  }
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    throw new Error("The search process stopped twice over the same question, so it was given up; the log says why", {
      cause: error,
    });
  }
}

/** Whether a message could not be sent or will never be answered: a process that died may first show as a failed write. */
function isBroken(error: unknown): boolean {
  const codes: readonly number[] = [
    ErrorCodes.MessageWriteError,
    ErrorCodes.PendingResponseRejected,
    ErrorCodes.ConnectionInactive,
  ];
  if (error instanceof ResponseError) return codes.includes(error.code);
  return error instanceof ConnectionLost || error instanceof ConnectionError;
}

async function send<Sent, Result>(
  connection: MessageConnection,
  type: RequestType<Sent, Result, void>,
  { sent, signal }: { readonly sent: Sent; readonly signal: AbortSignal },
): Promise<Result> {
  const cancellation = new CancellationTokenSource();
  const cancel = () => cancellation.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const lost = Promise.withResolvers<never>();
  const listener = connection.onDispose(() => lost.reject(new ConnectionLost("The search process is gone")));
  const response: Promise<Result> = connection.sendRequest(type.method, sent, cancellation.token);
  // Whichever of the two is late must not count as an unhandled rejection.
  response.catch(() => {});
  lost.promise.catch(() => {});
  try {
    return await unlessAborted(Promise.race([lost.promise, response]), signal);
  } catch (error) {
    if (error instanceof ResponseError && error.code === USER_ERROR_CODE) throw new UserError(error.message);
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
    cancellation.dispose();
    listener.dispose();
  }
}
