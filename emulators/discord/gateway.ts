import type { IncomingMessage, Server } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";
import { createConnection, type Connection } from "./gateway-connection.ts";
import { createIdentifies } from "./identifies.ts";
import { createSessions } from "./gateway-session.ts";
import type { State } from "./state.ts";
import type { Route } from "./route.ts";
import { route } from "./route.ts";

/** What a test can do to the gateway. Without a socket all but `redeliver` do nothing. */
export interface GatewayFaults {
  /** Closes every socket with a code; 1006 cuts the connection without a word. */
  disconnect(code: number): void;
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

/** What the gateway needs to know. */
export interface GatewayOptions {
  readonly url: () => string;
  readonly heartbeatMs: number;
  readonly identifiesPerDay: number;
  readonly identifySpacingMs: number;
}

/** The gateway on a server: its faults, its one route, and its end. */
export interface Gateway {
  readonly faults: GatewayFaults;
  readonly routes: readonly Route[];
  attach(server: Server): void;
  end(): void;
}

/** Opens the gateway; events go to every session through `state.send`. */
export function createGateway(state: State, options: GatewayOptions): Gateway {
  const sessions = createSessions();
  const identifies = createIdentifies(options);
  const connections = new Set<Connection>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
  let numbered = 0;
  let refusing = { status: 503, times: 0 };
  state.send = (event) => sessions.broadcast(event);
  const welcome = (socket: WebSocket, request: IncomingMessage): void => {
    numbered += 1;
    const parts = { state, sessions, identifies, heartbeatMs: options.heartbeatMs, url: options.url };
    const connection = createConnection(parts, { socket, number: numbered, query: request.url ?? "" });
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  };
  return {
    routes: [
      botRoute(identifies.left, options),
      route("GET /gateway", { answer: () => ({ status: 200, body: { url: options.url() } }) }),
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
    faults: {
      disconnect: (code) => connections.forEach((one) => one.close(code)),
      reconnect: () => connections.forEach((one) => one.send({ op: 7, d: null })),
      invalidate: (resumable) => {
        for (const one of connections) one.invalidate(resumable);
        if (!resumable) sessions.dropAll();
      },
      freeze: () => connections.forEach((one) => one.freeze()),
      garble: (text = '{"op":0,"t":"MESSAGE_CREATE","s":') => connections.forEach((one) => one.raw(text)),
      redeliver: (count) => connections.forEach((one) => one.redeliver(count)),
      refuse: (status, times = 1) => void (refusing = { status, times }),
      get sockets() {
        return connections.size;
      },
      get sessions() {
        return sessions.live.length;
      },
    },
  };
}

const botRoute = (left: () => { remaining: number; resetAfter: number }, options: GatewayOptions): Route =>
  route("GET /gateway/bot", {
    answer: () => ({
      status: 200,
      body: {
        url: options.url(),
        shards: 1,
        session_start_limit: {
          total: options.identifiesPerDay,
          remaining: left().remaining,
          reset_after: left().resetAfter,
          max_concurrency: 1,
        },
      },
    }),
  });
