import { randomBytes } from "node:crypto";
import type { Event, State } from "./state.ts";
import { now } from "./transcript.ts";

/** An identified session; it outlives its socket for a while. */
export interface Session {
  readonly id: string;
  readonly intents: number;
  seq: number;
  /** What was sent, and what would have been sent while no socket was there. */
  readonly backlog: { readonly s: number; readonly t: string; readonly text: string }[];
  send: ((text: string, event: { s: number; t: string }) => void) | undefined;
  lostAt: number | undefined;
}

/** All sessions of the bot. */
export interface Sessions {
  open(intents: number): Session;
  find(id: string): Session | undefined;
  drop(session: Session): void;
  dropAll(): void;
  broadcast(event: Event): void;
  deliver(session: Session, t: string, d: unknown): void;
  readonly live: readonly Session[];
}

/** How many events are kept for a RESUME. */
const BACKLOG = 4000;
/** How long a session without a socket can be resumed. */
const RESUMABLE_MS = 5 * 60_000;

/** Keeps sessions and numbers their events. */
export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();
  const sweep = () => {
    for (const [id, { lostAt }] of sessions)
      if (lostAt !== undefined && now() - lostAt > RESUMABLE_MS) sessions.delete(id);
  };
  return {
    open(intents) {
      sweep();
      const session: Session = {
        id: randomBytes(16).toString("hex"),
        intents,
        seq: 0,
        backlog: [],
        send: undefined,
        lostAt: undefined,
      };
      sessions.set(session.id, session);
      return session;
    },
    find(id) {
      sweep();
      return sessions.get(id);
    },
    drop: (session) => void sessions.delete(session.id),
    dropAll: () => sessions.clear(),
    broadcast: (event) => broadcast(sessions.values(), event),
    deliver: (session, t, d) => deliver(session, t, JSON.stringify(d)),
    get live() {
      return [...sessions.values()].filter(({ send }) => send !== undefined);
    },
  };
}

/** Numbers an event, keeps it, and sends it where a socket is. */
function deliver(session: Session, t: string, json: string): void {
  session.seq += 1;
  const text = `{"op":0,"s":${session.seq},"t":"${t}","d":${json}}`;
  session.backlog.push({ s: session.seq, t, text });
  if (session.backlog.length > BACKLOG * 1.25) session.backlog.splice(0, session.backlog.length - BACKLOG);
  session.send?.(text, { s: session.seq, t });
}

/** Gives an event to every session whose intents let it through, whole or bare; written as JSON once. */
function broadcast(sessions: Iterable<Session>, { t, d, bare, intent }: Event): void {
  let whole: string | undefined;
  let part: string | undefined;
  for (const session of sessions) {
    if (intent !== 0 && (session.intents & intent) === 0) continue;
    const isBare = bare !== undefined && (session.intents & bare.without) === 0;
    if (isBare) deliver(session, t, (part ??= JSON.stringify(bare.d)));
    else deliver(session, t, (whole ??= JSON.stringify(d)));
  }
}

/** The application flags that stand for a privileged intent. */
const PRIVILEGED: readonly (readonly [intent: number, flags: number])[] = [
  [1 << 1, (1 << 14) | (1 << 15)],
  [1 << 8, (1 << 12) | (1 << 13)],
  [1 << 15, (1 << 18) | (1 << 19)],
];

/** Every intent there is. */
const INTENTS = 0b11_0011_0001_1111_1111_1111_1111;

/** The close code for intents that do not exist, or that the application has not been given. */
export function refusedIntents(state: State, intents: unknown): 4013 | 4014 | undefined {
  if (typeof intents !== "number" || !Number.isInteger(intents) || intents < 0 || (intents & ~INTENTS) !== 0)
    return 4013;
  const isMissing = PRIVILEGED.some(
    ([intent, flags]) => (intents & intent) !== 0 && (state.application.flags & flags) === 0,
  );
  return isMissing ? 4014 : undefined;
}
