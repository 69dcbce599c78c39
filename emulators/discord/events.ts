import type { Channel, Guild, Member, Message } from "./model.ts";
import { ChannelType } from "./model.ts";
import { gatewayMessage, isReadableAnyway } from "./message-wire.ts";
import { isThread, may, type Event, type State } from "./state.ts";
import {
  channelObject,
  fullMember,
  guildObject,
  roleObject,
  threadFor,
  threadMember,
  timestamp,
  type Json,
} from "./wire.ts";

/** Intents by their bits. */
export const Intent = {
  GUILDS: 1 << 0,
  GUILD_MEMBERS: 1 << 1,
  GUILD_PRESENCES: 1 << 8,
  GUILD_MESSAGES: 1 << 9,
  GUILD_MESSAGE_TYPING: 1 << 11,
  DIRECT_MESSAGES: 1 << 12,
  MESSAGE_CONTENT: 1 << 15,
} as const;

const reaches = (guild: Guild | undefined): boolean => guild === undefined || (guild.present && guild.available);

function inGuild(state: State, guild: Guild, event: Event): void {
  if (reaches(guild)) state.send(event);
}

/** Tells of a message that was made or changed, where the bot may see it. */
export function tellMessage(state: State, t: "MESSAGE_CREATE" | "MESSAGE_UPDATE", message: Message): void {
  const channel = state.channels.get(message.channel);
  if (channel === undefined || !sees(state, channel)) return;
  const d = gatewayMessage(state, message, true);
  const isWhole = isReadableAnyway(state, message) && message.replyTo === undefined;
  const bare = isWhole ? d : gatewayMessage(state, message, false);
  state.send({ t, d, bare: { without: Intent.MESSAGE_CONTENT, d: bare }, intent: messageIntent(channel) });
}

/** Tells of messages that went: one, or several at once. */
export function tellDeleted(state: State, channel: Channel, ids: readonly string[]): void {
  if (!sees(state, channel) || ids.length === 0) return;
  const where = { channel_id: channel.id, ...(channel.guild === undefined ? {} : { guild_id: channel.guild }) };
  const [first] = ids;
  if (ids.length === 1) state.send({ t: "MESSAGE_DELETE", d: { id: first, ...where }, intent: messageIntent(channel) });
  else state.send({ t: "MESSAGE_DELETE_BULK", d: { ids, ...where }, intent: messageIntent(channel) });
}

const messageIntent = (channel: Channel): number =>
  channel.type === ChannelType.dm ? Intent.DIRECT_MESSAGES : Intent.GUILD_MESSAGES;

/** Whether the bot is where the channel is and may see it. */
export function sees(state: State, channel: Channel): boolean {
  if (!reaches(state.guilds.get(channel.guild ?? ""))) return false;
  return may(state, { user: state.bot.id, channel }, "VIEW_CHANNEL");
}

/** Tells of a channel; bots are told of all of a guild's channels, also of those that they may not look into. */
export function tellChannel(state: State, t: "CREATE" | "UPDATE" | "DELETE", channel: Channel): void {
  const guild = state.guilds.get(channel.guild ?? "");
  if (guild !== undefined)
    inGuild(state, guild, { t: `CHANNEL_${t}`, d: channelObject(state, channel), intent: Intent.GUILDS });
}

/** Tells of a thread that the bot may see. */
export function tellThread(state: State, t: "CREATE" | "UPDATE" | "DELETE", channel: Channel): void {
  if (!isThread(channel) || !sees(state, channel)) return;
  const short = { id: channel.id, guild_id: channel.guild, parent_id: channel.parent, type: channel.type };
  const whole: Json = {
    ...threadFor(state, channel, state.bot.id),
    ...(t === "CREATE" ? { newly_created: true } : {}),
  };
  state.send({ t: `THREAD_${t}`, d: t === "DELETE" ? short : whole, intent: Intent.GUILDS });
}

