import type { Interaction } from "./interaction.ts";
import type { Attachment, Channel, Guild, Member, Message, User } from "./model.ts";
import { ChannelType } from "./model.ts";
import { inChannel, inGuild, Permission, type PermissionName, type Standing } from "./permissions.ts";
import type { Transcript } from "./transcript.ts";

/** A gateway event on its way out. */
export interface Event {
  readonly t: string;
  readonly d: Readonly<Record<string, unknown>>;
  /** The intent that a session needs; 0 for none. */
  readonly intent: number;
  /** What sessions without a certain intent get instead. */
  readonly bare?: { readonly without: number; readonly d: Readonly<Record<string, unknown>> };
}

/** A registered command, as the API gives it. */
export type Command = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly name: string;
  readonly type: number;
};

/** Everything that the emulator knows. */
export interface State {
  readonly bot: User;
  readonly application: { readonly id: string; name: string; flags: number };
  token: string;
  readonly users: Map<string, User>;
  readonly guilds: Map<string, Guild>;
  readonly channels: Map<string, Channel>;
  /** From a person to the channel. */
  readonly dms: Map<string, string>;
  /** Under "" the global ones, else by guild. */
  readonly commands: Map<string, Command[]>;
  readonly interactions: Map<string, Interaction>;
  readonly nonces: Map<string, { readonly message: string; readonly channel: string; readonly at: number }>;
  /** What lies on the CDN; a file stays when its message goes. */
  readonly files: Map<string, Attachment>;
  readonly limits: {
    readonly historyCap: number;
    readonly answerMs: number;
    readonly tokenMs: number;
    readonly nonceMs: number;
  };
  readonly transcript: Transcript;
  readonly id: (at?: number) => string;
  /** Where the CDN is. */
  cdn: string;
  send: (event: Event) => void;
  changed: () => void;
}

/** A request that Discord refuses: HTTP status and Discord's code. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: Readonly<Record<string, unknown>> | undefined;

  constructor(refusal: { status: number; code: number; message: string; errors?: Readonly<Record<string, unknown>> }) {
    super(refusal.message);
    this.status = refusal.status;
    this.code = refusal.code;
    this.errors = refusal.errors;
  }
}

const refusal = (status: number, code: number, message: string): ApiError => new ApiError({ status, code, message });

export const unknownChannel = () => refusal(404, 10_003, "Unknown Channel");
export const unknownGuild = () => refusal(404, 10_004, "Unknown Guild");
export const unknownMember = () => refusal(404, 10_007, "Unknown Member");
export const unknownMessage = () => refusal(404, 10_008, "Unknown Message");
export const unknownUser = () => refusal(404, 10_013, "Unknown User");
export const missingAccess = () => refusal(403, 50_001, "Missing Access");
export const missingPermissions = () => refusal(403, 50_013, "Missing Permissions");
export const refuse = refusal;

/** Finds what a test or the state itself names; throws, since both know what there is. */
export function known<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`There is no ${what} ${id} in the emulator`);
  return found;
}

/** What a member's permissions are computed from. */
export function standing(guild: Guild, member: Member): Standing {
  return {
    user: member.user,
    owner: guild.owner,
    everyone: guild.id,
    roles: member.roles,
    timedOut: (member.timedOutUntil ?? 0) > Date.now(),
    permissionsOf: (role) => guild.roles.get(role)?.permissions ?? 0n,
  };
}

/** Whether a channel is a thread. */
export const isThread = (channel: Channel): boolean =>
  channel.type === ChannelType.publicThread ||
  channel.type === ChannelType.privateThread ||
  channel.type === ChannelType.announcementThread;

/** A user's permissions in a channel; a thread has its parent's, and a private one none for those outside who may not manage threads. */
export function permissionsIn(state: State, user: string, channel: Channel): bigint {
  if (channel.guild === undefined) {
    const isInDm = channel.recipient === user || user === state.bot.id;
    return isInDm ? DM : 0n;
  }
  const guild = known(state.guilds, channel.guild, "guild");
  const member = guild.members.get(user);
  if (member === undefined) return 0n;
  const place = isThread(channel) ? state.channels.get(channel.parent ?? "") : channel;
  if (place === undefined) return 0n;
  const sum = inChannel(standing(guild, member), place.overwrites, place !== channel);
  const isOutside = channel.type === ChannelType.privateThread && channel.thread?.members.has(user) !== true;
  return isOutside && (sum & Permission.MANAGE_THREADS) === 0n ? 0n : sum;
}

/** In a DM nobody has roles; what can be done there is fixed. */
const DM =
  Permission.VIEW_CHANNEL |
  Permission.SEND_MESSAGES |
  Permission.READ_MESSAGE_HISTORY |
  Permission.EMBED_LINKS |
  Permission.ATTACH_FILES |
  Permission.ADD_REACTIONS |
  Permission.USE_APPLICATION_COMMANDS;

/** Whether a user may do something in a channel. */
export const may = (
  state: State,
  { user, channel }: { user: string; channel: Channel },
  name: PermissionName,
): boolean => (permissionsIn(state, user, channel) & Permission[name]) !== 0n;

/** A user's permissions in the guild as a whole. */
export function guildPermissions(guild: Guild, user: string): bigint {
  const member = guild.members.get(user);
  return member === undefined ? 0n : inGuild(standing(guild, member));
}

/** A message of a channel, wherever a request names one. */
export function messageIn(channel: Channel, id: string): Message {
  const found = channel.timeline.get(id);
  if (found === undefined) throw unknownMessage();
  return found;
}
