/** The permission bits that anything here asks for, by their names in Discord's documentation. */
export const Permission = {
  CREATE_INSTANT_INVITE: 1n << 0n,
  KICK_MEMBERS: 1n << 1n,
  ADMINISTRATOR: 1n << 3n,
  MANAGE_CHANNELS: 1n << 4n,
  MANAGE_GUILD: 1n << 5n,
  ADD_REACTIONS: 1n << 6n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  SEND_TTS_MESSAGES: 1n << 12n,
  MANAGE_MESSAGES: 1n << 13n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MENTION_EVERYONE: 1n << 17n,
  CONNECT: 1n << 20n,
  SPEAK: 1n << 21n,
  MANAGE_ROLES: 1n << 28n,
  USE_APPLICATION_COMMANDS: 1n << 31n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  CREATE_PRIVATE_THREADS: 1n << 36n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
  MODERATE_MEMBERS: 1n << 40n,
  USE_EXTERNAL_APPS: 1n << 50n,
  PIN_MESSAGES: 1n << 51n,
  BYPASS_SLOWMODE: 1n << 52n,
} as const;

/** The name of a permission. */
export type PermissionName = keyof typeof Permission;

/** Every permission there may be, also those with no name here. */
export const ALL = (1n << 53n) - 1n;

/** The bits of the named permissions. */
export const bits = (...names: readonly PermissionName[]): bigint =>
  names.reduce((sum, name) => sum | Permission[name], 0n);

/** What a new guild gives everybody. */
export const EVERYONE = bits(
  "CREATE_INSTANT_INVITE",
  "ADD_REACTIONS",
  "VIEW_CHANNEL",
  "SEND_MESSAGES",
  "EMBED_LINKS",
  "ATTACH_FILES",
  "READ_MESSAGE_HISTORY",
  "CONNECT",
  "SPEAK",
  "USE_APPLICATION_COMMANDS",
  "CREATE_PUBLIC_THREADS",
  "CREATE_PRIVATE_THREADS",
  "SEND_MESSAGES_IN_THREADS",
);

/** What a member who is timed out keeps. */
const TIMED_OUT = bits("VIEW_CHANNEL", "READ_MESSAGE_HISTORY");

/** One overwrite of a channel: 0 for a role, 1 for a member. */
export interface Overwrite {
  readonly id: string;
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

/** What permissions are computed from. `everyone` is the guild's own id, which is also its @everyone role's. */
export interface Standing {
  readonly user: string;
  readonly owner: string;
  readonly everyone: string;
  readonly roles: ReadonlySet<string>;
  readonly timedOut: boolean;
  readonly permissionsOf: (role: string) => bigint;
}

/** The permissions in the guild as a whole: the owner has all, else the roles add up. */
export function inGuild(standing: Standing): bigint {
  if (standing.user === standing.owner) return ALL;
  let sum = standing.permissionsOf(standing.everyone);
  for (const role of standing.roles) sum |= standing.permissionsOf(role);
  if ((sum & Permission.ADMINISTRATOR) !== 0n) return ALL;
  return standing.timedOut ? sum & TIMED_OUT : sum;
}

/**
 * The permissions in a channel: @everyone's overwrite, then the roles' together (all denials before all grants), then the member's own,
 * and at last what is implied: without VIEW_CHANNEL nothing, without SEND_MESSAGES (in a thread: without
 * SEND_MESSAGES_IN_THREADS) nothing that goes with sending.
 */
export function inChannel(standing: Standing, overwrites: ReadonlyMap<string, Overwrite>, thread = false): bigint {
  const base = inGuild(standing);
  if (base === ALL) return ALL;
  let sum = apply(base, overwrites.get(standing.everyone));
  let allow = 0n;
  let deny = 0n;
  for (const role of standing.roles) {
    const one = overwrites.get(role);
    allow |= one?.allow ?? 0n;
    deny |= one?.deny ?? 0n;
  }
  sum = (sum & ~deny) | allow;
  sum = apply(sum, overwrites.get(standing.user));
  if (standing.timedOut) sum &= TIMED_OUT;
  if ((sum & Permission.VIEW_CHANNEL) === 0n) return 0n;
  const sending = thread ? Permission.SEND_MESSAGES_IN_THREADS : Permission.SEND_MESSAGES;
  if ((sum & sending) === 0n) sum &= ~bits("MENTION_EVERYONE", "SEND_TTS_MESSAGES", "ATTACH_FILES", "EMBED_LINKS");
  return sum;
}

const apply = (sum: bigint, overwrite: Overwrite | undefined): bigint =>
  overwrite === undefined ? sum : (sum & ~overwrite.deny) | overwrite.allow;
