import { maybe, shape, text, where, wholeText, type Read } from "./checks.ts";
import { channelOf, guildOf, need } from "./access.ts";
import { activeThreads } from "./events.ts";
import { ChannelType, type Channel } from "./model.ts";
import { refuse, type State } from "./state.ts";
import { route, type Reply, type Route } from "./route.ts";
import { threadFor, threadMember } from "./wire.ts";

const active = route("GET /guilds/{guild}/threads/active", {
  answer({ state, param }) {
    const threads = activeThreads(state, guildOf(state, param("guild")).id);
    const members = threads.filter((one) => one.thread?.members.has(state.bot.id) === true);
    return {
      status: 200,
      body: {
        threads: threads.map((one) => threadFor(state, one, state.bot.id)),
        members: members.map((one) => threadMember(one, state.bot.id)),
      },
    };
  },
});

const instant = where(text(), (value) =>
  Number.isNaN(Date.parse(value)) ? "Value is not an ISO 8601 timestamp." : undefined,
);
const listed = shape({ before: maybe(instant), limit: maybe(wholeText(2, 100)) });

/** A parent's archived threads, the last archived first, of those that were before an instant. */
function archived(
  state: State,
  parent: Channel,
  { kind, before, limit = 50 }: { kind: (one: Channel) => boolean } & Read<typeof listed>,
): Reply {
  if (parent.type !== ChannelType.text && parent.type !== ChannelType.announcement && parent.type !== ChannelType.forum)
    throw refuse(400, 50_024, "Cannot execute action on this channel type");
  need(state, parent, "READ_MESSAGE_HISTORY");
  const threads = [...(state.guilds.get(parent.guild ?? "")?.threads ?? [])]
    .flatMap((id) => state.channels.get(id) ?? [])
    .filter((one) => one.parent === parent.id && one.thread?.archived === true && kind(one))
    .filter((one) => before === undefined || (one.thread?.archiveChangedAt ?? 0) < Date.parse(before))
    .sort((a, b) => (b.thread?.archiveChangedAt ?? 0) - (a.thread?.archiveChangedAt ?? 0));
  const page = threads.slice(0, limit);
  const own = page.filter((one) => one.thread?.members.has(state.bot.id) === true);
  return {
    status: 200,
    body: {
      threads: page.map((one) => threadFor(state, one, state.bot.id)),
      members: own.map((one) => threadMember(one, state.bot.id)),
      has_more: threads.length > limit,
    },
  };
}

const isPrivate = (one: Channel): boolean => one.type === ChannelType.privateThread;

const archivedPublic = route("GET /channels/{channel}/threads/archived/public", {
  query: listed,
  answer: ({ state, param, query }) =>
    archived(state, channelOf(state, param("channel")), { kind: (one) => !isPrivate(one), ...query }),
});

const archivedPrivate = route("GET /channels/{channel}/threads/archived/private", {
  query: listed,
  answer({ state, param, query }) {
    const parent = channelOf(state, param("channel"));
    need(state, parent, "MANAGE_THREADS");
    return archived(state, parent, { kind: isPrivate, ...query });
  },
});

const archivedJoined = route("GET /channels/{channel}/users/@me/threads/archived/private", {
  query: listed,
  answer: ({ state, param, query }) =>
    archived(state, channelOf(state, param("channel")), {
      kind: (one) => isPrivate(one) && one.thread?.members.has(state.bot.id) === true,
      ...query,
    }),
});

/** Which threads there are. */
export const threadListRoutes: readonly Route[] = [active, archivedPublic, archivedPrivate, archivedJoined];
