import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { createAcks } from "./acks.ts";
import type { Carrier, Retry } from "./delivery.ts";
import { openSocket, type Socket } from "./socket.ts";
import type { Clock } from "./clock.ts";
import type { Bounds, Parcel } from "./state.ts";
import type { Transcript } from "./transcript.ts";

/** Why Slack closes a connection. */
export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled" | "too_many_websockets";

/** The Socket Mode connections as tests see them. */
export interface Sockets {
  /** The connections that are open now, oldest first. */
  open(): readonly number[];
  /** Tells one or all to go, as Slack does every few hours; after "warning" the socket stays. Others get what comes from then on. */
  disconnect(reason: DisconnectReason, options?: { readonly socket?: number; readonly closeAfterMs?: number }): void;
  /** Cuts one or all without a word. */
  drop(socket?: number): void;
  /** One or all stay open, but nothing is read, sent or answered; `thaw` ends it. */
  freeze(socket?: number): void;
  thaw(): void;
  /** Sends text (or bytes) that is no envelope. */
  garble(frame: string | Buffer, socket?: number): void;
  /** Refuses the next connections at the handshake with an HTTP status. */
  refuse(status: number, times?: number): void;
}

interface Options {
  readonly transcript: Transcript;
  readonly bounds: Bounds;
  readonly clock: Clock;
  readonly appId: string;
  readonly pingMs: number;
  readonly changed: () => void;
}

const MOST = 10;

/** Keeps the connections, brings each parcel to one of them and waits for its acknowledgement. */
export function createSockets(options: Options) {
  const { transcript, bounds, clock } = options;
  const acks = createAcks({ transcript, ackMs: bounds.ackMs });
  const sockets = new Set<Socket>();
  const door = createDoor(options, { sockets, onAck: (socket, message) => acks.take(socket, message) });
  let turn = 0;
  const carrier: Carrier = {
    carry: (parcel, retry, entry) => {
      const able = [...sockets].filter((one) => one.takes());
      turn += 1;
      const socket = able[turn % Math.max(1, able.length)];
      if (socket === undefined) return undefined;
      const { id, carried } = acks.wait({ socket, parcel, entry: entry("socket") });
      socket.send(envelope(parcel, id, retry));
      return carried;
    },
  };
  const named = (id: number | undefined): Socket[] => [...sockets].filter((one) => id === undefined || one.id === id);
  const control: Sockets = {
    open: () => [...sockets].map(({ id }) => id),
    disconnect: (reason, { socket, closeAfterMs = 10_000 } = {}) => {
      for (const one of named(socket)) one.tell(reason, clock.id("E"), closeAfterMs);
    },
    drop: (id) => named(id).forEach((one) => one.drop()),
    freeze: (id) => named(id).forEach((one) => one.freeze()),
    thaw: () => named(undefined).forEach((one) => one.thaw()),
    garble: (frame, id) => named(id).forEach((one) => one.raw(frame)),
    refuse: door.refuse,
  };
  const close = (): void => {
    acks.close();
    for (const one of sockets) one.drop();
    door.close();
  };
  return { control, carrier, accept: door.accept, ticket: door.ticket, close };
}

interface Inside {
  readonly sockets: Set<Socket>;
  readonly onAck: (socket: Socket, message: Readonly<Record<string, unknown>>) => void;
}

/** Lets connections in: one for each ticket. */
function createDoor(options: Options, inside: Inside) {
  const server = new WebSocketServer({ noServer: true, clientTracking: false });
  const tickets = new Set<string>();
  let refusing = { status: 503, times: 0 };
  return {
    accept: (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
      const ticket = new URL(request.url ?? "/", "http://loopback").searchParams.get("ticket") ?? "";
      const isKnown = tickets.delete(ticket);
      if (!isKnown) options.transcript.violate("socket", "connected with a ticket that is used up or was never given");
      if (isKnown && refusing.times === 0) {
        server.handleUpgrade(request, stream, head, (ws) => enter(ws, options, inside));
        return;
      }
      if (isKnown) refusing.times -= 1;
      stream.end(
        `HTTP/1.1 ${isKnown ? refusing.status : 401} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    },
    /** A ticket for one connection. */
    ticket: (): string => {
      const fresh = crypto.randomUUID();
      tickets.add(fresh);
      return fresh;
    },
    refuse: (status: number, times = 1): void => void (refusing = { status, times }),
    close: (): void => server.close(),
  };
}

function enter(ws: WebSocket, options: Options, { sockets, onAck }: Inside): void {
  const { transcript, clock, changed, pingMs } = options;
  const socket = openSocket(ws, {
    transcript,
    pingMs,
    onAck,
    onClose: () => {
      sockets.delete(socket);
      changed();
    },
  });
  sockets.add(socket);
  if (sockets.size > MOST) {
    transcript.violate("socket", `more than ${MOST} connections`);
    socket.tell("too_many_websockets", clock.id("E"), 0);
    return;
  }
  socket.send({
    type: "hello",
    num_connections: sockets.size,
    debug_info: { host: "applink-1", build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: options.appId },
  });
  changed();
}

const envelope = (parcel: Parcel, id: string, retry: Retry | undefined): Record<string, unknown> => ({
  envelope_id: id,
  payload: parcel.body,
  type: parcel.type,
  accepts_response_payload: parcel.answers,
  ...(parcel.type === "events_api" ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? "" } : {}),
});
