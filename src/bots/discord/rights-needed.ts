import { ChannelType, GatewayIntentBits, OAuth2Scopes, PermissionFlagsBits, PermissionsBitField } from "discord.js";
import type { PermissionsString } from "discord.js";

/** What of the settings decides which rights the bot needs. */
export interface RightsSettings {
  readonly answerIn: "reply" | "thread";
  readonly messageContent: boolean;
  readonly members: boolean;
}

const ALWAYS = ["ViewChannel", "SendMessages", "SendMessagesInThreads", "ReadMessageHistory"] as const;
/** Who has one of these can do harm with it, wherever it comes from. */
const POWERFUL: readonly PermissionsString[] = [
  "Administrator",
  "ManageGuild",
  "ManageRoles",
  "ManageChannels",
  "ManageMessages",
  "ManageThreads",
  "ManageWebhooks",
  "ManageNicknames",
  "ManageEvents",
  "ManageGuildExpressions",
  "ViewAuditLog",
  "KickMembers",
  "BanMembers",
  "ModerateMembers",
  "MentionEveryone",
];
/** Names of permissions as Discord shows them, where they are not their words. */
const SHOWN: Partial<Readonly<Record<PermissionsString, string>>> = {
  ViewChannel: "View Channel",
  SendMessagesInThreads: "Send Messages in Threads",
  ManageGuild: "Manage Server",
  ManageGuildExpressions: "Manage Expressions",
  ModerateMembers: "Time out members",
  MentionEveryone: "Mention @everyone, @here, and All Roles",
  UseVAD: "Use Voice Activity",
  Stream: "Video",
  SendTTSMessages: "Send Text-to-Speech Messages",
  CreateInstantInvite: "Create Invite",
};

/** The permissions that the bot needs in a server. */
export function permissionsNeeded({ answerIn }: Pick<RightsSettings, "answerIn">): readonly PermissionsString[] {
  return answerIn === "thread" ? [...ALWAYS, "CreatePublicThreads"] : ALWAYS;
}

/** Those of them that it needs in a channel of a kind: posts of a forum are threads, and somebody else makes them. */
export function permissionsNeededIn(
  type: ChannelType,
  settings: Pick<RightsSettings, "answerIn">,
): readonly PermissionsString[] {
  const isForum = type === ChannelType.GuildForum || type === ChannelType.GuildMedia;
  const needless: readonly PermissionsString[] = isForum ? ["SendMessages", "CreatePublicThreads"] : [];
  return permissionsNeeded(settings).filter((name) => !needless.includes(name));
}

/**
 * Permissions beyond those needed: what its own roles give it and not everybody has, and whatever is powerful. All three are what
 * permissions hold in the server, as bits.
 */
export function permissionsTooMany(
  { own, everyone }: { readonly own: bigint; readonly everyone: bigint },
  settings: Pick<RightsSettings, "answerIn">,
): readonly PermissionsString[] {
  const names = (bits: bigint) => new PermissionsBitField(bits).toArray();
  const needed = permissionsNeeded(settings);
  const given = names(own & ~everyone).filter((name) => !needed.includes(name));
  const powerful = names(own | everyone).filter((name) => POWERFUL.includes(name));
  return [...new Set([...powerful, ...given])];
}

/** A permission as Discord shows it to people. */
export function shownPermission(name: PermissionsString): string {
  return SHOWN[name] ?? name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
}

/** The gateway intents that the settings need. */
export function intentsNeeded({
  messageContent,
  members,
}: Pick<RightsSettings, "messageContent" | "members">): readonly GatewayIntentBits[] {
  return [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.DirectMessages,
    ...(messageContent ? [GatewayIntentBits.MessageContent] : []),
    ...(members ? [GatewayIntentBits.GuildMembers] : []),
  ];
}

/** The link that takes the bot into a server, with exactly the permissions and scopes that it needs. */
export function inviteLink(applicationId: string, settings: Pick<RightsSettings, "answerIn">): string {
  const bits = permissionsNeeded(settings).reduce((all, name) => all | PermissionFlagsBits[name], 0n);
  const query = new URLSearchParams({
    client_id: applicationId,
    permissions: String(bits),
    integration_type: "0",
    scope: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(" "),
  });
  return `https://discord.com/oauth2/authorize?${query.toString()}`;
}
