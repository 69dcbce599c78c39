import type { Audience } from "../../chat.ts";

/** VIEW_CHANNEL, READ_MESSAGE_HISTORY, CONNECT, ADMINISTRATOR and MANAGE_THREADS, as Discord counts them. */
export const VIEW = 1n << 10n;
export const HISTORY = 1n << 16n;
export const CONNECT = 1n << 20n;
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
 * What everybody who sees a channel, or a public thread in it, may read: a channel's audience, its own too, only where each right that
 * reading it takes is everyone's there, or is theirs here and goes by the same rules there. Pure.
 */
export function readersOfChannel(guild: GuildView, channelId: string): readonly Audience[] {
  const channel = guild.channels.get(channelId);
  if (!channel) return ["public"];
  const held = rightsHeld(guild, channel);
  const may = (other: ChannelView) =>
    rightsToRead(other).every(
      (right) =>
        everyoneMay(guild, other, right) ||
        (held.includes(right) && rulesOf(guild, other, right) === rulesOf(guild, channel, right)),
    );
  const hasGuests = channel.kind !== "text" || (guild.isDiscoverable && everyoneMay(guild, channel, VIEW));
  const readable = hasGuests ? [channel].filter(may) : [...guild.channels.values()].filter(may);
  return [
    ...(hasGuests ? (["public"] as const) : ofMembers(guild)),
    ...readable.map(({ id }) => audienceOf(guild.id, id)),
  ];
}

/** What every reader of a private thread may read, where its members are not known: every member of the guild may. Pure. */
export function readersOfPrivateThread(guild: GuildView, parentId: string, threadId: string): readonly Audience[] {
  const parent = guild.channels.get(parentId);
  const own = parent ? ownOfThread(guild, parent, threadId) : [];
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
  const own = shared.has(audienceOf(guild.id, parent.id))
    ? audiencesOfThread(guild.id, parent.id, thread.id)
    : ownOfThread(guild, parent, thread.id);
  return [...shared, ...own];
}

/** The audiences of a private thread, where everybody who sees its channel may read what was said before. */
function ownOfThread(guild: GuildView, parent: ChannelView, threadId: string): readonly Audience[] {
  const isRead = rightsToRead(parent).every((right) => rightsHeld(guild, parent).includes(right));
  return isRead ? audiencesOfThread(guild.id, parent.id, threadId) : [];
}

/** What one member may read. Pure. */
export function readableBy(guild: GuildView, member: MemberView): readonly Audience[] {
  if (member.isGuest) return ["public"];
  const visible = [...guild.channels.values()].filter((channel) => canRead(guild, channel, member));
  return [...ofMembers(guild), ...visible.map(({ id }) => audienceOf(guild.id, id))];
}

/** Whether a member sees a channel, and what was said in it before. Pure. */
export function canRead(guild: GuildView, channel: ChannelView, member: MemberView): boolean {
  const permissions = permissionsIn(guild, channel, member);
  return rightsToRead(channel).every((right) => (permissions & right) === right);
}

/** What it takes to read what was said in a channel; the text of voice channels opens to who may enter them. */
function rightsToRead({ kind }: ChannelView): readonly bigint[] {
  return kind === "text" ? [VIEW, HISTORY] : [VIEW, HISTORY, CONNECT];
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

/** Those of the rights to read that everybody who sees what is said in a channel has in it for sure. */
function rightsHeld(guild: GuildView, channel: ChannelView): readonly bigint[] {
  const toSee = rightsToRead(channel).filter((right) => right !== HISTORY);
  return toSee.some((right) => goesWith(guild, channel, { right, other: HISTORY })) ? [...toSee, HISTORY] : toSee;
}

/** Whether whoever has one right in a channel has another there for sure: nothing gives the one alone, or takes the other alone. */
function goesWith(
  guild: GuildView,
  channel: ChannelView,
  { right, other }: { readonly right: bigint; readonly other: bigint },
): boolean {
  if (everyoneMay(guild, channel, other)) return true;
  const hasBoth = (bits: bigint) => (bits & right) === 0n || (bits & other) === other;
  const everyone = guild.roles.get(guild.id) ?? 0n;
  return (
    guild.roles.values().every((bits) => hasBoth(bits | everyone)) &&
    channel.overwrites.every(({ allow, deny }) => hasBoth(allow) && ((deny & other) === 0n || (deny & right) === right))
  );
}

/** Whether every member has a right in a channel for sure: everyone has it, and it is taken from nobody. */
function everyoneMay(guild: GuildView, channel: ChannelView, right: bigint): boolean {
  const isTaken = ({ deny, allow }: Overwrite) => (deny & right) === right && (allow & right) === 0n;
  if (channel.overwrites.some(isTaken)) return false;
  const everyone = channel.overwrites.find(({ id, kind }) => kind === "role" && id === guild.id);
  return (((guild.roles.get(guild.id) ?? 0n) | (everyone?.allow ?? 0n)) & right) === right;
}

/** The rules that say who has a right in a channel, the same text for the same rules. Within one guild the roles themselves are the same. */
function rulesOf(guild: GuildView, channel: ChannelView, right: bigint): string {
  const hasNobody = guild.roles.values().every((bits) => (bits & right) === 0n);
  const rules = channel.overwrites
    .map(({ id, kind, allow, deny }) => ({ id, kind, gives: (allow & right) !== 0n, takes: (deny & right) !== 0n }))
    // What says nothing of the right, or takes from everyone what nobody has, makes no difference.
    .filter(({ id, gives, takes }) => gives || (takes && !(id === guild.id && hasNobody)))
    .map(({ id, kind, gives }) => `${kind} ${id} ${gives ? "may" : "may not"}`);
  return rules.toSorted().join("\n");
}
