import { request, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** The only headers that are sent: not what a client library tells of itself and of this machine. */
const SENT = ["accept", "authorization", "content-type"];

/** What the relay says when it has no connection: the system's code. */
const RELAY_HEADER = "x-hearth-relay";

/** The code of an error that the socket here gave, and not what lies behind the relay. */
export const NO_RELAY = "ENORELAY";

/**
 * A `fetch` that always goes to one Unix socket; of an address only host and path count. The body of the answer is streamed: it is
 * read no faster than whoever asked reads it, and the signal ends it at once. Redirects are not followed. `isRelayed` says that the
 * socket is the relay's, whose own answer becomes an error with the code of what went wrong.
 */
export function fetchOver(
  socketPath: string,
  { key, isRelayed }: { readonly key: string | undefined; readonly isRelayed: boolean },
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    const sent = SENT.flatMap((name) => {
      const value = name === "authorization" ? key && `Bearer ${key}` : headers.get(name);
      return value ? [[name, value] as const] : [];
    });
    const asked = request({
      socketPath,
      path: url.pathname + url.search,
      method: init.method ?? "GET",
      headers: { ...Object.fromEntries(sent), host: url.host },
      // A connection of its own for each: one that was kept may be gone when it is needed.
      agent: false,
      ...(init.signal && { signal: init.signal }),
    });
    const answered = Promise.withResolvers<IncomingMessage>();
    asked.once("response", answered.resolve).on("error", answered.reject);
    asked.end(typeof init.body === "string" ? init.body : undefined);
    const incoming = await answered.promise.catch((error: unknown) => {
      throw isRelayed && isNobodyThere(error) ? withCode(NO_RELAY, error) : error;
    });
    const code = isRelayed ? incoming.headers[RELAY_HEADER] : undefined;
    if (typeof code !== "string") return toResponse(incoming);
    incoming.resume();
    throw withCode(/^[A-Z0-9_]{1,60}$/.test(code) ? code : "error", undefined);
  };
}

function isNobodyThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ECONNREFUSED");
}

function withCode(code: string, cause: unknown): Error {
  return Object.assign(new Error("There is no connection to the model server", { cause }), { code });
}

function toResponse(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  const { statusCode: status = 502 } = incoming;
  const isEmpty = status === 204 || status === 205 || status === 304;
  if (isEmpty) incoming.resume();
  return new Response(isEmpty ? null : Readable.toWeb(incoming), { status, headers });
}
