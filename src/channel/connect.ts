import type { MessageConnection } from "vscode-jsonrpc/node";
import { unlessAborted } from "../abort.ts";
import type { Brain } from "../brain/brain.ts";
import type { Log } from "../log.ts";
import { askAgainOnce, send, type Link } from "./ask.ts";
import { remoteAnswers } from "./connect-answers.ts";
import { remoteChannels } from "./connect-channels.ts";
import { dialBrain } from "./dial.ts";
import { mayPass, MOST_FILE_CHARACTERS, MOST_FILES, progress, requests } from "./protocol.ts";

/** How long a question waits for the core to come back: a restart takes one to three seconds. */
const PATIENCE_MS = 20_000;
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

function remoteBrain(link: Link): Brain {
  return {
    answer: createRemoteAnswer(link),
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
    ...remoteChannels(link),
  };
}

function createRemoteAnswer(link: Link): Brain["answer"] {
  let asked = 0;
  return async (question, { signal, onProgress }) => {
    // A message that is too long would break the connection, and with it what others have asked.
    if (!mayPass(question.files ?? [])) {
      throw new Error(`A question takes ${MOST_FILES} files at most, and ${MOST_FILE_CHARACTERS} characters of them`);
    }
    const ask = async (connection: MessageConnection) => {
      const token = `answer-${(asked += 1)}`;
      const listener = connection.onProgress(progress, token, (step) => onProgress?.(step));
      try {
        return await send(connection, requests.answer, { sent: { question, progress: token }, signal });
      } finally {
        listener.dispose();
      }
    };
    return askAgainOnce(link, ask, { signal, onAgain: () => onProgress?.({ kind: "asking-again" }) });
  };
}
