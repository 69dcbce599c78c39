import type { Audience } from "../../chat.ts";

/** VIEW_CHANNEL, ADMINISTRATOR and MANAGE_THREADS, as Discord counts them. */
export const VIEW = 1n << 10n;
const ADMINISTRATOR = 1n << 3n;
const MANAGE_THREADS = 1n << 34n;

/** What a channel adds to or takes from what a role or a member may. The role `@everyone` has the guild's id. */
export interface Overwrite {
  readonly id: string;
  readonly kind: "role" | "member";
  readonly allow: bigint;
  readonly deny: bigint;
}

/** A channel, not a thread. `voice` and `stage` channels may have guests who are no members. */
export interface ChannelView {
  readonly id: string;
  readonly kind: "text" | "voice" | "stage";
  readonly overwrites: readonly Overwrite[];
}

export interface MemberView {
  readonly id: string;
  readonly roleIds: readonly string[];
  /** Invited to one voice channel only. */
  readonly isGuest: boolean;
}

/** A guild as far as rights to read go. */
export interface GuildView {
  readonly id: string;
  readonly ownerId: string;
  /** What each role may by itself. */
  readonly roles: ReadonlyMap<string, bigint>;
  readonly channels: ReadonlyMap<string, ChannelView>;
  /** People who are no members can look into what everyone sees. */
  readonly isDiscoverable: boolean;
  /** The audience "team" is its members. */
  readonly isTeam: boolean;
}

/** What everybody may read who is a member of a guild. */
function ofMembers(guild: GuildView): Audience[] {
  return ["public", `discord:${guild.id}`, ...(guild.isTeam ? (["team"] as const) : [])];
}

/** The audience of a channel's readers. */
export function audienceOf(guildId: string, channelId: string, threadId?: string): Audience {
  return `discord:${guildId}:${channelId}${threadId === undefined ? "" : `:${threadId}`}`;
}

/** The audiences of a private thread's readers: for documents, which name its channel too, and for the talk that is kept of it. */
export function audiencesOfThread(guildId: string, channelId: string, threadId: string): readonly Audience[] {
  return [audienceOf(guildId, channelId, threadId), audienceOf(guildId, threadId)];
}

/**
 * What every reader of a channel, or of a public thread in it, may read: another channel's audience only where everyone sees that
 * channel, or where the same rules say who sees both. Pure.
 */
export function readersOfChannel(guild: GuildView, channelId: string): readonly Audience[] {
  const channel = guild.channels.get(channelId);
  if (!channel) return ["public"];
  const own = audienceOf(guild.id, channelId);
  if (channel.kind !== "text" || (guild.isDiscoverable && everyoneSees(guild, channel))) return ["public", own];
  const rules = viewRules(guild, channel);
  const others = [...guild.channels.values()].filter(
    (other) => other.id !== channelId && (everyoneSees(guild, other) || viewRules(guild, other) === rules),
  );
  return [...ofMembers(guild), own, ...others.map(({ id }) => audienceOf(guild.id, id))];
}

/** What every reader of a private thread may read, where its members are not known: every member of the guild may. Pure. */
export function readersOfPrivateThread(guild: GuildView, parentId: string, threadId: string): readonly Audience[] {
  const parent = guild.channels.get(parentId);
  const own = audiencesOfThread(guild.id, parentId, threadId);
  return parent?.kind === "text" ? [...ofMembers(guild), ...own] : ["public", ...own];
}

/**
 * What every reader of a private thread may read, where all members of the guild are known: those of the thread, and everybody who
 * manages threads there. Pure.
 */
