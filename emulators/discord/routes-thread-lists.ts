import { maybe, shape, text, wholeText } from "./checks.ts";
import { channelOf, guildOf, need } from "./access.ts";
import { activeThreads } from "./events.ts";
import { ChannelType, type Channel } from "./model.ts";
import { type State } from "./state.ts";
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

/** A parent's archived threads, the last archived first. */
function archived(
  state: State,
  parent: Channel,
  { kind, limit }: { kind: (one: Channel) => boolean; limit: number },
): Reply {
  need(state, parent, "READ_MESSAGE_HISTORY");
  const threads = [...(state.guilds.get(parent.guild ?? "")?.threads ?? [])]
    .flatMap((id) => state.channels.get(id) ?? [])
    .filter((one) => one.parent === parent.id && one.thread?.archived === true && kind(one))
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

const page = shape({ before: maybe(text()), limit: maybe(wholeText(2, 100)) });
const isPrivate = (one: Channel): boolean => one.type === ChannelType.privateThread;

const archivedPublic = route("GET /channels/{channel}/threads/archived/public", {
  query: page,
  answer: ({ state, param, query }) =>
    archived(state, channelOf(state, param("channel")), { kind: (one) => !isPrivate(one), limit: query.limit ?? 50 }),
});

const archivedPrivate = route("GET /channels/{channel}/threads/archived/private", {
  query: page,
  answer({ state, param, query }) {
    const parent = channelOf(state, param("channel"));
    need(state, parent, "MANAGE_THREADS");
    return archived(state, parent, { kind: isPrivate, limit: query.limit ?? 50 });
  },
});

const archivedJoined = route("GET /channels/{channel}/users/@me/threads/archived/private", {
  query: page,
  answer: ({ state, param, query }) =>
    archived(state, channelOf(state, param("channel")), {
      kind: (one) => isPrivate(one) && one.thread?.members.has(state.bot.id) === true,
      limit: query.limit ?? 50,
    }),
});

/** Which threads there are. */
export const threadListRoutes: readonly Route[] = [active, archivedPublic, archivedPrivate, archivedJoined];
