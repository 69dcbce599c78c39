import { ChannelType, type Guild, type GuildMember, type NonThreadGuildBasedChannel } from "discord.js";
import type { Check } from "../check.ts";
import type { HumanSettings } from "../ask-human.ts";
import { permissionsNeededIn, permissionsTooMany, shownPermission, type RightsSettings } from "./rights-needed.ts";

/** What of the settings is compared with the servers. */
export interface GuildSettings extends RightsSettings, HumanSettings {
  readonly team?: readonly string[] | undefined;
}

/** A server and the bot as its member. Roles and channels have to be known. */
export interface Membership {
  readonly guild: Guild;
  readonly self: GuildMember;
}

const READ = new Set([
  ChannelType.GuildText,
  ChannelType.GuildAnnouncement,
  ChannelType.GuildForum,
  ChannelType.GuildMedia,
]);

/** What is not as it should be in the bot's servers: rights, `team`, and whom "Ask a human" mentions. Asks Discord nothing. */
export function checkGuilds(memberships: readonly Membership[], settings: GuildSettings): Check[] {
  return [
    ...checkTeam(memberships, settings),
    ...memberships.flatMap((membership) => [checkExcess(membership, settings), ...checkChannels(membership, settings)]),
    ...checkHumans(memberships, settings),
  ];
}

function checkTeam(memberships: readonly Membership[], { team }: GuildSettings): Check[] {
  const ids = memberships.map(({ guild }) => guild.id);
  if (team === undefined) {
    if (ids.length < 2) return [];
    return [
      {
        what: "several servers and none of them is the team's",
        level: "warning",
        says: `Discord: the bot is in ${ids.length} servers and discord.team names none, so documents of the audience "team" are used in none of them`,
        cure: `write the servers whose members are your team under discord.team (${memberships.map(shownGuild).join(", ")})`,
        ids: { guilds: ids },
      },
    ];
  }
  return team
    .filter((id) => !ids.includes(id))
    .map((id) => ({
      what: "a server of the team's that the bot is not in",
      level: "warning",
      says: `Discord: discord.team names the server ${id}, which the bot is not in`,
      cure: "correct the id, or invite the bot there",
      ids: { guild: id },
    }));
}

function checkExcess({ guild, self }: Membership, settings: GuildSettings): Check {
  const own = self.roles.cache.reduce((bits, role) => bits | role.permissions.bitfield, 0n);
  const tooMany = permissionsTooMany({ own, everyone: guild.roles.everyone.permissions.bitfield }, settings);
  if (tooMany.length === 0) {
    return {
      what: "rights in a server",
      level: "ok",
      says: `Discord, ${shownGuild({ guild })}: no right beyond those needed`,
    };
  }
  return {
    what: "more rights than needed",
    level: "warning",
    says: `Discord, ${shownGuild({ guild })}: the bot has more rights than needed: ${tooMany.map(shownPermission).join(", ")}`,
    cure: "in Server Settings, Roles, take them from the bot's role (and from @everyone, if they are there)",
    ids: { guild: guild.id, rights: tooMany },
  };
}

function checkChannels({ guild, self }: Membership, settings: GuildSettings): Check[] {
  const channels = [...guild.channels.cache.values()].filter(isRead);
  const seen = channels.filter((channel) => channel.permissionsFor(self).has("ViewChannel"));
  if (seen.length === 0 && channels.length > 0) {
    return [
      {
        what: "no channel can be seen",
        level: "problem",
        says: `Discord, ${shownGuild({ guild })}: the bot sees none of ${channels.length} channels`,
        cure: "give the bot's role View Channel, in Server Settings, Roles, or in the channels where it is wanted",
        ids: { guild: guild.id },
      },
    ];
  }
  const lacking = seen.flatMap((channel) => checkChannel(channel, { self, settings }));
  const says = `Discord, ${shownGuild({ guild })}: sees ${seen.length} of ${channels.length} channels`;
  return [{ what: "channels of a server", level: "ok", says }, ...lacking];
}

function isRead(channel: { readonly type: ChannelType; isThread(): boolean }): channel is NonThreadGuildBasedChannel {
  return READ.has(channel.type);
}

function checkChannel(
  channel: NonThreadGuildBasedChannel,
  { self, settings }: { readonly self: GuildMember; readonly settings: GuildSettings },
): Check[] {
  const has = channel.permissionsFor(self);
  const missing = permissionsNeededIn(channel.type, settings).filter((name) => !has.has(name));
  if (missing.length === 0) return [];
  return [
    {
      what: "rights are missing in a channel",
      level: "warning",
      says: `Discord, ${shownGuild(channel)}, #${channel.name}: the bot lacks ${missing.map(shownPermission).join(", ")}`,
      cure: "in the channel's settings, Permissions, give them to the bot's role; or take View Channel from it there",
      ids: { guild: channel.guild.id, channel: channel.id, rights: missing },
    },
  ];
}

function checkHumans(memberships: readonly Membership[], { askHuman }: GuildSettings): Check[] {
  return askHuman.flatMap(({ channel, mention }, index) => {
    const key = `discord.askHuman[${index}]`;
    const where = memberships.filter(({ guild }) => channel === undefined || guild.channels.cache.has(channel));
    if (where.length === 0) {
      return [
        {
          what: "a channel of askHuman is not known",
          level: "warning",
          says: `Discord: ${key} names the channel ${channel}, which is in none of the bot's servers`,
          cure: "correct the id (right-click the channel, Copy Channel ID), or give the bot View Channel there",
          ids: { ...(channel !== undefined && { channel }) },
        } as const,
      ];
    }
    const roles = mention.filter((one) => one.startsWith("role:")).map((one) => one.slice(5));
    return roles.flatMap((role) => checkRole(role, { key, where }));
  });
}

function checkRole(
  id: string,
  { key, where }: { readonly key: string; readonly where: readonly Membership[] },
): Check[] {
  const found = where.map(({ guild, self }) => ({ role: guild.roles.cache.get(id), self })).find(({ role }) => role);
  if (!found?.role) {
    return [
      {
        what: "a role of askHuman is not known",
        level: "warning",
        says: `Discord: ${key} names the role ${id}, which is in no server that the entry is for`,
        cure: "correct the id (Server Settings, Roles, right-click the role, Copy Role ID)",
        ids: { role: id },
      },
    ];
  }
  if (found.role.mentionable || found.self.permissions.has("MentionEveryone")) return [];
  return [
    {
      what: "a role of askHuman cannot be mentioned",
      level: "warning",
      says: `Discord: ${key} names the role @${found.role.name}, which the bot may not mention, so that nobody is told`,
      cure: 'in Server Settings, Roles, that role, switch on "Allow anyone to @mention this role"',
      ids: { role: id },
    },
  ];
}

function shownGuild({ guild }: { readonly guild: Guild }): string {
  return `${guild.name} (${guild.id})`;
}
