import type { Clock } from "./clock.ts";
import type { Limits } from "./limits.ts";
import type { Channel, Enterprise, Install, Message, SlackFile, Team, User, View } from "./model.ts";
import type { Transcript } from "./transcript.ts";

/** Something on its way to the app. */
export interface Parcel {
  readonly type: "events_api" | "interactive" | "slash_commands";
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the acknowledgement may carry an answer. */
  readonly answers: boolean;
}

/** How a parcel fared: acknowledged with an answer, or not at all. */
export type Outcome =
  | { readonly kind: "acked"; readonly answer: unknown; readonly ms: number }
  | { readonly kind: "failed"; readonly why: string };

/** What a trigger_id opens: one modal, within three seconds. */
export interface Trigger {
  readonly team: string;
  readonly user: string;
  readonly until: number;
  /** The view whose stack it belongs to. */
  readonly view: string | undefined;
  used: boolean;
}

/** What a response_url leads to: five answers in thirty minutes. */
export interface ResponseUrl {
  readonly channel: string;
  readonly user: string;
  readonly install: Install;
  /** The message that was pressed, which `replace_original` replaces. */
  readonly message: { readonly ts: string; readonly ephemeral: boolean } | undefined;
  readonly threadTs: string | undefined;
  readonly until: number;
  left: number;
}

/** Times and sizes that tests may shorten. */
export interface Bounds {
  readonly historyCap: number;
  readonly ackMs: number;
  readonly redeliverMs: readonly number[];
  readonly triggerMs: number;
  readonly responseUrlMs: number;
  readonly statusMs: number;
  readonly streamMs: number;
}

/** Everything that the emulator knows. */
export interface State {
  readonly app: {
    readonly id: string;
    readonly name: string;
    readonly appToken: string;
    readonly signingSecret: string;
    /** Types of events that the app subscribed to, as `message.channels`; undefined: all. */
    readonly events: ReadonlySet<string> | undefined;
    /** Whether the agent's pane is the new one (agent_view) or the legacy one (assistant_view). */
    readonly surface: "agent" | "assistant";
    /** Whether a post to a thread whose root is gone lands in the channel, or is refused. */
    readonly goneThreads: "unthread" | "refuse";
    socketMode: boolean;
  };
  readonly teams: Map<string, Team>;
  readonly enterprises: Map<string, Enterprise>;
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly files: Map<string, SlackFile>;
  /** By token. */
  readonly installs: Map<string, Install>;
  readonly views: Map<string, View>;
  /** App Homes by team and user. */
  readonly homes: Map<string, string>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly groups: Map<string, { readonly handle: string; readonly users: readonly string[] }>;
  readonly bounds: Bounds;
  readonly limits: Limits;
  readonly transcript: Transcript;
  readonly clock: Clock;
  /** `http://127.0.0.1:1234`, and another host that is not Slack's. */
  url: string;
  elsewhere: string;
  send: (parcel: Parcel) => Promise<Outcome>;
  /** Whether the app is there to be told: what is built before is merely there. */
  listens: () => boolean;
  changed: () => void;
}

/** A call that Slack refuses. `strict` says why a correct client would not have made it; then it is recorded. */
export class SlackError extends Error {
  readonly error: string;
  readonly more: Readonly<Record<string, unknown>>;
  readonly strict: string | undefined;

  constructor(error: string, options: { more?: Readonly<Record<string, unknown>>; strict?: string } = {}) {
    super(error);
    this.error = error;
    this.more = options.more ?? {};
    this.strict = options.strict;
  }
}

/** Finds what a test or the state itself names; throws, since both know what there is. */
export function known<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`There is no ${what} ${id} in the emulator`);
  return found;
}

/** Whether an install reaches into a workspace. */
export function covers(state: State, install: Install, team: string): boolean {
  if (install.status !== "active") return false;
  if (install.team !== undefined) return install.team === team;
  return state.teams.get(team)?.enterprise === install.enterprise && !install.without.has(team);
}

/** Whether anyone of a workspace may see a public channel, or whether a user is in any other kind of channel. */
export function maySee(state: State, user: User, channel: Channel): boolean {
  if (channel.deleted || user.deleted) return false;
  if (channel.members.has(user.id)) return true;
  if (channel.kind !== "public" || user.guest !== undefined) return false;
  const install = [...state.installs.values()].find(({ botUser }) => botUser === user.id);
  if (install !== undefined) return [...channel.teams].some((team) => covers(state, install, team));
  return channel.teams.has(user.team);
}

/** The channel that a call names, as far as the app may know of it. */
export function channelFor(state: State, install: Install, id: string): Channel {
  const channel = state.channels.get(id);
  if (channel === undefined || channel.deleted) throw new SlackError("channel_not_found");
  const bot = known(state.users, install.botUser, "bot user");
  if (!maySee(state, bot, channel)) throw new SlackError("channel_not_found");
  return channel;
}

/** The same for what only members may do. */
export function joinedChannel(state: State, install: Install, id: string): Channel {
  const channel = channelFor(state, install, id);
  if (!channel.members.has(install.botUser)) throw new SlackError("not_in_channel");
  return channel;
}

/** A message of a channel, wherever a call names one. */
export function messageIn(channel: Channel, ts: string): Message {
  const found = channel.timeline.get(ts);
  if (found === undefined) throw new SlackError("message_not_found");
  return found;
}

/** Whether people of other companies are in a channel. */
export function isExtShared(state: State, channel: Channel): boolean {
  const owners = new Set([...channel.teams].map((team) => state.teams.get(team)?.enterprise ?? team));
  return owners.size > 1;
}

/** Whether several workspaces of one org share a channel. */
export const isOrgShared = (state: State, channel: Channel): boolean =>
  channel.teams.size > 1 && !isExtShared(state, channel);
