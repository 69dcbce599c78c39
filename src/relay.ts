import { lookup as lookUp, type LookupAddress, type LookupAllOptions } from "node:dns";
import { unlink } from "node:fs/promises";
import { connect, createServer, isIP, type LookupFunction, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { connect as connectTls } from "node:tls";
import { aborted } from "./abort.ts";
import { isWithin, reachOfIp, relaySocket, type ServerAddress } from "./addresses.ts";
import { codeOf } from "./error-code.ts";
import type { Log } from "./log.ts";

/** The code of a name that leads further out than its address says. */
const OUTSIDE = "EOUTSIDE";
const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
const LINGER_MS = 1_000;
/** Connections to one server at once; a core asks for far fewer. */
const MOST_CONNECTIONS = 256;

/**
 * The relay process, the one way out of a core without a network: for each address that was written down, a Unix socket in
 * `folder`, and behind it that host and port and no other, until the signal comes. Certificates are checked here, so that the core
 * needs no TLS. A connection is passed on byte by byte; where none can be made, the answer is a 502 that names the system's code.
 */
export async function runRelay(
  addresses: readonly ServerAddress[],
  options: {
    readonly folder: string;
    readonly log: Log;
    readonly signal: AbortSignal;
    readonly connectMs?: number;
    /** Looks a name up. */
    readonly resolve?: Resolve;
  },
): Promise<void> {
  const { folder, log, signal, connectMs = CONNECT_MS, resolve = lookUp } = options;
  const routes = new Map(addresses.map((address) => [relaySocket(folder, address), address]));
  await using stack = new AsyncDisposableStack();
  let number = 0;
  for (const [path, address] of routes) {
    number += 1;
    stack.use(await openRoute(address, { path, connectMs, resolve, log: log.child({ server: number }) }));
  }
  log.info({ servers: routes.size }, "relay started");
  await aborted(signal);
}

type Resolve = (
  name: string,
  options: LookupAllOptions,
  found: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** One address on one socket. What is logged of it are counts and codes. */
async function openRoute(
  address: ServerAddress,
  given: { readonly path: string; readonly connectMs: number; readonly resolve: Resolve; readonly log: Log },
): Promise<AsyncDisposable> {
  const { path, connectMs, resolve, log } = given;
  const counts = { opened: 0, failed: 0, open: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((core) => {
    counts.opened += 1;
    counts.open += 1;
    sockets.add(core);
    core.on("close", () => {
      sockets.delete(core);
      counts.open -= 1;
    });
    passOn(core, dial(address, resolve), {
      connectMs,
      onFailure: (code) => {
        counts.failed += 1;
        log.warn({ code, ...counts }, "no connection to a server");
      },
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  // Not rm, which would have to be let read the folder.
  await unlink(path).catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
  });
  await listen(server, path);
  return {
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of sockets) socket.destroy();
      await closed.promise;
      log.info(counts, "relay stopped");
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen(path, listening.resolve);
  return listening.promise;
}

/** A connection to the server, not yet made. */
interface Dialled {
  readonly socket: Socket;
  /** The event after which bytes may pass: for TLS once the certificate has held. */
  readonly opens: "connect" | "secureConnect";
}

function dial({ target, reach }: ServerAddress, resolve: Resolve): Dialled {
  if (target.kind === "socket") return { socket: connect(target.path), opens: "connect" };
  const { host, port, tls } = target;
  const lookup: LookupFunction = (name, options, found) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const within = addresses?.filter((one) => isWithin(reachOfIp(one.address), reach)) ?? [];
      const outside = Object.assign(new Error("The name leads further than it may"), { code: OUTSIDE });
      if (error ?? within.length === 0) return found(error ?? outside, []);
      if (options.all) return found(null, within);
      return found(null, within[0]?.address ?? "", within[0]?.family);
    });
  };
  const shared = { host, port, lookup, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, noDelay: true };
  if (!tls) return { socket: connect(shared), opens: "connect" };
  const named = isIP(host) === 0 && { servername: host };
  const socket = connectTls({ ...shared, ...named, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true });
  return { socket, opens: "secureConnect" };
}

/** Passes bytes both ways once the connection is made. The end of either side ends the other; the core gets what is still on its way. */
function passOn(
  core: Socket,
  { socket: server, opens }: Dialled,
  { connectMs, onFailure }: { readonly connectMs: number; readonly onFailure: (code: string) => void },
): void {
  let isOpen = false;
  const slow = setTimeout(() => {
    server.destroy(Object.assign(new Error("No connection in time"), { code: "ETIMEDOUT" }));
  }, connectMs);
  core.on("error", () => server.destroy());
  core.on("close", () => server.destroy());
  server.on("close", () => clearTimeout(slow));
  server.on("error", (error) => {
    if (isOpen) return void core.destroy();
    if (core.destroyed) return undefined;
    const code = codeOf(error);
    onFailure(code);
    return refuse(core, code);
  });
  server.once(opens, () => {
    isOpen = true;
    clearTimeout(slow);
    // The core never ends its half alone, so the end of what it says means that it has given up.
    core.on("end", () => server.destroy());
    core.pipe(server, { end: false });
    pipeline(server, core, () => core.destroy());
  });
}

/** Tells the core why there is no connection, as an HTTP answer: a closed connection alone could mean anything. */
function refuse(core: Socket, code: string): void {
  core.resume();
  core.end(`HTTP/1.1 502 Bad Gateway\r\nx-hearth-relay: ${code}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  const killer = setTimeout(() => core.destroy(), LINGER_MS);
  core.on("close", () => clearTimeout(killer));
}
