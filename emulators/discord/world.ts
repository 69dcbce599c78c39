import type { PermissionName } from "./permissions.ts";
import type { State } from "./state.ts";
import { createMakers } from "./world-makers.ts";
import { createMemberChanges } from "./world-members.ts";
import { createPlaceChanges } from "./world-places.ts";
import { createRightsChanges } from "./world-rights.ts";

/** Permissions by name, or all bits at once. */
export type Rights = readonly PermissionName[] | bigint;

/** What one overwrite allows and denies, for a role or a member. */
export interface OverwriteChange {
  readonly channel: string;
  /** A role's or a user's id; the guild's id is @everyone. */
  readonly of: string;
  readonly allow?: Rights;
  readonly deny?: Rights;
}

/** Kinds of channels by name. */
export type ChannelKind = "text" | "voice" | "category" | "announcement" | "stage" | "forum";

/** Makes people and places, and changes who may do what. Every function tells the bot what Discord would. */
export interface World {
  user(fresh?: { name?: string; bot?: boolean; closedDms?: boolean }): string;
  /** Gives the guild's id. The bot is in it unless `withBot` is false; `owner` is made where none is named. */
  guild(fresh: { name: string; owner?: string; botRights?: Rights; everyone?: Rights; withBot?: boolean }): string;
  role(fresh: { guild: string; name: string; permissions?: Rights; mentionable?: boolean }): string;
  /** Gives the user's id; a new user is made where only a name is given. */
  member(fresh: {
    guild: string;
    user?: string;
    name?: string;
    nick?: string;
    roles?: readonly string[];
    bot?: boolean;
  }): string;
  channel(fresh: {
    guild: string;
    name: string;
    type?: ChannelKind;
    parent?: string;
    topic?: string;
    overwrites?: readonly Omit<OverwriteChange, "channel">[];
  }): string;
  thread(fresh: {
    in: string;
    name: string;
    by: string;
    private?: boolean;
    from?: string;
    members?: readonly string[];
  }): string;
  dm(fresh: { with: string }): string;
  setOverwrite(change: OverwriteChange): void;
  removeOverwrite(change: { channel: string; of: string }): void;
  setRole(change: { guild: string; role: string; permissions?: Rights; name?: string; mentionable?: boolean }): void;
  deleteRole(change: { guild: string; role: string }): void;
  addRole(change: { guild: string; user: string; role: string }): void;
  removeRole(change: { guild: string; user: string; role: string }): void;
  kick(change: { guild: string; user: string }): void;
  setNick(change: { guild: string; user: string; nick: string }): void;
  /** Until when (milliseconds since 1970) somebody may only read. */
  timeOut(change: { guild: string; user: string; until: number }): void;
  kickBot(change: { guild: string }): void;
  addBot(change: { guild: string; botRights?: Rights }): void;
  /** An outage: GUILD_DELETE with `unavailable`, and GUILD_CREATE when it is over. */
  setAvailable(change: { guild: string; available: boolean }): void;
  renameChannel(change: { channel: string; name: string }): void;
  deleteChannel(change: { channel: string }): void;
  /** `at`: milliseconds since 1970, for what happened before. */
  archive(change: { thread: string; archived?: boolean; locked?: boolean; at?: number }): void;
  addToThread(change: { thread: string; user: string }): void;
  removeFromThread(change: { thread: string; user: string }): void;
  setApplicationFlags(flags: number): void;
}

/** The world of a state. */
export function createWorld(state: State): World {
  return {
    ...createMakers(state),
    ...createRightsChanges(state),
    ...createMemberChanges(state),
    ...createPlaceChanges(state),
  };
}
