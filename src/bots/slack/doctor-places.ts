import type { webApi } from "@slack/bolt";
import type { SlackSettings } from "../../config-slack.ts";
import type { Check } from "../check.ts";
import type { Install } from "./installs.ts";
import { isObject, listOf, nextCursor, textOf } from "./read.ts";
import { refusalOf } from "./refusal.ts";
import { viewOfChannel } from "./views.ts";

/** A channel that the configuration names; `by` says where. */
export interface NamedChannel {
  readonly team?: string;
  readonly channel: string;
  readonly by: string;
  /** Its talk is to be kept. */
  readonly isKept?: boolean;
}

/** One install, and what is compared with it. */
interface Examined {
  readonly install: Install;
  /** The name of the workspace or organisation. */
  readonly where: string;
  readonly settings: Pick<SlackSettings, "askHuman">;
}

interface Looking {
  readonly channels: readonly NamedChannel[];
  readonly signal: AbortSignal;
}

/** The channels that the bot is in, those that are named and that it is not in, and the people that "Ask a human" mentions. */
export async function checkPlaces(
  client: webApi.WebClient,
  { install, where, settings }: Examined,
  { channels, signal }: Looking,
): Promise<Check[]> {
  const own = new Set<string>();
  for (const team of install.teams) {
    signal.throwIfAborted();
    for (const id of await ownChannels(client, install.isOrganisation ? { team_id: team } : {})) own.add(id);
  }
  const first: Check =
    own.size === 0
      ? {
          what: "the bot is in no channel",
          level: "warning",
          says: `Slack: in ${where} the bot is in no channel yet`,
          cure: "write /invite @Hearth in a channel where it is to answer",
        }
      : {
          what: "the channels",
          level: "ok",
          says: `Slack: in ${where} the bot is in ${own.size} ${own.size === 1 ? "channel" : "channels"}`,
        };
  const named = [...humanChannels(settings), ...channels].filter(
    ({ team }) => team === undefined || install.teams.includes(team),
  );
  return [first, ...(await checkNamed(client, { named, own })), ...(await checkPeople(client, settings))];
}

async function ownChannels(client: webApi.WebClient, of: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let cursor: string | undefined; ;) {
    const args = { types: "public_channel,private_channel", exclude_archived: true, limit: 200, ...of };
    const page: unknown = await client.apiCall("users.conversations", {
      ...args,
      ...(cursor !== undefined && { cursor }),
    });
    found.push(...listOf(page, "channels").flatMap((channel) => textOf(channel, "id") ?? []));
    cursor = nextCursor(page);
    if (cursor === undefined) return found;
  }
}

function humanChannels({ askHuman }: Pick<SlackSettings, "askHuman">): NamedChannel[] {
  return askHuman.flatMap(({ channel }, index) =>
    channel === undefined ? [] : [{ channel, by: `slack.askHuman[${index}]` }],
  );
}

/** What the bot is not in may be public, and then has a name; a private channel that it is not in is not told from none at all. */
async function checkNamed(
  client: webApi.WebClient,
  { named, own }: { readonly named: readonly NamedChannel[]; readonly own: ReadonlySet<string> },
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { channel, by, isKept = false } of named) {
    if (own.has(channel)) {
      if (isKept) checks.push(...(await checkShared(client, { channel, by })));
      continue;
    }
    const info = await unlessRefused(() => client.apiCall("conversations.info", { channel }));
    const name = textOf(isObject(info) ? info["channel"] : undefined, "name");
    checks.push({
      what: "a channel that the bot is not in",
      level: "warning",
      says:
        name === undefined
          ? `Slack: ${by} names the channel ${channel}, which the bot is not in, or which is not there`
          : `Slack: ${by} names #${name}, which the bot is not in`,
      cure: "write /invite @Hearth there, or correct the id (the channel's name, About, at the bottom)",
      ids: { channel },
    });
  }
  return checks;
}

/** The talk of a channel that people of other companies are in is never kept. */
async function checkShared(client: webApi.WebClient, { channel, by }: NamedChannel): Promise<Check[]> {
  const info = await unlessRefused(() => client.apiCall("conversations.info", { channel }));
  const view = viewOfChannel(isObject(info) ? info["channel"] : undefined, "");
  if (view?.isShared !== true) return [];
  return [
    {
      what: "a channel that is shared with another company",
      level: "warning",
      says: `Slack: ${by} names the channel ${channel}, which is shared with another company, so its talk is not kept`,
      cure: "take it out of the configuration",
      ids: { channel },
    },
  ];
}

async function checkPeople(client: webApi.WebClient, { askHuman }: Pick<SlackSettings, "askHuman">): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [index, { mention }] of askHuman.entries()) {
    for (const one of mention.filter((id) => id.startsWith("user:"))) {
      const id = one.slice("user:".length);
      const info = await unlessRefused(() => client.apiCall("users.info", { user: id }));
      const user = isObject(info) ? info["user"] : undefined;
      if (isObject(user) && user["deleted"] !== true) continue;
      checks.push({
        what: "a person of askHuman is not known",
        level: "warning",
        says: `Slack: slack.askHuman[${index}] names the person ${id}, who is not there any more, or never was`,
        cure: "correct the id (the person's profile, ⋮, Copy member ID)",
        ids: { person: id },
      });
    }
  }
  return checks;
}

/** Undefined for what Slack does not know; a scope that is missing is said elsewhere. */
async function unlessRefused<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Which workspaces are the team's, where there are several or where some are named. Asks Slack nothing. */
export function checkTeams(installs: readonly Install[], { team }: Pick<SlackSettings, "team">): Check[] {
  const teams = installs.flatMap((install) => install.teams);
  if (team === undefined) {
    if (teams.length < 2) return [];
    return [
      {
        what: "several workspaces and none of them is the team's",
        level: "warning",
        says: `Slack: the app is in ${teams.length} workspaces and slack.team names none, so documents of the audience "team" are used in none of them`,
        cure: `write the workspaces whose members are your team under slack.team (${teams.join(", ")})`,
        ids: { teams },
      },
    ];
  }
  return team
    .filter((id) => !teams.includes(id))
    .map((id) => ({
      what: "a workspace of the team's that the app is not in",
      level: "warning",
      says: `Slack: slack.team names the workspace ${id}, which the app is not in`,
      cure: "correct the id, or install the app there and give Hearth its token",
      ids: { team: id },
    }));
}
