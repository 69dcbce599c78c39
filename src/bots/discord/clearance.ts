import { ChannelType, type Client, Events, type Guild, Routes } from "discord.js";
import type { Audience, Conversation } from "../../chat.ts";
import type { DiscordSettings } from "../../config-discord.ts";
import { DIRECT } from "./from-discord.ts";
import {
  audienceOf,
  audiencesOfThread,
  type MemberView,
  readableBy,
  readersOfChannel,
  readersOfKnownThread,
  readersOfPrivateThread,
} from "./readers.ts";
import { readMember, viewOfGuild, viewOfMember } from "./views.ts";

/** However quiet it is, rights are looked at again after this. */
const PLACE_MS = 60_000;
/** Without the members intent nobody tells that a member lost a role, so that his rights are asked for each time. */
const ASKER_MS = 2_000;

/** Where and by whom something is asked, and who sees the answer. */
export interface Asking {
  readonly conversation: Conversation;
  readonly askerId: string;
  readonly seenBy: "place" | "asker";
  /** False where nothing shows that the asker is in that place, such as a digest that is sent to him. */
  readonly isThere?: boolean;
}

interface Options {
  readonly signal: AbortSignal;
}

type Settings = Pick<DiscordSettings, "team" | "members">;

/** What everybody may read who will see an answer. */
export type ClearanceOf = (asking: Asking, options: Options) => Promise<readonly Audience[]>;

/** Events after which rights may be others. */
const CHANGES = [
  Events.GuildRoleCreate,
  Events.GuildRoleUpdate,
  Events.GuildRoleDelete,
  Events.ChannelCreate,
  Events.ChannelUpdate,
  Events.ChannelDelete,
  Events.ThreadUpdate,
  Events.ThreadDelete,
  Events.ThreadMembersUpdate,
  Events.GuildMemberAdd,
  Events.GuildMemberRemove,
  Events.GuildMemberUpdate,
  Events.GuildUpdate,
  Events.GuildCreate,
  Events.GuildDelete,
  Events.GuildUnavailable,
] as const;

/** Clearances from what the client knows, computed anew after each change of rights and after 60 s. What is unclear gives less. */
export function createClearance(client: Client, settings: Settings): ClearanceOf {
  const cache = new Map<string, { readonly granted: readonly Audience[]; readonly until: number }>();
  let changes = 0;
  for (const event of CHANGES) {
    client.on(event, () => {
      changes++;
      cache.clear();
    });
  }
  return async (given, options) => {
    if (!client.isReady()) throw new Error("Discord has not yet told who may read what");
    const asking = { ...given, conversation: await withChannel(client, given.conversation) };
    const isPrivate = asking.seenBy === "asker" || asking.conversation.space === DIRECT;
    const { channel, thread = "" } = asking.conversation;
    const key = [channel, thread, isPrivate ? asking.askerId : "", asking.isThere === false].join(" ");
    const known = cache.get(key);
    if (known && known.until > Date.now()) return known.granted;
    const before = changes;
    const granted = isPrivate
      ? await forAsker(client, settings, asking, options)
      : await forPlace(client, settings, asking.conversation, options);
    const lifetime = isPrivate && !settings.members ? ASKER_MS : PLACE_MS;
    if (cache.size >= 1_000) cache.clear();
    // What changed meanwhile is not in it.
    if (before === changes) cache.set(key, { granted, until: Date.now() + lifetime });
    return granted;
  };
}

/** A private thread is a place of its own where its talk is kept, and named by its id alone: who reads it depends on its channel too. */
async function withChannel(client: Client, conversation: Conversation): Promise<Conversation> {
  const { space, channel, thread } = conversation;
  if (thread !== undefined || space === DIRECT) return conversation;
  const found = client.channels.cache.get(channel) ?? (await client.channels.fetch(channel).catch(() => null));
  const parentId = found?.isThread() === true ? found.parentId : null;
  return parentId === null ? conversation : { ...conversation, channel: parentId, thread: channel };
}

