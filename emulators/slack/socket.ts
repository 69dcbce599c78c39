import type { WebSocket } from "ws";
import { isObject } from "./checks.ts";
import { now, type SocketEntry, type Transcript } from "./transcript.ts";

/** One connection. */
export interface Socket {
  readonly id: number;
  /** Whether Slack gives it anything: not once it was told to go. */
  takes(): boolean;
  send(message: Readonly<Record<string, unknown>>): void;
  raw(frame: string | Buffer): void;
  /** Tells it to go, and closes it after a while. */
  tell(reason: string, debug: string, closeAfterMs: number): void;
  ping(): void;
  drop(): void;
  freeze(): void;
  thaw(): void;
}

interface Options {
  readonly transcript: Transcript;
  readonly pingMs: number;
  readonly onAck: (socket: Socket, message: Readonly<Record<string, unknown>>) => void;
  readonly onClose: () => void;
}

let count = 0;

/** Takes over a connection that was just made. */
export function openSocket(ws: WebSocket, { transcript, pingMs, onAck, onClose }: Options): Socket {
  count += 1;
  const id = count;
  const write = (entry: Omit<SocketEntry, "kind" | "at" | "socket">): void =>
    void transcript.add({ kind: "socket", at: now(), socket: id, ...entry });
  const timers = new Set<NodeJS.Timeout>();
  const socket = speaking(ws, { id, write, timers });
  timers.add(setInterval(() => socket.ping(), pingMs));
  write({ from: "app", what: "open" });
  ws.on("message", (data, isBinary) => {
    const message = read(isBinary ? undefined : data);
    const known = message === undefined ? {} : { envelope: String(message.envelope_id), body: message };
    write({ from: "app", what: "message", ...known });
    if (typeof message?.envelope_id === "string") onAck(socket, message);
    else transcript.violate("socket", "sent what is no acknowledgement");
  });
  ws.on("error", () => ws.terminate());
  ws.on("close", (code) => {
    for (const timer of timers) clearInterval(timer);
    write({ from: "app", what: "close", code });
    onClose();
  });
  return socket;
}

interface Voice {
  readonly id: number;
  readonly write: (entry: Omit<SocketEntry, "kind" | "at" | "socket">) => void;
  readonly timers: Set<NodeJS.Timeout>;
}

function speaking(ws: WebSocket, { id, write, timers }: Voice): Socket {
  let isFrozen = false;
  let isLeaving = false;
  const send = (message: Readonly<Record<string, unknown>>): void => {
    const { type, envelope_id: envelope } = message;
    const named = typeof envelope === "string" ? { envelope } : {};
    write({ from: "slack", what: "message", type: String(type), ...named, body: message });
    if (!isFrozen) ws.send(JSON.stringify(message));
  };
  return {
    id,
    takes: () => !isLeaving && ws.readyState === ws.OPEN,
    send,
    raw: (frame) => {
      write({ from: "slack", what: "message", type: "garbled", body: String(frame) });
      ws.send(frame);
    },
    tell: (reason, debug, closeAfterMs) => {
      if (reason !== "warning") isLeaving = true;
      send({ type: "disconnect", reason, debug_info: { host: debug } });
      if (reason !== "warning") timers.add(setTimeout(() => ws.close(1000), closeAfterMs));
    },
    ping: () => void (isFrozen || ws.readyState !== ws.OPEN || ws.ping(String(Date.now()))),
    drop: () => ws.terminate(),
    freeze: () => {
      isFrozen = true;
      ws.pause();
    },
    thaw: () => {
      isFrozen = false;
      ws.resume();
    },
  };
}

function read(data: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(String(data));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
