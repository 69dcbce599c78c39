import { createChannelActs } from "./channels.ts";
import { emit, tellTeam } from "./events.ts";
import { addInstall, createInstalls, installOf } from "./installs.ts";
import type { User } from "./model.ts";
import { makeChannel } from "./places.ts";
import { known, type State } from "./state.ts";
import { userObject } from "./wire.ts";

/** A workspace with the app in it; where an org has it, the token is the org's. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly enterprise: string | undefined;
  /** `xoxb-…`, or "" where the app is not installed. */
  readonly token: string;
  readonly bot: string;
  readonly botId: string;
}

/** A person, or another app's bot. */
export interface NewUser {
  readonly team: string;
  readonly name: string;
  readonly realName?: string;
  readonly isAdmin?: boolean;
  readonly isOwner?: boolean;
  readonly guest?: "multi" | "single";
  readonly isBot?: boolean;
}

/** A channel. */
export interface NewPlace {
  readonly team: string;
  readonly name: string;
  readonly kind?: "public" | "private";
  readonly members?: readonly string[];
  readonly creator?: string;
  /** Whether this app's bot is in it; it is, unless said otherwise. */
  readonly bot?: boolean;
}

/** The scopes that an install has unless a test says otherwise. */
export const DEFAULT_SCOPES: readonly string[] = [
  "app_mentions:read",
  "assistant:write",
  "channels:history",
  "channels:read",
  "chat:write",
  "commands",
  "files:read",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "mpim:history",
  "mpim:read",
  "reactions:read",
  "reactions:write",
  "team:read",
  "users:read",
];

/** Makes people and places, and changes who may do what; the app is told what Slack tells. */
export const createWorld = (state: State, scopes: readonly string[]) => ({
  ...places(state, scopes),
  ...persons(state),
  ...createInstalls(state, scopes),
  ...createChannelActs(state),
});

interface NewWorkspace {
  readonly name: string;
  readonly enterprise?: string;
  /** Whether the app is in it; it is, unless said otherwise. */
  readonly installed?: boolean;
  /** The app is in the whole org, by one install. */
  readonly orgInstall?: boolean;
}

function places(state: State, scopes: readonly string[]) {
  return {
    /** An org. */
    enterprise({ name }: { readonly name: string }): string {
      const id = state.clock.id("E");
      state.enterprises.set(id, { id, name });
      return id;
    },
    workspace({ name, enterprise, installed = true, orgInstall = false }: NewWorkspace): Workspace {
      const id = state.clock.id("T");
      const domain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
      state.teams.set(id, { id, name, domain, enterprise });
      const reach = orgInstall ? { enterprise, team: undefined } : { enterprise: undefined, team: id };
      const install = installOf(state, id) ?? (installed ? addInstall(state, id, { reach, scopes }) : undefined);
      if (install !== undefined && orgInstall && state.listens())
        emit(state, { type: "team_access_granted", team_ids: [id] }, { install, team: id });
      const { token = "", botUser: bot = "", botId = "" } = install ?? {};
      return { id, name, domain, enterprise, token, bot, botId };
    },
    channel({ team, name, kind = "public", members = [], creator, bot = true }: NewPlace): string {
      const own = bot ? installOf(state, team)?.botUser : undefined;
      const all = [...members, ...(own === undefined ? [] : [own])];
      const by = creator ?? members[0] ?? own ?? "";
      const { id } = known(state.teams, team, "workspace");
      const made = makeChannel(state, { team: id, kind, name, creator: by, members: all });
      const told = { id: made.id, name, created: made.created, creator: by };
      if (kind === "public" && state.listens()) tellTeam(state, id, { type: "channel_created", channel: told });
      return made.id;
    },
  };
}

type Rights = { readonly user: string } & Partial<Pick<User, "isAdmin" | "isOwner" | "guest" | "deleted">>;

function persons(state: State) {
  return {
    user({ team, name, realName = name, isAdmin = false, isOwner = false, guest, isBot = false }: NewUser): string {
      const id = state.clock.id("U");
      const bot = { botId: isBot ? state.clock.id("B") : undefined, appId: isBot ? state.clock.id("A") : undefined };
      const own = known(state.teams, team, "workspace").id;
      const rights = { isAdmin, isOwner, guest, deleted: false };
      const fresh: User = { id, team: own, name, realName, ...bot, ...rights };
      state.users.set(id, fresh);
      if (state.listens())
        tellTeam(state, own, { type: "team_join", user: userObject(state, fresh, state.teams.get(own)) });
      return id;
    },
    /** A group of people with a handle; its mention pages them all. */
    group({ handle, users }: { readonly handle: string; readonly users: readonly string[] }): string {
      const id = state.clock.id("S");
      state.groups.set(id, { handle, users });
      return id;
    },
    /** A user leaves the company, or has other rights. */
    setUser({ user, ...to }: Rights): void {
      const found = known(state.users, user, "user");
      Object.assign(found, to);
      const { team } = found;
      tellTeam(state, team, { type: "user_change", user: userObject(state, found, state.teams.get(team)) });
    },
  };
}
