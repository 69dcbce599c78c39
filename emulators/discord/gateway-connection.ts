import type { WebSocket } from "ws";
import { isObject } from "./checks.ts";
import { guildCreate, Intent } from "./events.ts";
import { refusedIntents, type Session, type Sessions } from "./gateway-session.ts";
import type { Identifies } from "./identifies.ts";
import { memberChunks } from "./member-chunks.ts";
import type { State } from "./state.ts";
import { now } from "./transcript.ts";
import { userObject } from "./wire.ts";

/** What a connection works with. */
export interface ConnectionParts {
  readonly state: State;
  readonly sessions: Sessions;
  readonly identifies: Identifies;
  readonly heartbeatMs: number;
  readonly url: () => string;
}

/** One socket. */
export interface Connection {
  readonly socket: WebSocket;
  close(code: number): void;
  send(packet: { readonly op: number; readonly d: unknown }): void;
  raw(text: string): void;
  freeze(): void;
  invalidate(resumable: boolean): void;
  redeliver(count: number): void;
}

interface Opened {
  readonly socket: WebSocket;
  readonly number: number;
  readonly query: string;
}

interface Packet {
  readonly op: number;
  readonly d: unknown;
}

const PER_MINUTE = 120;
const MAX_BYTES = 4096;

/** Talks to the client on one socket, from HELLO to the close. */
export function createConnection(parts: ConnectionParts, { socket, number, query }: Opened): Connection {
  const { state, sessions } = parts;
  let session: Session | undefined;
  let sender: Session["send"];
  let isFrozen = false;
  let received: number[] = [];
  const note = (entry: Record<string, unknown>, what: "open" | "message" | "close" = "message") =>
    state.transcript.add({ kind: "gateway", at: now(), from: "discord", what, socket: number, ...entry });
  const raw = (text: string) => {
    if (!isFrozen && socket.readyState === socket.OPEN) socket.send(text);
  };
  const send = (packet: { op: number; d: unknown }) => {
    if (!isFrozen) note(packet);
    raw(JSON.stringify(packet));
  };
  const close = (code: number) => {
    note({ code }, "close");
    leave(code === 1000 || code === 1001);
    if (code === 1006) socket.terminate();
    else socket.close(code);
  };
  const leave = (isForGood: boolean) => {
    // A session that has been resumed on another socket is that one's.
    if (session === undefined || session.send !== sender) return;
    session.send = undefined;
    session.lostAt = now();
    if (isForGood) sessions.drop(session);
    session = undefined;
  };
  const enter = (entered: Session) => {
    session = entered;
    entered.lostAt = undefined;
    sender = (text, event) => {
      if (!isFrozen) note({ op: 0, ...event, text });
      raw(text);
    };
    entered.send = sender;
  };
  const invalidate = (resumable: boolean) => {
    // The client may resume or identify anew on this very socket.
    leave(!resumable);
    send({ op: 9, d: resumable });
  };
  const act = createActions(parts, { send, close, enter, invalidate, session: () => session });
  socket.on("message", (data, isBinary) => {
    const text = isBinary || !Buffer.isBuffer(data) ? "" : data.toString("utf8");
    const packet = readPacket(text);
    state.transcript.add({
      kind: "gateway",
      at: now(),
      from: "bot",
      what: "message",
      socket: number,
      ...hideToken(packet),
    });
    if (isFrozen) return;
    received = [...received.filter((at) => at > now() - 60_000), now()];
    if (received.length > PER_MINUTE) close(4008);
    else if (packet === undefined || Buffer.byteLength(text) > MAX_BYTES) close(4002);
    else act(packet);
  });
  socket.on("close", (code) => {
    state.transcript.add({ kind: "gateway", at: now(), from: "bot", what: "close", socket: number, code });
    leave(code === 1000 || code === 1001);
  });
  socket.on("error", () => socket.terminate());
  note({}, "open");
  const asked = new URL(query, "ws://discord.invalid").searchParams;
  if (asked.get("v") !== "10" || (asked.get("encoding") ?? "json") !== "json" || asked.has("compress")) close(4012);
  else send({ op: 10, d: { heartbeat_interval: parts.heartbeatMs, _trace: [] } });
  return {
    socket,
    close,
    send,
    raw,
    invalidate,
    freeze: () => void (isFrozen = true),
    redeliver(count) {
      for (const { text, s, t } of session?.backlog.slice(-count) ?? []) {
        note({ op: 0, s, t });
        raw(text);
      }
    },
  };
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
function hideToken(packet: Packet | undefined): Partial<Packet> {
  if (packet === undefined) return {};
  return isObject(packet.d) && "token" in packet.d ? { op: packet.op, d: { ...packet.d, token: "***" } } : packet;
}

interface Acts {
  readonly send: (packet: Packet) => void;
  readonly close: (code: number) => void;
  readonly enter: (session: Session) => void;
  readonly invalidate: (resumable: boolean) => void;
  readonly session: () => Session | undefined;
}

/** What each packet of the client does. */
function createActions(parts: ConnectionParts, acts: Acts): (packet: Packet) => void {
  const { state, sessions } = parts;
  return ({ op, d }) => {
    if (op === 1) return acts.send({ op: 11, d: null });
    if (op === 2) return acts.session() === undefined ? identify(parts, acts, d) : acts.close(4005);
    if (op === 6) return acts.session() === undefined ? resume(parts, acts, d) : acts.close(4005);
    if (op !== 3 && op !== 4 && op !== 8) return acts.close(4001);
    const session = acts.session();
    if (session === undefined) return acts.close(4003);
    if (op !== 8) return undefined;
    const chunks = memberChunks(state, d, (session.intents & Intent.GUILD_MEMBERS) !== 0);
    for (const chunk of chunks) sessions.deliver(session, "GUILD_MEMBERS_CHUNK", chunk);
    return undefined;
  };
}

function identify(parts: ConnectionParts, acts: Acts, d: unknown): void {
  const { state, sessions } = parts;
  const given = isObject(d) ? d : {};
  if (given.token !== state.token) return acts.close(4004);
  const verdict = parts.identifies.take();
  if (verdict === "spent") {
    // Discord resets the token of a bot that has used up its day, and tells the owner by mail.
    state.token = `${state.token}-reset`;
    return acts.close(4004);
  }
  if (verdict === "fast") return acts.invalidate(false);
  if (Array.isArray(given.shard) && (given.shard[0] !== 0 || given.shard[1] !== 1)) return acts.close(4010);
  const refused = refusedIntents(state, given.intents);
  if (refused !== undefined) return acts.close(refused);
  if (!isObject(given.properties)) return acts.close(4002);
  const session = sessions.open(Number(given.intents));
  acts.enter(session);
  const present = [...state.guilds.values()].filter((guild) => guild.present);
  sessions.deliver(session, "READY", {
    v: 10,
    user: { ...userObject(state.bot), verified: true, mfa_enabled: false, email: null, flags: 0 },
    guilds: present.map(({ id }) => ({ id, unavailable: true })),
    session_id: session.id,
    resume_gateway_url: parts.url(),
    shard: [0, 1],
    session_type: "normal",
    private_channels: [],
    relationships: [],
    presences: [],
    application: { id: state.application.id, flags: state.application.flags },
  });
  if ((session.intents & Intent.GUILDS) === 0) return undefined;
  const allMembers = (session.intents & Intent.GUILD_MEMBERS) !== 0;
  for (const guild of present.filter(({ available }) => available))
    sessions.deliver(session, "GUILD_CREATE", guildCreate(state, guild, allMembers));
  return undefined;
}

function resume({ state, sessions }: ConnectionParts, acts: Acts, d: unknown): void {
  const given = isObject(d) ? d : {};
  if (given.token !== state.token) return acts.close(4004);
  const session = typeof given.session_id === "string" ? sessions.find(given.session_id) : undefined;
  const seq = typeof given.seq === "number" ? given.seq : -1;
  if (session === undefined) return acts.invalidate(false);
  if (seq > session.seq) return acts.close(4007);
  const missed = session.backlog.filter(({ s }) => s > seq);
  if (seq < 0 || missed.length !== session.seq - seq) return acts.invalidate(false);
  acts.enter(session);
  for (const { text, s, t } of missed) session.send?.(text, { s, t });
  sessions.deliver(session, "RESUMED", { _trace: [] });
  return undefined;
}
