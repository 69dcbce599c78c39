import { emit } from "./events.ts";
import type { Install } from "./model.ts";
import { covers, known, type State } from "./state.ts";

/** The active install that reaches into a workspace. */
export const installOf = (state: State, team: string): Install | undefined =>
  [...state.installs.values()].find((one) => covers(state, one, team));

/** Where an install holds: in one workspace, or in an org. */
interface Reach {
  readonly enterprise: string | undefined;
  readonly team: string | undefined;
}

/** Installs the app, with a bot user of its own. */
export function addInstall(
  state: State,
  team: string,
  { reach, scopes }: { reach: Reach; scopes: readonly string[] },
): Install {
  const botId = state.clock.id("B");
  const id = state.clock.id("U");
  const { name } = state.app;
  const rights = { isAdmin: false, isOwner: false, guest: undefined, deleted: false };
  state.users.set(id, { id, team, name: name.toLowerCase(), realName: name, botId, appId: state.app.id, ...rights });
  const token = `xoxb-${id}-${crypto.randomUUID()}`;
  const install: Install = {
    token,
    ...reach,
    botUser: id,
    botId,
    scopes: new Set(scopes),
    without: new Set(),
    status: "active",
  };
  state.installs.set(token, install);
  return install;
}

interface Where {
  readonly team: string;
}

/** What happens to installs. */
export function createInstalls(state: State, scopes: readonly string[]) {
  return {
    /** Gives or takes scopes, as a new install with another manifest does. */
    setScopes({ team, scopes: to }: { readonly team: string; readonly scopes: readonly string[] }): void {
      const install = installOf(state, team);
      if (install === undefined) throw new Error(`The app is not installed in ${team}`);
      install.scopes.clear();
      for (const one of to) install.scopes.add(one);
    },
    /** Removes the app: its tokens are revoked, then it is told that it is gone. */
    uninstall: ({ team }: Where): void => end(state, team, "uninstalled"),
    /** Revokes the bot's token alone. */
    revoke: ({ team }: Where): void => end(state, team, "revoked"),
    /** Installs anew; the bot user stays, the token is another. */
    reinstall({ team }: Where): string {
      const { enterprise } = known(state.teams, team, "workspace");
      const isHere = (one: Install): boolean =>
        one.team === undefined ? one.enterprise === enterprise : one.team === team;
      const own = [...state.installs.values()].findLast(isHere);
      if (own === undefined) return addInstall(state, team, { reach: { team, enterprise: undefined }, scopes }).token;
      const token = `xoxb-${own.botUser}-${crypto.randomUUID()}`;
      state.installs.set(token, { ...own, token, scopes: new Set(scopes), status: "active" });
      state.changed();
      return token;
    },
    /** Takes the app out of one workspace of its org. */
    revokeAccess({ team }: Where): void {
      const install = installOf(state, team);
      if (install?.team !== undefined) throw new Error(`${team} is not reached by an org's install`);
      install?.without.add(team);
      if (install !== undefined) emit(state, { type: "team_access_revoked", team_ids: [team] }, { install, team });
    },
    /** Whether Socket Mode is on; without it no connection is given. */
    setSocketMode: (on: boolean): void => void (state.app.socketMode = on),
  };
}

function end(state: State, team: string, to: "uninstalled" | "revoked"): void {
  const install = installOf(state, team);
  if (install === undefined) throw new Error(`The app is not installed in ${team}`);
  emit(state, { type: "tokens_revoked", tokens: { oauth: [], bot: [install.botUser] } }, { install, team });
  if (to === "uninstalled") emit(state, { type: "app_uninstalled" }, { install, team });
  install.status = to;
  state.changed();
}
