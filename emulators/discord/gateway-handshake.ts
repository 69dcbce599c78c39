import { isObject } from "./checks.ts";
import { guildCreate, Intent } from "./events.ts";
import { refusedIntents, type Session, type Sessions } from "./gateway-session.ts";
import type { Identifies } from "./identifies.ts";
import { memberChunks } from "./member-chunks.ts";
import type { State } from "./state.ts";
import { userObject } from "./wire.ts";

/** A packet of either side. */
export interface Packet {
  readonly op: number;
  readonly d: unknown;
}

/** What a connection works with. */
export interface ConnectionParts {
  readonly state: State;
  readonly sessions: Sessions;
  readonly identifies: Identifies;
  readonly heartbeatMs: number;
  readonly url: () => string;
}

/** What a packet may make the connection do. */
export interface Acts {
  readonly send: (packet: Packet) => void;
  readonly close: (code: number) => void;
  readonly enter: (session: Session) => void;
  readonly invalidate: (resumable: boolean) => void;
  readonly session: () => Session | undefined;
}

/** What each packet of the client does. */
export function createActions(parts: ConnectionParts, acts: Acts): (packet: Packet) => void {
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