/** Tells who joined and left a thread: of others only with GUILD_MEMBERS. */
export function tellThreadMembers(
  state: State,
  channel: Channel,
  { added = [], removed = [] }: { readonly added?: readonly string[]; readonly removed?: readonly string[] },
): void {
  const guild = state.guilds.get(channel.guild ?? "");
  const concernsBot = [...added, ...removed].includes(state.bot.id);
  if (guild === undefined || !reaches(guild) || (!concernsBot && !sees(state, channel))) return;
  const d = {
    id: channel.id,
    guild_id: guild.id,
    member_count: Math.min(channel.thread?.members.size ?? 0, 50),
    added_members: added.map((user) => threadMember(channel, user)),
    removed_member_ids: removed,
  };
  if (added.includes(state.bot.id)) {
    const own = { ...threadMember(channel, state.bot.id), guild_id: guild.id };
    if (channel.type === ChannelType.privateThread)
      state.send({ t: "THREAD_CREATE", d: threadFor(state, channel, state.bot.id), intent: Intent.GUILDS });
    state.send({ t: "THREAD_MEMBER_UPDATE", d: own, intent: Intent.GUILDS });
  }
  state.send({ t: "THREAD_MEMBERS_UPDATE", d, intent: concernsBot ? Intent.GUILDS : Intent.GUILD_MEMBERS });
}

/** The threads of a place that the bot has come to see. */
export function tellThreadList(state: State, parent: Channel): void {
  if (!sees(state, parent)) return;
  const threads = activeThreads(state, parent.guild).filter((one) => one.parent === parent.id);
  const members = threads.filter((one) => one.thread?.members.has(state.bot.id) === true);
  const d = {
    guild_id: parent.guild,
    channel_ids: [parent.id],
    threads: threads.map((one) => threadFor(state, one, state.bot.id)),
    members: members.map((one) => threadMember(one, state.bot.id)),
  };
  state.send({ t: "THREAD_LIST_SYNC", d, intent: Intent.GUILDS });
}

/** A guild's active threads that the bot may see. */
export function activeThreads(state: State, id: string | undefined): Channel[] {
  const guild = state.guilds.get(id ?? "");
  return [...(guild?.threads ?? [])]
    .flatMap((one) => state.channels.get(one) ?? [])
    .filter(
      (one) => one.thread?.archived === false && may(state, { user: state.bot.id, channel: one }, "VIEW_CHANNEL"),
    );
}

/** Tells of a role. */
export function tellRole(
  state: State,
  t: "CREATE" | "UPDATE" | "DELETE",
  { guild, role }: { guild: Guild; role: string },
): void {
  const found = guild.roles.get(role);
  const what = found === undefined ? { role_id: role } : { role: roleObject(found) };
  inGuild(state, guild, { t: `GUILD_ROLE_${t}`, d: { guild_id: guild.id, ...what }, intent: Intent.GUILDS });
}

/** Tells of a member; of the bot's own changes always, of others' with GUILD_MEMBERS. */
export function tellMember(
  state: State,
  t: "ADD" | "UPDATE" | "REMOVE",
  { guild, member }: { guild: Guild; member: Member },
): void {
  const isOwn = member.user === state.bot.id;
  const whole: Json = { ...fullMember(state, member), guild_id: guild.id };
  const d = t === "REMOVE" ? { guild_id: guild.id, user: whole.user } : whole;
  inGuild(state, guild, { t: `GUILD_MEMBER_${t}`, d, intent: isOwn && t === "UPDATE" ? 0 : Intent.GUILD_MEMBERS });
}

/** Tells of a guild that the bot came into, or that is there again. */
export function tellGuild(state: State, guild: Guild): void {
  const bare = { without: Intent.GUILD_MEMBERS, d: guildCreate(state, guild, false) };
  state.send({ t: "GUILD_CREATE", d: guildCreate(state, guild, true), bare, intent: Intent.GUILDS });
}

/** A whole guild, as it comes after READY: only the bot's own member unless the session may know all. */
export function guildCreate(state: State, guild: Guild, allMembers: boolean): Json {
  if (!guild.available) return { id: guild.id, unavailable: true };
  const members = [...guild.members.values()].filter(({ user }) => allMembers || user === state.bot.id);
  return {
    ...guildObject(guild),
    joined_at: timestamp(guild.members.get(state.bot.id)?.joinedAt ?? 0),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: members.map((member) => fullMember(state, member)),
    channels: [...guild.channels].flatMap((id) => {
      const channel = state.channels.get(id);
      return channel === undefined ? [] : [channelObject(state, channel)];
    }),
    threads: activeThreads(state, guild.id).map((one) => threadFor(state, one, state.bot.id)),
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
