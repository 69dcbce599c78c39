import type { WebSocket } from "ws";
import { isObject } from "./checks.ts";
import { createActions, type ConnectionParts, type Packet } from "./gateway-handshake.ts";
import type { Session, Sessions } from "./gateway-session.ts";
import type { State } from "./state.ts";
import { now } from "./transcript.ts";

/** One socket. */
export interface Connection {
  readonly socket: WebSocket;
  close(code: number, how?: { readonly keepsSession?: boolean }): void;
  send(packet: Packet): void;
  raw(text: string): void;
  freeze(): void;
  invalidate(resumable: boolean): void;
  redeliver(count: number): void;
}

interface Opened {
  readonly socket: WebSocket;
  readonly number: number;
  /** The address that was asked for. */
  readonly query: string;
}

/** Close codes of Discord's after which a session cannot be resumed. */
const ENDS_SESSION = new Set([1000, 1001, 4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014]);

/** How many packets a client may send in a minute, and how long they may be. */
const PER_MINUTE = 120;
const MAX_BYTES = 4096;

/** Talks to the client on one socket, from HELLO to the close. */
export function createConnection(parts: ConnectionParts, opened: Opened): Connection {
  const { socket, query } = opened;
  const wire = createWire(parts.state, opened);
  const hold = createHold(parts.sessions, wire);
  const { send, raw } = wire;
  const close: Connection["close"] = (code, { keepsSession = false } = {}) => {
    wire.note({ code }, "close");
    hold.leave(ENDS_SESSION.has(code) && !keepsSession);
    if (code === 1006) socket.terminate();
    else socket.close(code);
  };
  const invalidate = (resumable: boolean) => {
    // The client may resume or identify anew on this very socket.
    hold.leave(!resumable);
    send({ op: 9, d: resumable });
  };
  const act = createActions(parts, { send, close, invalidate, enter: hold.enter, session: hold.session });
  listen(parts.state, opened, { wire, act, close, leave: hold.leave });
  wire.note({}, "open");
  if (isAsked(query)) send({ op: 10, d: { heartbeat_interval: parts.heartbeatMs, _trace: [] } });
  else close(4012);
  return {
    socket,
    close,
    send,
    raw,
    invalidate,
    freeze: wire.freeze,
    redeliver(count) {
      for (const { text, s, t } of hold.session()?.backlog.slice(-count) ?? []) {
        wire.note({ op: 0, s, t });
        raw(text);
      }
    },
  };
}

/** Version 10 in JSON, uncompressed: nothing else is spoken here. */
function isAsked(query: string): boolean {
  const asked = new URL(query, "ws://discord.invalid").searchParams;
  return asked.get("v") === "10" && (asked.get("encoding") ?? "json") === "json" && !asked.has("compress");
}

interface Wire {
  readonly note: (entry: Record<string, unknown>, what?: "open" | "message" | "close") => void;
  readonly raw: (text: string) => void;
  readonly send: (packet: Packet) => void;
  readonly freeze: () => void;
  readonly isFrozen: () => boolean;
}

/** What goes out, written down unless the socket is half open. */
function createWire(state: State, { socket, number }: Opened): Wire {
  let isFrozen = false;
  const note: Wire["note"] = (entry, what = "message") => {
    if (isFrozen && what === "message") return;
    state.transcript.add({ kind: "gateway", at: now(), from: "discord", what, socket: number, ...entry });
  };
  const raw = (text: string) => {
    if (!isFrozen && socket.readyState === socket.OPEN) socket.send(text);
  };
  return {
    note,
    raw,
    send(packet) {
      note({ ...packet });
      raw(JSON.stringify(packet));
    },
    freeze: () => void (isFrozen = true),
    isFrozen: () => isFrozen,
  };
}

interface Hold {
  readonly enter: (session: Session) => void;
  readonly leave: (isForGood: boolean) => void;
  readonly session: () => Session | undefined;
}

/** The session that a socket carries. */
function createHold(sessions: Sessions, { note, raw }: Wire): Hold {
  let session: Session | undefined;
  const sender: Session["send"] = (text, event) => {
    note({ op: 0, ...event, text });
    raw(text);
  };
  return {
    session: () => session,
    enter(entered) {
      session = entered;
      entered.lostAt = undefined;
      entered.send = sender;
    },
    leave(isForGood) {
      const left = session;
      session = undefined;
      // A session that has been resumed on another socket is that one's.
      if (left === undefined || left.send !== sender) return;
      left.send = undefined;
      left.lostAt = now();
      if (isForGood) sessions.drop(left);
    },
  };
}

interface Listening {
  readonly wire: Wire;
  readonly act: (packet: Packet) => void;
  readonly close: (code: number) => void;
  readonly leave: (isForGood: boolean) => void;
}

/** Reads what comes in, within the limits that Discord sets. */
function listen(state: State, { socket, number }: Opened, { wire, act, close, leave }: Listening): void {
  let received: number[] = [];
  const note = (entry: Record<string, unknown>, what: "message" | "close") =>
    state.transcript.add({ kind: "gateway", at: now(), from: "bot", what, socket: number, ...entry });
  socket.on("message", (data, isBinary) => {
    const text = isBinary || !Buffer.isBuffer(data) ? "" : data.toString("utf8");
    const packet = readPacket(text);
    note(hideToken(packet), "message");
    if (wire.isFrozen()) return;
    received = [...received.filter((at) => at > now() - 60_000), now()];
    if (received.length > PER_MINUTE) close(4008);
    else if (packet === undefined || Buffer.byteLength(text) > MAX_BYTES) close(4002);
    else act(packet);
  });
  socket.on("close", (code) => {
    note({ code }, "close");
    leave(code === 1000 || code === 1001);
  });
  socket.on("error", () => socket.terminate());
}

function readPacket(text: string): Packet | undefined {
  try {
    const packet: unknown = JSON.parse(text);
    return isObject(packet) && typeof packet.op === "number" ? { op: packet.op, d: packet.d } : undefined;
  } catch {
    return undefined;
  }
}

/** Tokens have no place in a transcript. */
function hideToken(packet: Packet | undefined): Record<string, unknown> {
  if (packet === undefined) return {};
  return isObject(packet.d) && "token" in packet.d
    ? { op: packet.op, d: { ...packet.d, token: "***" } }
    : { ...packet };
}
