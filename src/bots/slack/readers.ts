import type { Audience } from "../../chat.ts";

/** A person as far as rights to read go. */
export interface Reader {
  /** The workspaces that he is a member of. */
  readonly teams: readonly string[];
  /** A guest, of one channel or several; sees nothing of the workspace but these. */
  readonly isGuest: boolean;
  readonly isBot: boolean;
  readonly isDeleted: boolean;
}

/** A channel as far as rights to read go. */
export interface ChannelView {
  readonly id: string;
  readonly kind: "public" | "private" | "direct" | "group";
  /** People of other companies are in it, or are about to be. */
  readonly isShared: boolean;
  /** They surely are. */
  readonly isExternal: boolean;
  readonly name?: string;
  /** The workspaces that it belongs to. */
  readonly teams: readonly string[];
}

/** The audience of a channel's readers. Pure. */
export function audienceOf(team: string, channel: string): Audience {
  return `slack:${team}:${channel}`;
}

/** What every member of all these workspaces may read. Pure. */
export function ofMembers(teams: readonly string[], isTeam: (team: string) => boolean): readonly Audience[] {
  const [first, ...others] = teams;
  if (first === undefined) return ["public"];
  const own: readonly Audience[] = others.length === 0 ? [`slack:${first}`] : [];
  return ["public", ...own, ...(teams.every(isTeam) ? (["team"] as const) : [])];
}

/**
 * What everybody may read who reads a channel. `readers` are its members, undefined where they are not known; a public channel is open
 * to all members of its workspaces besides. Pure.
 */
export function readersOfChannel(
  channel: ChannelView,
  {
    team,
    readers,
    isTeam,
  }: {
    readonly team: string;
    readonly readers: readonly Reader[] | undefined;
    readonly isTeam: (team: string) => boolean;
  },
): readonly Audience[] {
  if (channel.isShared) return ["public"];
  const own = audienceOf(team, channel.id);
  const people = readers?.filter(({ isBot, isDeleted }) => !isBot && !isDeleted);
  if (!people || people.some(({ isGuest }) => isGuest)) return ["public", own];
  const homes = channel.kind === "public" ? channel.teams : [team];
  const areAllHere = people.every(({ teams }) => teams.some((home) => homes.includes(home)));
  if (!areAllHere) return ["public", own];
  // In a channel of several workspaces of one organisation, each reader may be of any of them.
  return [...ofMembers(channel.teams.length > 1 ? channel.teams : [team], isTeam), own];
}

/** What one person may read. `channels` are those that he is in. Pure. */
export function readableBy(
  reader: Reader,
  {
    teams,
    channels,
    isTeam,
  }: {
    /** The workspaces that Hearth is in. */
    readonly teams: readonly string[];
    readonly channels: readonly { readonly team: string; readonly channel: ChannelView }[];
    readonly isTeam: (team: string) => boolean;
  },
): readonly Audience[] {
  if (reader.isDeleted || reader.isGuest) return ["public"];
  const own = reader.teams.filter((team) => teams.includes(team));
  if (own.length === 0) return ["public"];
  const readable = channels.filter(({ channel }) => !channel.isShared);
  return [
    ...new Set([
      ...own.flatMap((team) => ofMembers([team], isTeam)),
      ...readable.map(({ team, channel }) => audienceOf(team, channel.id)),
    ]),
  ];
}
