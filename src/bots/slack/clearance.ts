import type { Audience, Conversation } from "../../chat.ts";
import type { SlackSettings } from "../../config-slack.ts";
import type { Asked } from "../platform.ts";
import { isDirect, readPersonId, type Person } from "./ids.ts";
import type { Installs } from "./installs.ts";
import type { People } from "./people.ts";
import { audienceOf, readableBy, readersOfChannel } from "./readers.ts";
import { refusalOf } from "./refusal.ts";

/** However quiet it is, rights are looked at again after this, counted from when they were asked for. */
const PLACE_MS = 5_000;

/** Where and by whom something is asked, and who sees the answer. `askerId`: as `personId` writes it. */
export interface Asking {
  readonly conversation: Conversation;
  readonly askerId: string;
  readonly seenBy: Asked["seenBy"];
}

interface Options {
  readonly signal: AbortSignal;
}

/** What everybody may read who will see an answer. */
export type ClearanceOf = (asking: Asking, options: Options) => Promise<readonly Audience[]>;

/** What clearances are computed from. */
export interface Clearing {
  readonly installs: Installs;
  readonly people: People;
  readonly settings: Pick<SlackSettings, "team">;
}

/** Clearances from what Slack said within the last minute; after an event that may change rights it is asked again. */
export function createClearance(clearing: Clearing): ClearanceOf {
  const { people } = clearing;
  const cache = new Map<
    string,
    { readonly granted: readonly Audience[]; readonly until: number; readonly at: number }
  >();
  return async (asking, options) => {
    const { conversation, askerId, seenBy } = asking;
    const isPrivate = seenBy === "asker" || isDirect(conversation.channel);
    const key = [conversation.space, conversation.channel, isPrivate ? askerId : ""].join(" ");
    const known = cache.get(key);
    if (known && known.until > Date.now() && known.at === people.changes()) return known.granted;
    const at = people.changes();
    const granted = isPrivate
      ? await forAsker(clearing, asking, options)
      : await forPlace(clearing, conversation, options);
    if (cache.size >= 1_000) cache.clear();
    cache.set(key, { granted, until: Date.now() + PLACE_MS, at });
    return granted;
  };
}

/** "team" is the workspaces that the owner named; without such a list the only one. */
function teamTest({ installs, settings }: Clearing): (team: string) => boolean {
  const teams = installs.teams();
  return (team) => (settings.team ? settings.team.includes(team) : teams.length === 1 && teams.includes(team));
}

async function forPlace(
  clearing: Clearing,
  { space: team, channel: id }: Conversation,
  options: Options,
): Promise<readonly Audience[]> {
  const { people } = clearing;
  const channel = await unlessRefused(() => people.channel(team, id, options));
  if (!channel || channel.isShared) return ["public"];
  const readers = await unlessRefused(() => people.members(team, id, options));
  return readersOfChannel(channel, { team, readers, isTeam: teamTest(clearing) });
}

/** What the asker himself may read, in all workspaces that he and Hearth are in, and where he asks. */
async function forAsker(
  clearing: Clearing,
  { conversation: { space, channel }, askerId }: Asking,
  options: Options,
): Promise<readonly Audience[]> {
  const { people, installs } = clearing;
  const here = isDirect(channel) ? [audienceOf(space, channel)] : [];
  const asker: Person | undefined = readPersonId(askerId, space);
  const reader = asker && (await unlessRefused(() => people.user(space, asker.user, options)));
  // An id means a person only together with the workspace.
  if (!asker || !reader || !(reader.teams.includes(asker.team) || installs.of(asker.team)?.isOrganisation === true))
    return ["public", ...here];
  const isStrange = reader.isGuest || reader.isDeleted;
  const own = isStrange ? [] : reader.teams.filter((team) => installs.of(team) !== undefined);
  const channels = await Promise.all(
    own.map(async (team) => {
      const found = await unlessRefused(() => people.channelsOf(team, asker.user, options));
      return (found ?? []).map((view) => ({ team, channel: view }));
    }),
  );
  const readable = readableBy(reader, {
    teams: own,
    channels: channels.flat(),
    isTeam: teamTest(clearing),
  });
  return [...new Set([...readable, ...here])];
}

/** Undefined for what Slack will not tell; what another try may mend is thrown. */
async function unlessRefused<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  }
}
