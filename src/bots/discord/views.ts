import { ChannelType, type Guild, GuildFeature, type GuildMember, GuildMemberFlags, OverwriteType } from "discord.js";
import type { ChannelView, GuildView, MemberView } from "./readers.ts";

/** A guild as the library knows it, as far as rights to read go. */
export function viewOfGuild(guild: Guild, { isTeam }: { readonly isTeam: boolean }): GuildView {
  const channels = guild.channels.cache.values().flatMap((channel): ChannelView[] => {
    if (channel.isThread() || channel.type === ChannelType.GuildCategory) return [];
    const overwrites = channel.permissionOverwrites.cache.map(({ id, type, allow, deny }) => ({
      id,
      kind: type === OverwriteType.Role ? ("role" as const) : ("member" as const),
      allow: allow.bitfield,
      deny: deny.bitfield,
    }));
    return [{ id: channel.id, kind: kindOf(channel.type), overwrites }];
  });
  return {
    id: guild.id,
    ownerId: guild.ownerId,
    roles: new Map(guild.roles.cache.map((role) => [role.id, role.permissions.bitfield])),
    channels: new Map([...channels].map((channel) => [channel.id, channel])),
    isDiscoverable: [GuildFeature.Discoverable, GuildFeature.PreviewEnabled].some((name) =>
      guild.features.includes(name),
    ),
    isTeam,
  };
}

function kindOf(type: ChannelType): ChannelView["kind"] {
  if (type === ChannelType.GuildVoice) return "voice";
  return type === ChannelType.GuildStageVoice ? "stage" : "text";
}

/** A member as the library knows it. */
export function viewOfMember(member: GuildMember): MemberView {
  return {
    id: member.id,
    // The role of everyone is among them; it counts for all.
    roleIds: [...member.roles.cache.keys()],
    isGuest: member.flags.has(GuildMemberFlags.IsGuest),
  };
}

/** A member as REST answers; undefined where it cannot be understood. */
export function readMember(userId: string, member: unknown): MemberView | undefined {
  if (typeof member !== "object" || member === null || !("roles" in member) || !Array.isArray(member.roles))
    return undefined;
  const flags = "flags" in member && typeof member.flags === "number" ? member.flags : 0;
  return {
    id: userId,
    roleIds: member.roles.filter((id) => typeof id === "string"),
    isGuest: (flags & GuildMemberFlags.IsGuest) !== 0,
  };
}
