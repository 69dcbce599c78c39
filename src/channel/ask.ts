import {
  CancellationTokenSource,
  ConnectionError,
  ErrorCodes,
  ResponseError,
  type MessageConnection,
  type RequestType,
} from "vscode-jsonrpc/node";
import { unlessAborted } from "../abort.ts";
import { UserError } from "../user-error.ts";
import { USER_ERROR_CODE } from "./engine-wire.ts";

/** The connection broke while something was in hand. */
class ConnectionLost extends Error {}

/** The way to the core, over one connection after the other. */
export interface Link {
  readonly closed: AbortSignal;
  isConnected(): boolean;
  connection(signal: AbortSignal): Promise<MessageConnection>;
}

/** Does `work` on the connection; if the connection breaks meanwhile, waits for the next one and does it once more. */
export async function askAgainOnce<Result>(
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

/** Sends a request and waits for its answer. A UserError is thrown as it is told. */
export async function send<Sent, Result>(
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
