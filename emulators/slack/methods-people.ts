import { flag, text, whole } from "./checks.ts";
import { method, type Method } from "./method.ts";
import type { Json, User } from "./model.ts";
import { page } from "./paging.ts";
import { cursor, userId } from "./shapes.ts";
import { covers, known, SlackError, type State } from "./state.ts";
import { teamObject, userObject } from "./wire.ts";

const authTest = method("auth.test", {
  tier: "special",
  answer({ state, install, team }): Json {
    const own = state.teams.get(team);
    const isOrg = install.team === undefined;
    const enterprise = own?.enterprise ?? install.enterprise;
    return {
      url: `${state.url}/`,
      team: isOrg ? (state.enterprises.get(install.enterprise ?? "")?.name ?? "") : (own?.name ?? ""),
      user: known(state.users, install.botUser, "bot user").name,
      // An org's token has the org in the place of the team.
      team_id: isOrg ? (install.enterprise ?? "") : team,
      user_id: install.botUser,
      bot_id: install.botId,
      ...(enterprise === undefined ? {} : { enterprise_id: enterprise }),
      is_enterprise_install: isOrg,
    };
  },
});

const authTeams = method("auth.teams.list", {
  tier: "tier2",
  optional: { cursor, include_icon: flag, limit: whole(1, 1000, "invalid_limit") },
  answer({ state, install, args }): Json {
    const all = [...state.teams.values()].filter(({ id }) => covers(state, install, id));
    const { items, next } = page(all, { cursor: args.cursor, limit: args.limit ?? 100 });
    return { teams: items.map(({ id, name }) => ({ id, name })), response_metadata: { next_cursor: next } };
  },
});

const teamInfo = method("team.info", {
  tier: "tier3",
  scopes: ["team:read"],
  optional: { domain: text(), team: text() },
  answer({ state, install, team, args }): Json {
    const found = state.teams.get(args.team ?? team);
    const isMet = [...state.channels.values()].some(
      (one) => one.teams.has(found?.id ?? "") && one.members.has(install.botUser),
    );
    if (found === undefined || (!covers(state, install, found.id) && !isMet)) throw new SlackError("team_not_found");
    return { team: teamObject(state, found) };
  },
});

/** Whether the app may know of a user: of its own workspaces, or met in a shared channel. */
function isVisible(state: State, { install, user }: { install: { botUser: string }; user: User }): boolean {
  return [...state.channels.values()].some((one) => one.members.has(user.id) && one.members.has(install.botUser));
}

const userInfo = method("users.info", {
  tier: "tier4",
  scopes: ["users:read"],
  required: { user: userId },
  optional: { include_locale: flag },
  answer({ state, install, team, args }): Json {
    const user = state.users.get(args.user);
    if (user === undefined) throw new SlackError("user_not_found");
    const asker = known(state.teams, team, "workspace");
    const isOurs = covers(state, install, user.team) || user.id === install.botUser;
    if (!isOurs && !isVisible(state, { install, user })) throw new SlackError("user_not_visible");
    return { user: userObject(state, user, asker) };
  },
});

const usersList = method("users.list", {
  tier: "tier2",
  scopes: ["users:read"],
  optional: { cursor, include_locale: flag, limit: whole(1, 1000, "invalid_limit") },
  answer({ state, team, args }): Json {
    const asker = known(state.teams, team, "workspace");
    const all = [...state.users.values()].filter((one) => one.team === team);
    const { items, next } = page(all, { cursor: args.cursor, limit: args.limit ?? 1000 });
    return { members: items.map((one) => userObject(state, one, asker)), response_metadata: { next_cursor: next } };
  },
});

const botsInfo = method("bots.info", {
  tier: "tier3",
  scopes: ["users:read"],
  optional: { bot: text() },
  answer({ state, args }): Json {
    const user = [...state.users.values()].find(({ botId }) => botId !== undefined && botId === args.bot);
    if (user === undefined) throw new SlackError("bot_not_found");
    return {
      bot: {
        id: user.botId,
        deleted: user.deleted,
        name: user.name,
        updated: 0,
        app_id: user.appId ?? "",
        user_id: user.id,
        icons: {},
      },
    };
  },
});

/** Who the app is, and who people are. */
export const peopleMethods: readonly Method[] = [authTest, authTeams, teamInfo, userInfo, usersList, botsInfo];
