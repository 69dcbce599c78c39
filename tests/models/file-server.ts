import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** How the server answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback that answers its requests in turn, the last answer being used for all that follow. */
export async function fileServer(...answers: readonly [Answer, ...Answer[]]): Promise<
  AsyncDisposable & {
    readonly url: string;
    /** The header of every request so far. */
    readonly requests: readonly IncomingMessage[];
  }
> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a file, or the range of it that is asked for; the connection is cut after some bytes, once the other side has them. */
export function file(
  bytes: Uint8Array,
  options: {
    readonly etag?: string;
    readonly cut?: { readonly after: number; readonly once: Promise<void> };
    readonly ignoresRange?: boolean;
    readonly headers?: Record<string, string>;
  } = {},
): Answer {
  const { etag = '"one"', cut, ignoresRange = false, headers } = options;
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? Number.NaN);
    const isSame = (request.headers["if-range"] ?? etag) === etag;
    const start = isSame && !ignoresRange && Number.isFinite(from) ? from : 0;
    if (start >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      "content-length": bytes.length - start,
      ...(start > 0 && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
      ...headers,
    });
    if (!cut) {
      response.end(bytes.subarray(start));
      return;
    }
    response.write(bytes.subarray(start, start + cut.after));
    void cut.once.then(() => response.destroy());
  };
}

/** Answers with nothing but a status. */
export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_request, response) => response.writeHead(code, headers).end();
}