export function readersOfKnownThread(
  guild: GuildView,
  thread: { readonly parentId: string; readonly id: string; readonly memberIds: ReadonlySet<string> },
  members: readonly MemberView[],
): readonly Audience[] {
  const parent = guild.channels.get(thread.parentId);
  if (parent?.kind !== "text") return readersOfPrivateThread(guild, thread.parentId, thread.id);
  const readers = members.filter(
    (member) =>
      thread.memberIds.has(member.id) || (permissionsIn(guild, parent, member) & MANAGE_THREADS) === MANAGE_THREADS,
  );
  const [first, ...others] = readers.map((member) => readableBy(guild, member));
  const known = new Set(members.map(({ id }) => id));
  // Somebody in the thread of whom nothing is known can be sure of nothing but the thread.
  const isComplete = [...thread.memberIds].every((id) => known.has(id));
  if (!first || !isComplete) return readersOfPrivateThread(guild, thread.parentId, thread.id);
  const shared = others.reduce((common, readable) => common.intersection(new Set(readable)), new Set(first));
  return [...shared, ...audiencesOfThread(guild.id, thread.parentId, thread.id)];
}

/** What one member may read. Pure. */
export function readableBy(guild: GuildView, member: MemberView): readonly Audience[] {
  if (member.isGuest) return ["public"];
  const visible = [...guild.channels.values()].filter((channel) => canView(guild, channel, member));
  return [...ofMembers(guild), ...visible.map(({ id }) => audienceOf(guild.id, id))];
}

/** Whether a member sees a channel. Pure. */
export function canView(guild: GuildView, channel: ChannelView, member: MemberView): boolean {
  return (permissionsIn(guild, channel, member) & VIEW) === VIEW;
}

/** As Discord computes them: roles together, then the overwrites of everyone, of all roles together, and of the member. */
function permissionsIn(guild: GuildView, channel: ChannelView, member: MemberView): bigint {
  const roleIds = [guild.id, ...member.roleIds];
  const base = roleIds.reduce((all, id) => all | (guild.roles.get(id) ?? 0n), 0n);
  if (member.id === guild.ownerId || (base & ADMINISTRATOR) === ADMINISTRATOR) return ~0n;
  const find = (test: (overwrite: Overwrite) => boolean) => {
    const found = channel.overwrites.filter(test);
    return {
      allow: found.reduce((all, { allow }) => all | allow, 0n),
      deny: found.reduce((all, { deny }) => all | deny, 0n),
    };
  };
  return [
    find(({ kind, id }) => kind === "role" && id === guild.id),
    find(({ kind, id }) => kind === "role" && id !== guild.id && member.roleIds.includes(id)),
    find(({ kind, id }) => kind === "member" && id === member.id),
  ].reduce((permissions, { allow, deny }) => (permissions & ~deny) | allow, base);
}

/** Whether every member sees a channel for sure: everyone may, and nobody is shut out. */
function everyoneSees(guild: GuildView, channel: ChannelView): boolean {
  const isViewDenied = ({ deny, allow }: Overwrite) => (deny & VIEW) === VIEW && (allow & VIEW) === 0n;
  if (channel.overwrites.some(isViewDenied)) return false;
  const everyone = channel.overwrites.find(({ id, kind }) => kind === "role" && id === guild.id);
  return (((guild.roles.get(guild.id) ?? 0n) | (everyone?.allow ?? 0n)) & VIEW) === VIEW;
}

/** The rules that say who sees a channel, the same text for the same rules. Within one guild the roles themselves are the same. */
function viewRules(guild: GuildView, channel: ChannelView): string {
  const everyone = (guild.roles.get(guild.id) ?? 0n) & VIEW;
  const rules = channel.overwrites
    .map(({ id, kind, allow, deny }) => ({ id, kind, allows: (allow & VIEW) === VIEW, denies: (deny & VIEW) === VIEW }))
    // What says nothing about seeing, or repeats what everyone may anyway, makes no difference.
    .filter(({ id, allows, denies }) => allows || (denies && !(id === guild.id && everyone === 0n)))
    .map(({ id, kind, allows }) => `${kind} ${id} ${allows ? "sees" : "does not"}`);
  return rules.toSorted().join("\n");
}
