import { webApi } from "@slack/bolt";
import type { SlackToken } from "../../config-slack.ts";
import { isObject, listOf, textOf, textsOf } from "./read.ts";

/** Hearth in one workspace, or in all of an organisation. `key` names it without its token. */
export interface Install {
  readonly key: string;
  readonly variable: string;
  readonly token: string;
  readonly botUser: string;
  readonly botId: string;
  /** Its workspaces: one, or those of the organisation that are known. */
  readonly teams: readonly string[];
  readonly enterprise?: string;
  readonly isOrganisation: boolean;
  /** Its scopes, where Slack said them. */
  readonly scopes?: readonly string[];
}

/** All installs, by the workspaces that they reach. */
export interface Installs {
  all(): readonly Install[];
  /** By a workspace's id, or an organisation's. */
  of(team: string): Install | undefined;
  /** All workspaces. */
  teams(): readonly string[];
  add(install: Install): void;
  /** A workspace of an organisation that was not known before. */
  reach(team: string, enterprise: string): void;
  /** A workspace that an organisation takes Hearth out of. */
  leave(team: string): void;
  remove(install: Install): void;
}

/** Installs that are known so far: none. */
export function createInstalls(): Installs {
  const installs = new Map<string, Install>();
  const all = () => [...installs.values()];
  return {
    all,
    of: (team) =>
      all().find(
        ({ teams, enterprise, isOrganisation }) => teams.includes(team) || (isOrganisation && enterprise === team),
      ),
    teams: () => all().flatMap(({ teams }) => teams),
    add: (install) => void installs.set(install.key, install),
    reach(team, enterprise) {
      const install = all().find((one) => one.isOrganisation && one.enterprise === enterprise);
      if (install && !install.teams.includes(team))
        installs.set(install.key, { ...install, teams: [...install.teams, team] });
    },
    leave(team) {
      const install = all().find((one) => one.isOrganisation && one.teams.includes(team));
      if (install) installs.set(install.key, { ...install, teams: install.teams.filter((one) => one !== team) });
    },
    remove: ({ key }) => void installs.delete(key),
  };
}

/** Asks Slack whose a token is. Rejects as the library does. */
export async function identify(
  { token, variable }: SlackToken,
  { options }: { readonly options: webApi.WebClientOptions },
): Promise<Install> {
  const client = new webApi.WebClient(token, options);
  const own: unknown = await client.auth.test();
  const isOrganisation = isObject(own) && own["is_enterprise_install"] === true;
  const team = textOf(own, "team_id") ?? "";
  const enterprise = textOf(own, "enterprise_id");
  return {
    key: team,
    variable,
    token,
    botUser: textOf(own, "user_id") ?? "",
    botId: textOf(own, "bot_id") ?? "",
    teams: isOrganisation ? await teamsOf(client) : [team],
    ...(enterprise !== undefined && { enterprise }),
    isOrganisation,
    scopes: textsOf(isObject(own) ? own["response_metadata"] : undefined, "scopes"),
  };
}

async function teamsOf(client: webApi.WebClient): Promise<readonly string[]> {
  const teams: string[] = [];
  for (let cursor = ""; ;) {
    const page: unknown = await client.auth.teams.list({ limit: 100, ...(cursor !== "" && { cursor }) });
    teams.push(...listOf(page, "teams").flatMap((team) => textOf(team, "id") ?? []));
    cursor = textOf(isObject(page) ? page["response_metadata"] : undefined, "next_cursor") ?? "";
    if (cursor === "") return teams;
  }
}
