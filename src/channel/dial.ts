import { createConnection, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import {
  createMessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { Log } from "../log.ts";
import { requests } from "./protocol.ts";

const REDIAL_MS = 50;

/** A connection, and when it has broken. */
interface Opened {
  readonly connection: MessageConnection;
  readonly closed: Promise<void>;
}

/**
 * A connection to the brain behind a Unix socket, tried for until a living one answers; undefined when the signal came first. The
 * signal also ends the connection.
 */
export async function dialBrain(
  path: string,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<Opened | undefined> {
  while (!signal.aborted) {
    const socket = await dial(path, signal);
    if (!socket || signal.aborted) {
      socket?.destroy();
      return undefined;
    }
    const opened = openConnection(socket, log);
    const stop = () => opened.connection.dispose();
    signal.addEventListener("abort", stop, { once: true });
    opened.connection.onDispose(() => signal.removeEventListener("abort", stop));
    if (await isGreeted(opened)) return opened;
  }
  return undefined;
}

/** Whether a core answers on a connection. One that is dying may still take connections, which then break. */
async function isGreeted({ connection, closed }: Opened): Promise<boolean> {
  const greeting = connection.sendRequest(requests.greet.method, {});
  const isAnswered = await Promise.race([
    greeting.then(
      () => true,
      () => false,
    ),
    closed.then(() => false),
  ]);
  if (!isAnswered) connection.dispose();
  return isAnswered;
}

function openConnection(socket: Socket, log: Log): Opened {
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  const closed = Promise.withResolvers<void>();
  connection.onClose(() => connection.dispose());
  connection.onDispose(() => {
    socket.destroy();
    closed.resolve();
  });
  connection.onError(([error]) => log.debug({ err: error }, "channel message failed"));
  connection.listen();
  return { connection, closed: closed.promise };
}

/** A connected socket, or nothing when the signal came first. */
async function dial(path: string, signal: AbortSignal): Promise<Socket | undefined> {
  while (!signal.aborted) {
    const socket = createConnection(path);
    const connected = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (connected) {
      socket.on("error", () => {});
      return socket;
    }
    await delay(REDIAL_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}
