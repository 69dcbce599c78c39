import { createServer, type Server } from "node:http";
import { isIPv6, type AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Brain } from "../../brain/brain.ts";
import type { Audience } from "../../chat.ts";
import type { Log } from "../../log.ts";
import { UserError } from "../../user-error.ts";
import { createPageApp } from "./page-app.ts";

/** How long a client may take over its headers, and over a whole request. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

/** What the page needs. `clearance` is what everybody who can reach the page may read; no request can change it. */
export interface WebChatOptions {
  readonly brain: Brain;
  readonly log: Log;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Names that the page answers under, beside those of this machine and `host`. */
  readonly allowedHosts: readonly string[];
  readonly clearance: readonly Audience[];
  /** Questions offered on the empty page. */
  readonly examples: readonly string[];
}

/**
 * Serves the chat page until disposed of, which ends every connection and stops every question in hand. Throws a UserError when the
 * address cannot be listened on.
 */
export async function openWebChat(options: WebChatOptions): Promise<AsyncDisposable & { readonly url: string }> {
  const closing = new AbortController();
  const app = createPageApp({ ...options, closing: closing.signal });
  const limits = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer(limits, (request, response) => void listener(request, response));
  const { port } = await listen(server, options);
  return {
    url: `http://${isIPv6(options.host) ? `[${options.host}]` : options.host}:${port}`,
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen({ host, port }, listening.resolve);
  try {
    await listening.promise;
  } catch (error) {
    throw explain(error, { host, port });
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The page's server has no port");
  return address;
}

/** The sentence for a person where the address is at fault; else the error itself. */
function explain(error: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  switch (error.code) {
    case "EADDRINUSE":
      return new UserError(
        `Port ${port} is already in use on ${host}; stop what uses it or choose another with --port`,
      );
    case "EACCES":
      return new UserError(`Port ${port} may not be used by this user; choose one above 1023 with --port`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new UserError(`The address ${host} is not one of this machine's; name one that is with --host`);
    default:
      return new UserError(
        `The page cannot listen on ${host}, port ${port} (${String(error.code)}); choose others with --host and --port`,
      );
  }
}
