import type { Channel, Guild, Member, Role, User } from "./model.ts";
import { ChannelType } from "./model.ts";
import { inGuild } from "./permissions.ts";
import { isThread, known, standing, type State } from "./state.ts";

/** A JSON object on its way out. */
export type Json = Record<string, unknown>;

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, -1)}000+00:00`;

/** A user as the API gives it. */
export const userObject = (user: User): Json => ({
  id: user.id,
  username: user.name.toLowerCase().replaceAll(/[^a-z0-9_.]/g, "_"),
  global_name: user.isBot ? null : user.name,
  discriminator: user.isBot ? "0001" : "0",
  avatar: null,
  bot: user.isBot,
  system: false,
  public_flags: 0,
});

/** A role as the API gives it. */
export const roleObject = (role: Role): Json => ({
  id: role.id,
  name: role.name,
  permissions: String(role.permissions),
  position: role.position,
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  icon: null,
  unicode_emoji: null,
  managed: role.bot !== undefined,
  mentionable: role.mentionable,
  flags: 0,
  ...(role.bot === undefined ? {} : { tags: { bot_id: role.bot } }),
});

/** A member without the user, as it stands on messages. */
export const memberObject = (member: Member): Json => ({
  roles: [...member.roles],
  nick: member.nick ?? null,
  avatar: null,
  banner: null,
  joined_at: iso(member.joinedAt),
  premium_since: null,
  deaf: false,
  mute: false,
  pending: false,
  flags: 0,
  communication_disabled_until: member.timedOutUntil === undefined ? null : iso(member.timedOutUntil),
});

/** A member with the user. */
export const fullMember = (state: State, member: Member): Json => ({
  ...memberObject(member),
  user: userObject(known(state.users, member.user, "user")),
});

/** A channel or thread as the API gives it. */
export function channelObject(state: State, channel: Channel): Json {
  const base = {
    id: channel.id,
    type: channel.type,
    last_message_id: channel.lastMessage ?? null,
    flags: 0,
  };
  if (channel.recipient !== undefined)
    return { ...base, recipients: [userObject(known(state.users, channel.recipient, "user"))] };
  const named = { ...base, guild_id: channel.guild, name: channel.name, parent_id: channel.parent ?? null };
  if (channel.thread !== undefined) return { ...named, ...threadObject(channel, channel.thread) };
  return {
    ...named,
    position: channel.position,
    topic: channel.topic ?? null,
    nsfw: channel.nsfw,
    rate_limit_per_user: channel.slowmode,
    permission_overwrites: [...channel.overwrites.values()].map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: String(allow),
      deny: String(deny),
    })),
    ...(channel.type === ChannelType.voice || channel.type === ChannelType.stage
      ? { bitrate: 64_000, user_limit: 0, rtc_region: null }
      : {}),
    ...(channel.type === ChannelType.forum
      ? {
          available_tags: channel.tags.map((tag) => ({ ...tag, moderated: false, emoji_id: null, emoji_name: null })),
          default_reaction_emoji: null,
          default_sort_order: null,
          default_forum_layout: 0,
        }
      : {}),
  };
}

function threadObject(channel: Channel, thread: NonNullable<Channel["thread"]>): Json {
  return {
    owner_id: thread.owner,
    message_count: Math.min(thread.sent, channel.timeline.size),
    member_count: Math.min(thread.members.size, 50),
    total_message_sent: thread.sent,
    rate_limit_per_user: channel.slowmode,
    applied_tags: channel.appliedTags,
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      auto_archive_duration: thread.autoArchive,
      archive_timestamp: iso(thread.archiveChangedAt),
      create_timestamp: iso(thread.createdAt),
      ...(channel.type === ChannelType.privateThread ? { invitable: thread.invitable } : {}),
    },
  };
}

/** One membership of a thread. */
export const threadMember = (channel: Channel, user: string): Json => ({
  id: channel.id,
  user_id: user,
  join_timestamp: iso(channel.thread?.members.get(user) ?? channel.thread?.createdAt ?? 0),
  flags: 1,
});

/** A thread as one user sees it, with the membership where there is one. */
export function threadFor(state: State, channel: Channel, user: string): Json {
  const isMember = isThread(channel) && channel.thread?.members.has(user) === true;
  return { ...channelObject(state, channel), ...(isMember ? { member: threadMember(channel, user) } : {}) };
}

/** What no guild here differs in. */
const EVERY_GUILD: Json = {
  icon: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  description: null,
  region: "deprecated",
  afk_channel_id: null,
  afk_timeout: 300,
  widget_enabled: false,
  widget_channel_id: null,
  verification_level: 0,
  default_message_notifications: 0,
  explicit_content_filter: 0,
  mfa_level: 0,
  nsfw: false,
  nsfw_level: 0,
  emojis: [],
  stickers: [],
  features: [],
  application_id: null,
  system_channel_id: null,
  system_channel_flags: 0,
  rules_channel_id: null,
  public_updates_channel_id: null,
  safety_alerts_channel_id: null,
  max_members: 500_000,
  max_presences: null,
  max_video_channel_users: 25,
  vanity_url_code: null,
  premium_tier: 0,
  premium_subscription_count: 0,
  premium_progress_bar_enabled: false,
  preferred_locale: "en-US",
  hub_type: null,
  incidents_data: null,
};

/** A guild as REST and the gateway give it. */
export function guildObject(guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.owner,
    ...EVERY_GUILD,
    roles: [...guild.roles.values()].map(roleObject),
  };
}

/** The short form in which a user's guilds are listed. */
export function guildEntry(state: State, guild: Guild): Json {
  const member = guild.members.get(state.bot.id);
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    banner: null,
    owner: false,
    features: [],
    permissions: String(member === undefined ? 0n : inGuild(standing(guild, member))),
  };
}

/** The application as `/applications/@me` gives it. */
export const applicationObject = (state: State): Json => ({
  id: state.application.id,
  name: state.application.name,
  icon: null,
  description: "",
  summary: "",
  type: null,
  bot: userObject(state.bot),
  bot_public: true,
  bot_require_code_grant: false,
  verify_key: "0".repeat(64),
  flags: state.application.flags,
  hook: true,
  redirect_uris: [],
  interactions_endpoint_url: null,
  role_connections_verification_url: null,
  approximate_guild_count: [...state.guilds.values()].filter(({ present }) => present).length,
  owner: { ...userObject(state.bot), id: state.application.id },
  team: null,
});

/** An instant as Discord writes it. */
export { iso as timestamp };