/** "team" is the guilds that the owner named; without such a list the only one. */
function isTeam(client: Client, { team }: Settings, guildId: string): boolean {
  return team ? team.includes(guildId) : client.guilds.cache.size === 1 && client.guilds.cache.has(guildId);
}

async function forPlace(
  client: Client,
  settings: Settings,
  { space, channel, thread }: Conversation,
  options: Options,
): Promise<readonly Audience[]> {
  const guild = client.guilds.cache.get(space);
  if (!guild?.available) return ["public"];
  const view = viewOfGuild(guild, { isTeam: isTeam(client, settings, space) });
  if (thread === undefined) return readersOfChannel(view, channel);
  const found = await client.channels.fetch(thread).catch(() => null);
  if (!found?.isThread() || found.parentId !== channel) return ["public"];
  if (found.type !== ChannelType.PrivateThread) return readersOfChannel(view, channel);
  const people = settings.members ? await everybodyIn(client, guild, thread, options) : undefined;
  return people
    ? readersOfKnownThread(view, { parentId: channel, id: thread, memberIds: people.inThread }, people.members)
    : readersOfPrivateThread(view, channel, thread);
}

/** All members of a guild, and who of them is in a thread; undefined where Discord does not tell. */
async function everybodyIn(client: Client, guild: Guild, threadId: string, { signal }: Options) {
  try {
    const all =
      guild.members.cache.size < guild.memberCount ? await guild.members.fetch({ time: 20_000 }) : guild.members.cache;
    const listed: unknown = await client.rest.get(Routes.threadMembers(threadId), { signal });
    if (!Array.isArray(listed)) return undefined;
    const ids = listed.map((member: { readonly user_id?: unknown } | null) => String(member?.user_id));
    return { members: all.map(viewOfMember), inThread: new Set(ids) };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** What the asker himself may read, in all guilds that he and Hearth are in, and where he asks. */
async function forAsker(
  client: Client,
  settings: Settings,
  asking: Asking,
  options: Options,
): Promise<readonly Audience[]> {
  const { space, channel, thread } = asking.conversation;
  const granted = new Set<Audience>(["public"]);
  if (space === DIRECT) granted.add(audienceOf(DIRECT, channel));
  for (const guild of client.guilds.cache.values()) {
    if (!guild.available) continue;
    const member = await memberOf(client, guild, asking.askerId, { ...options, isTold: settings.members });
    if (!member) continue;
    const view = viewOfGuild(guild, { isTeam: isTeam(client, settings, guild.id) });
    const readable = readableBy(view, member);
    for (const audience of readable) granted.add(audience);
    const isHere = guild.id === space && readable.includes(audienceOf(space, channel));
    if (!isHere || thread === undefined) continue;
    // Whoever asks in a thread reads it.
    if (asking.isThere === false && !(await isInThread(client, thread, asking.askerId, options))) continue;
    for (const audience of audiencesOfThread(space, channel, thread)) granted.add(audience);
  }
  return [...granted];
}

async function isInThread(client: Client, threadId: string, userId: string, { signal }: Options): Promise<boolean> {
  return client.rest.get(Routes.threadMembers(threadId, userId), { signal }).then(
    () => true,
    () => {
      signal.throwIfAborted();
      return false;
    },
  );
}

/** A member of a guild; undefined for who is none, and where Discord does not tell. `isTold`: events keep what is known up to date. */
async function memberOf(
  client: Client,
  guild: Guild,
  userId: string,
  { signal, isTold }: Options & { readonly isTold: boolean },
): Promise<MemberView | undefined> {
  const known = isTold ? guild.members.cache.get(userId) : undefined;
  if (known) return viewOfMember(known);
  try {
    return readMember(userId, await client.rest.get(Routes.guildMember(guild.id, userId), { signal }));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
