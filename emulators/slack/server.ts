import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers one request, whose body was read. */
export type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => Promise<void> | void;

interface Listening {
  readonly port?: number | undefined;
  readonly onError: (error: unknown) => void;
}

/** Listens on loopback, on a free port unless one is named. */
export async function listen(
  handler: Handler,
  { port: wanted = 0, onError }: Listening,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    read(request)
      .then((body) => handler(request, response, body))
      .catch((error: unknown) => {
        onError(error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has an AddressInfo
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}

/** Closes a server with all its connections. */
export async function shut(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
