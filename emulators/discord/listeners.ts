import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { makeCertificates, NAMES } from "./certificates.ts";

/** Where the emulator listens. */
export interface ListenOptions {
  /** 127.0.0.1 by default: only within a network namespace of its own is anything else of use. */
  readonly host?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Also serves TLS under Discord's own names, on a port of its own, with an authority that is made for the occasion. */
  readonly tls?: boolean;
  readonly tlsPort?: number;
}

/** Open doors: plain, and with TLS where it was asked for. */
export interface Listeners extends AsyncDisposable {
  readonly plain: string;
  readonly tls: { readonly port: number; readonly ca: string } | undefined;
  /** What clients are told: Discord's own names where TLS is served. */
  readonly gatewayUrl: string;
  readonly cdnUrl: string;
}

/** Listens; `attach` is called with each server before it does. */
export async function openListeners(
  options: ListenOptions,
  { answer, attach }: { readonly answer: RequestListener; readonly attach: (server: Server) => void },
): Promise<Listeners> {
  const { host = "127.0.0.1", port = 0, tls = false, tlsPort = 0 } = options;
  await using opened = new AsyncDisposableStack();
  const open = async (server: Server, wanted: number): Promise<number> => {
    attach(server);
    const taken = await listen(server, { host, port: wanted });
    opened.defer(() => close(server));
    return taken;
  };
  const plain = `http://${host}:${await open(createServer(answer), port)}`;
  const certificates = tls ? await makeCertificates() : undefined;
  const secured =
    certificates === undefined
      ? undefined
      : { port: await open(createTlsServer(certificates, answer), tlsPort), ca: certificates.ca };
  const kept = opened.move();
  return {
    plain,
    tls: secured,
    gatewayUrl: tls ? `wss://${NAMES.gateway}` : plain.replace("http", "ws"),
    cdnUrl: tls ? `https://${NAMES.cdn}` : plain,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function listen(server: Server, where: { readonly host: string; readonly port: number }): Promise<number> {
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen(where, listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The emulator has no port");
  return address.port;
}

async function close(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
}
