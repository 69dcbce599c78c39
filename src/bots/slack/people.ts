import type { Call } from "./call.ts";
import type { EventPlace } from "./follow-changes.ts";
import { createMemo } from "./memo.ts";
import { listOf, nextCursor, textsOf } from "./read.ts";
import type { ChannelView } from "./readers.ts";
import { viewOfChannel, viewOfUser } from "./views.ts";

/** However quiet it is, what is known of rights is asked for again after this. */
const KNOWN_MS = 50_000;
/** Lists are read so far; where there is more, nothing is known. */
const PAGES = 10;
/** Members of a channel that are looked up one by one; of more the whole workspace is listed. */
const FEW = 20;

interface Options {
  readonly signal: AbortSignal;
}

type User = NonNullable<ReturnType<typeof viewOfUser>>;

/** People and channels as Slack knew them at most a minute ago. All reject where Slack does not tell. */
export interface People {
  user(team: string, id: string, options: Options): Promise<User | undefined>;
  channel(team: string, id: string, options: Options): Promise<ChannelView | undefined>;
  /** Everybody in a channel; undefined where there are too many to know. */
  members(team: string, channel: string, options: Options): Promise<readonly User[] | undefined>;
  /** The channels that a person is in, as far as Hearth may know of them. */
  channelsOf(team: string, user: string, options: Options): Promise<readonly ChannelView[]>;
  /** Something has changed: all is asked for again. */
  forget(): void;
  /** Counts up with each change. */
  changes(): number;
}

/** What Slack was asked for, kept for less than a minute. */
export function createPeople(call: Call): People {
  const forMs = KNOWN_MS;
  const users = createMemo<User | undefined>({ forMs });
  const channels = createMemo<ChannelView | undefined>({ forMs });
  const members = createMemo<readonly string[] | undefined>({ forMs });
  const lists = createMemo<readonly ChannelView[]>({ forMs });
  const everybody = createMemo<ReadonlyMap<string, User> | undefined>({ forMs });
  let changes = 0;
  const user: People["user"] = (team, id, options) =>
    users.get(`${team} ${id}`, async () =>
      viewOfUser((await call.must(team, "users.info", { user: id }, options))["user"]),
    );
  const all = (team: string, options: Options) => everybody.get(team, () => listUsers(call, team, options));
  return {
    user,
    channel: (team, id, options) =>
      channels.get(`${team} ${id}`, async () =>
        viewOfChannel((await call.must(team, "conversations.info", { channel: id }, options))["channel"], team),
      ),
    async members(team, channel, options) {
      const ids = await members.get(`${team} ${channel}`, () => listMembers(call, { team, channel }, options));
      return ids && whoIs(ids, { team, user, all }, options);
    },
    channelsOf: (team, id, options) =>
      lists.get(`${team} ${id}`, () => listChannels(call, { team, user: id }, options)),
    forget() {
      changes++;
      for (const memo of [users, channels, members, lists, everybody]) memo.clear();
    },
    changes: () => changes,
  };
}

async function listUsers(call: Call, team: string, options: Options): Promise<ReadonlyMap<string, User> | undefined> {
  const list = await pages(call, { team, method: "users.list", args: { limit: 1_000, team_id: team } }, options);
  const users = list?.flatMap((page) => listOf(page, "members").flatMap((one) => viewOfUser(one) ?? []));
  return users && new Map(users.map((one) => [one.id, one]));
}

async function listMembers(
  call: Call,
  { team, channel }: EventPlace,
  options: Options,
): Promise<readonly string[] | undefined> {
  const asked = { team, method: "conversations.members", args: { channel, limit: 1_000 } };
  return (await pages(call, asked, options))?.flatMap((page) => textsOf(page, "members"));
}

/** The people of a list, none of them known for longer than anybody else; undefined where one of them is not known. */
async function whoIs(
  ids: readonly string[],
  {
    team,
    user,
    all,
  }: {
    readonly team: string;
    readonly user: People["user"];
    readonly all: (team: string, options: Options) => Promise<ReadonlyMap<string, User> | undefined>;
  },
  options: Options,
): Promise<readonly User[] | undefined> {
  const known = ids.length > FEW ? await all(team, options) : undefined;
  if (ids.length > FEW && !known) return undefined;
  const found = await Promise.all(ids.map(async (id) => known?.get(id) ?? user(team, id, options)));
  const there = found.flatMap((one) => one ?? []);
  return there.length === ids.length ? there : undefined;
}

async function listChannels(
  call: Call,
  { team, user }: { readonly team: string; readonly user: string },
  options: Options,
): Promise<readonly ChannelView[]> {
  const args = { user, types: "public_channel,private_channel", limit: 200, team_id: team };
  const list = (await pages(call, { team, method: "users.conversations", args }, options)) ?? [];
  return list.flatMap((page) => listOf(page, "channels").flatMap((one) => viewOfChannel(one, team) ?? []));
}

/** All pages of a list; undefined where there are too many. */
async function pages(
  call: Call,
  {
    team,
    method,
    args,
  }: { readonly team: string; readonly method: string; readonly args: Readonly<Record<string, unknown>> },
  options: Options,
): Promise<readonly unknown[] | undefined> {
  const found: unknown[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await call.must(team, method, { ...args, ...(cursor !== undefined && { cursor }) }, options);
    found.push(page);
    cursor = nextCursor(page);
    if (cursor === undefined) return found;
    if (found.length >= PAGES) return undefined;
  }
}
