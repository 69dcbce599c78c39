import type { State } from "./state.ts";
import { createIds } from "./snowflake.ts";
import { createTranscript } from "./transcript.ts";

/** What the world is at the start. */
export interface StateOptions {
  readonly token?: string;
  readonly name?: string;
  /** Application flags; by default MESSAGE_CONTENT and GUILD_MEMBERS are given, in their form for small applications. */
  readonly flags?: number;
  /** How many messages a channel keeps. */
  readonly historyCap?: number;
  /** The time for the first response to an interaction, and the life of its token. */
  readonly answerMs?: number;
  readonly tokenMs?: number;
  /** How long a nonce is remembered. */
  readonly nonceMs?: number;
  /** Leave bodies and payloads out of the transcript. */
  readonly lean?: boolean;
}

/** GATEWAY_MESSAGE_CONTENT_LIMITED and GATEWAY_GUILD_MEMBERS_LIMITED. */
const FLAGS = (1 << 19) | (1 << 15);

/** An empty world with a bot. */
export function createState(options: StateOptions, changed: () => void): State {
  const id = createIds();
  const bot = { id: id(), name: options.name ?? "Hearth", isBot: true, closedDms: false };
  return {
    bot,
    application: { id: bot.id, name: bot.name, flags: options.flags ?? FLAGS },
    token: options.token ?? "emulated.bot.token",
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    dms: new Map(),
    commands: new Map(),
    interactions: new Map(),
    nonces: new Map(),
    files: new Map(),
    limits: {
      historyCap: options.historyCap ?? 10_000,
      answerMs: options.answerMs ?? 3000,
      tokenMs: options.tokenMs ?? 15 * 60_000,
      nonceMs: options.nonceMs ?? 5 * 60_000,
    },
    transcript: createTranscript({ lean: options.lean ?? false, changed }),
    id,
    cdn: "",
    send: () => undefined,
    changed,
  };
}
