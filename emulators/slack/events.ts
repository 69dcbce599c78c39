import type { Channel, Install, Json, Message } from "./model.ts";
import { covers, isExtShared, type State } from "./state.ts";
import { messageObject } from "./message-wire.ts";
import { channelType } from "./wire.ts";

/** Which scopes an event needs, beside the subscription. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  app_mention: ["app_mentions:read"],
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  "message.im": ["im:history"],
  "message.mpim": ["mpim:history"],
  reaction_added: ["reactions:read"],
  reaction_removed: ["reactions:read"],
  member_joined_channel: ["channels:read", "groups:read"],
  member_left_channel: ["channels:read", "groups:read"],
  user_change: ["users:read"],
  team_join: ["users:read"],
  assistant_thread_started: ["assistant:write"],
};

/** Any of these is enough; what happens to channels needs the right to read those of their kind. */
function needed(name: string): readonly string[] {
  if (name.startsWith("channel_")) return ["channels:read", "groups:read"];
  return name.startsWith("group_") ? ["groups:read"] : (SCOPES[name] ?? []);
}

const MESSAGE_NAMES: Readonly<Record<Channel["kind"], string>> = {
  public: "message.channels",
  private: "message.groups",
  im: "message.im",
  mpim: "message.mpim",
};

/** The installs that an event of a channel concerns: those whose bot is in it. */
export const installsIn = (state: State, channel: Channel): Install[] =>
  [...state.installs.values()].filter(
    (one) =>
      one.status === "active" &&
      channel.members.has(one.botUser) &&
      [...channel.teams].some((team) => covers(state, one, team)),
  );

/** What an event is about. */
interface About {
  readonly install: Install;
  readonly team: string;
  readonly channel?: Channel;
  /** The name of the subscription, where it is not the event's type: `message.im`. */
  readonly name?: string;
}

/** Sends one event to the app, if it subscribed to it and has the scope. */
export function emit(state: State, event: Json, { install, team, channel, name = String(event.type) }: About): void {
  const scopes = needed(name);
  if (state.app.events !== undefined && !state.app.events.has(name)) return;
  if (scopes.length > 0 && !scopes.some((one) => install.scopes.has(one))) return;
  const isOrg = install.team === undefined;
  const enterprise = state.teams.get(team)?.enterprise ?? install.enterprise ?? null;
  const body = {
    token: "verification-token",
    team_id: team,
    ...(enterprise === null ? {} : { enterprise_id: enterprise }),
    context_team_id: install.team ?? team,
    context_enterprise_id: enterprise,
    api_app_id: state.app.id,
    event: { ...event, event_ts: event.event_ts ?? state.clock.ts() },
    type: "event_callback",
    event_id: state.clock.id("Ev"),
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: enterprise,
        team_id: isOrg ? null : team,
        user_id: install.botUser,
        is_bot: true,
        is_enterprise_install: isOrg,
      },
    ],
    is_ext_shared_channel: channel !== undefined && isExtShared(state, channel),
    event_context: state.clock.id("EC"),
  };
  void state.send({ type: "events_api", body, answers: false });
}

/** Sends an event about a channel to the one install whose turn it is; Slack sends each only once. */
export function emitIn(state: State, channel: Channel, event: Json, name?: string): void {
  const install = installsIn(state, channel)[0];
  if (install === undefined) return;
  emit(state, event, {
    install,
    team: teamFor(state, install, channel),
    channel,
    ...(name === undefined ? {} : { name }),
  });
}

/** The workspace that an install reaches a channel by. */
export const teamFor = (state: State, install: Install, channel: Channel): string =>
  install.team ?? [channel.team, ...channel.teams].find((team) => covers(state, install, team)) ?? channel.team;

const inChannel = (channel: Channel): Json => ({ channel: channel.id, channel_type: channelType(channel) });

/** Tells of a new message; one that names the bot comes a second time, as app_mention, with another event_id. */
export function tellPosted(state: State, channel: Channel, message: Message): void {
  const body = messageObject(state, message, channel, { metadata: true });
  const event = { ...body, ...teamsOf(message, channel), ...inChannel(channel), event_ts: message.ts };
  const isDirect = channel.kind === "im";
  if (!isDirect) tellMention(state, channel, message);
  emitIn(state, channel, event, MESSAGE_NAMES[channel.kind]);
}

function tellMention(state: State, channel: Channel, message: Message): void {
  for (const install of state.installs.values()) {
    if (install.status !== "active" || !message.text.includes(`<@${install.botUser}>`)) continue;
    if (message.botId === install.botId || !channel.members.has(install.botUser)) continue;
    const event = {
      ...messageObject(state, message, channel),
      type: "app_mention",
      channel: channel.id,
      event_ts: message.ts,
    };
    emit(state, event, { install, team: teamFor(state, install, channel), channel });
  }
}

const teamsOf = (message: Message, channel: Channel): Json =>
  channel.teams.size > 1 ? { user_team: message.team, source_team: message.team } : {};

/** Tells that a message is no longer as it was, also where only a link's preview came to it. */
export function tellChanged(
  state: State,
  channel: Channel,
  { message, before }: { message: Message; before: Json },
): void {
  const event = {
    type: "message",
    subtype: "message_changed",
    hidden: true,
    ...inChannel(channel),
    ts: state.clock.ts(),
    message: { ...messageObject(state, message, channel), ...teamsOf(message, channel) },
    previous_message: before,
  };
  emitIn(state, channel, event, MESSAGE_NAMES[channel.kind]);
}

/** Tells that a message is gone. */
export function tellDeleted(state: State, channel: Channel, message: Message): void {
  const event = {
    type: "message",
    subtype: "message_deleted",
    hidden: true,
    ...inChannel(channel),
    ts: state.clock.ts(),
    deleted_ts: message.ts,
    previous_message: messageObject(state, message, channel),
  };
  emitIn(state, channel, event, MESSAGE_NAMES[channel.kind]);
}

/** Tells every install that reaches a workspace of something that concerns no channel. */
export function tellTeam(state: State, team: string, event: Json): void {
  for (const install of state.installs.values())
    if (covers(state, install, team)) emit(state, event, { install, team });
}
