import type { IncomingMessage, Server } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";
import { createConnection, type Connection } from "./gateway-connection.ts";
import { createIdentifies, type Identifies } from "./identifies.ts";
import { createSessions, type Sessions } from "./gateway-session.ts";
import type { State } from "./state.ts";
import type { Route } from "./route.ts";
import { route } from "./route.ts";

/** What a test can do to the gateway. Without a socket all but `redeliver` do nothing. */
export interface GatewayFaults {
  /**
   * Closes every socket with a code; 1006 cuts the connection without a word. With `keepsSession` a session outlives a code after which
   * it usually ends here.
   */
  disconnect(code: number, how?: { readonly keepsSession?: boolean }): void;
  /** op 7. */
  reconnect(): void;
  /** op 9; a session that is not resumable is gone. */
  invalidate(resumable: boolean): void;
  /** Half open: sockets stay, but nothing is acknowledged and no event arrives on them. */
  freeze(): void;
  /** Sends a packet that cannot be read. */
  garble(text?: string): void;
  /** Sends the last events again, with the numbers they had. */
  redeliver(count: number): void;
  /** Refuses the next connections at the handshake with an HTTP status. */
  refuse(status: number, times?: number): void;
  /** How many sockets are open. */
  readonly sockets: number;
  /** How many sessions have a socket, and so have had READY or RESUMED. */
  readonly sessions: number;
}

/** How fast the gateway goes. All may be left out. */
export interface GatewayPace {
  readonly heartbeatMs?: number;
  readonly identifiesPerDay?: number;
  /** Within how many milliseconds a second IDENTIFY is refused; 5,000 by default. */
  readonly identifySpacingMs?: number;
}

/** The gateway on a server: its faults, its one route, and its end. */
export interface Gateway {
  readonly faults: GatewayFaults;
  readonly routes: readonly Route[];
  readonly attach: (server: Server) => void;
  end(): void;
}

/** Opens the gateway; events go to every session through `state.send`. */
export function createGateway(state: State, options: GatewayPace & { readonly url: () => string }): Gateway {
  const { url, heartbeatMs = 41_250, identifiesPerDay = 1000, identifySpacingMs = 5000 } = options;
  const sessions = createSessions();
  const identifies = createIdentifies({ identifiesPerDay, identifySpacingMs });
  const connections = new Set<Connection>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
  let numbered = 0;
  let refusing = { status: 503, times: 0 };
  state.send = (event) => sessions.broadcast(event);
  const welcome = (socket: WebSocket, request: IncomingMessage): void => {
    numbered += 1;
    const parts = { state, sessions, identifies, heartbeatMs, url };
    const connection = createConnection(parts, { socket, number: numbered, query: request.url ?? "" });
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  };
  return {
    routes: [
      botRoute(identifies, url),
      route("GET /gateway", { answer: () => ({ status: 200, body: { url: url() } }) }),
    ],
    attach(server) {
      server.on("upgrade", (request, socket, head) => {
        if (refusing.times > 0) {
          refusing.times -= 1;
          socket.end(`HTTP/1.1 ${refusing.status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        } else sockets.handleUpgrade(request, socket, head, (opened) => welcome(opened, request));
      });
    },
    end() {
      for (const { socket } of connections) socket.terminate();
      sockets.close();
    },
    faults: createGatewayFaults({
      sessions,
      connections,
      refuse: (status, times) => void (refusing = { status, times }),
    }),
  };
}

interface Faulty {
  readonly sessions: Sessions;
  readonly connections: ReadonlySet<Connection>;
  readonly refuse: (status: number, times: number) => void;
}

function createGatewayFaults({ sessions, connections, refuse }: Faulty): GatewayFaults {
  return {
    disconnect: (code, how) => connections.forEach((one) => one.close(code, how)),
    reconnect: () => connections.forEach((one) => one.send({ op: 7, d: null })),
    invalidate(resumable) {
      for (const one of connections) one.invalidate(resumable);
      if (!resumable) sessions.dropAll();
    },
    freeze: () => connections.forEach((one) => one.freeze()),
    garble: (text = '{"op":0,"t":"MESSAGE_CREATE","s":') => connections.forEach((one) => one.raw(text)),
    redeliver: (count) => connections.forEach((one) => one.redeliver(count)),
    refuse: (status, times = 1) => refuse(status, times),
    get sockets() {
      return connections.size;
    },
    get sessions() {
      return sessions.live.length;
    },
  };
}

const botRoute = ({ total, left }: Identifies, url: () => string): Route =>
  route("GET /gateway/bot", {
    answer() {
      const { remaining, resetAfter } = left();
      const limit = { total, remaining, reset_after: resetAfter, max_concurrency: 1 };
      return { status: 200, body: { url: url(), shards: 1, session_start_limit: limit } };
    },
  });
