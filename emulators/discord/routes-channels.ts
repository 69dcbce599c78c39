import { bool, list, maybe, oneOf, shape, snowflake, text, whole, wholeText } from "./checks.ts";
import { channelOf, guildOf, need, needToSend } from "./access.ts";
import { activeThreads, tellChannel, tellThread, tellThreadMembers } from "./events.ts";
import { postBody } from "./message-shapes.ts";
import { mayReadContent, messageObject } from "./message-wire.ts";
import { compose, mayCarry, publish } from "./messages.ts";
import { ChannelType, type Channel } from "./model.ts";
import { directChannel, openThread } from "./places.ts";
import {
  isThread,
  may,
  messageIn,
  missingAccess,
  missingPermissions,
  refuse,
  unknownMember,
  unknownUser,
  type State,
} from "./state.ts";
import { route, StrictError, type Reply, type Route } from "./route.ts";
import { channelObject, threadFor, threadMember, type Json } from "./wire.ts";

const name = text({ min: 1, max: 100 });
const archive = oneOf(60, 1440, 4320, 10_080);
const isThreaded = (channel: Channel): boolean =>
  channel.type === ChannelType.text || channel.type === ChannelType.announcement;

const fromMessageBody = shape({
  name,
  // The real client says it also here, where only the parent decides.
  type: maybe(oneOf(10, 11)),
  invitable: maybe(bool),
  auto_archive_duration: maybe(archive),
  rate_limit_per_user: maybe(whole(0, 21_600)),
});

const fromMessage = route("POST /channels/{channel}/messages/{message}/threads", {
  body: fromMessageBody,
  answer({ state, param, body }) {
    const parent = channelOf(state, param("channel"));
    if (!isThreaded(parent)) throw refuse(400, 50_024, "Cannot execute action on this channel type");
    need(state, parent, "CREATE_PUBLIC_THREADS");
    need(state, parent, "READ_MESSAGE_HISTORY");
    const from = messageIn(parent, param("message"));
    if (from.thread !== undefined) throw refuse(400, 160_004, "A thread has already been created for this message");
    const thread = openThread(state, {
      parent,
      owner: state.bot.id,
      name: body.name,
      from,
      autoArchive: body.auto_archive_duration,
    });
    return { status: 201, body: threadFor(state, thread, state.bot.id) };
  },
});

const standAloneBody = shape({
  name,
  type: maybe(oneOf(10, 11, 12)),
  auto_archive_duration: maybe(archive),
  invitable: maybe(bool),
  rate_limit_per_user: maybe(whole(0, 21_600)),
  message: maybe(postBody),
  applied_tags: maybe(list(snowflake, { max: 5 })),
});

const standAlone = route("POST /channels/{channel}/threads", {
  body: standAloneBody,
  files: true,
  answer({ state, param, body, files }): Reply {
    const parent = channelOf(state, param("channel"));
    const common = { parent, owner: state.bot.id, name: body.name, autoArchive: body.auto_archive_duration };
    if (parent.type === ChannelType.forum) {
      need(state, parent, "SEND_MESSAGES");
      if (body.message === undefined) throw new StrictError("message: A forum post needs its first message.");
      mayCarry(state, parent, { draft: body.message, files });
      const thread = openThread(state, { ...common, appliedTags: body.applied_tags ?? [] });
      const first = compose(state, thread, { author: state.bot.id, draft: body.message, files, id: thread.id });
      publish(state, thread, first);
      const shown: Json = {
        ...threadFor(state, thread, state.bot.id),
        message: messageObject(state, first, mayReadContent(state)),
      };
      return { status: 201, body: shown, message: first.id };
    }
    if (!isThreaded(parent) || body.message !== undefined)
      throw refuse(400, 50_024, "Cannot execute action on this channel type");
    const isPrivate = (body.type ?? ChannelType.privateThread) === ChannelType.privateThread;
    need(state, parent, isPrivate ? "CREATE_PRIVATE_THREADS" : "CREATE_PUBLIC_THREADS");
    const thread = openThread(state, { ...common, isPrivate });
    return { status: 201, body: threadFor(state, thread, state.bot.id) };
  },
});

const get = route("GET /channels/{channel}", {
  answer({ state, param }) {
    const channel = channelOf(state, param("channel"));
    return {
      status: 200,
      body: isThread(channel) ? threadFor(state, channel, state.bot.id) : channelObject(state, channel),
    };
  },
});

const modifyBody = shape({
  name: maybe(name),
  archived: maybe(bool),
  locked: maybe(bool),
  auto_archive_duration: maybe(archive),
  rate_limit_per_user: maybe(whole(0, 21_600)),
  topic: maybe(text({ max: 1024 })),
});

const modify = route("PATCH /channels/{channel}", {
  body: modifyBody,
  answer({ state, param, body }) {
    const channel = channelOf(state, param("channel"));
    const { thread } = channel;
    if (thread === undefined) need(state, channel, "MANAGE_CHANNELS");
    else if (thread.owner !== state.bot.id || body.locked !== undefined)
      needManager(state, channel, body.archived === false);
    channel.name = body.name ?? channel.name;
    channel.topic = body.topic ?? channel.topic;
    if (thread !== undefined) {
      if (body.archived !== undefined && body.archived !== thread.archived) thread.archiveChangedAt = Date.now();
      thread.archived = body.archived ?? thread.archived;
      thread.locked = body.locked ?? thread.locked;
      thread.autoArchive = body.auto_archive_duration ?? thread.autoArchive;
      tellThread(state, "UPDATE", channel);
    } else tellChannel(state, "UPDATE", channel);
    state.changed();
    return { status: 200, body: channelObject(state, channel) };
  },
});

/** Who manages threads may do all; who may write may take an unlocked one out of the archive. */
function needManager(state: State, channel: Channel, isUnarchiving: boolean): void {
  if (may(state, { user: state.bot.id, channel }, "MANAGE_THREADS")) return;
  if (!isUnarchiving || channel.thread?.locked === true) throw missingPermissions();
  needToSend(state, channel);
}

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

const join = route("PUT /channels/{channel}/thread-members/@me", {
  answer({ state, param }) {
    const channel = channelOf(state, param("channel"));
    const { thread } = channel;
    if (thread === undefined) throw refuse(400, 50_024, "Cannot execute action on this channel type");
    if (thread.archived) throw refuse(400, 50_083, "Thread is archived");
    if (!thread.members.has(state.bot.id)) {
      thread.members.set(state.bot.id, Date.now());
      tellThreadMembers(state, channel, { added: [state.bot.id] });
    }
    return { status: 204 };
  },
});

const membersQuery = shape({ with_member: maybe(text()), after: maybe(snowflake), limit: maybe(wholeText(1, 100)) });

const members = route("GET /channels/{channel}/thread-members", {
  query: membersQuery,
  answer({ state, param }) {
    const channel = channelOf(state, param("channel"));
    const MEMBERS = (1 << 14) | (1 << 15);
    if ((state.application.flags & MEMBERS) === 0) throw missingAccess();
    return {
      status: 200,
      body: [...(channel.thread?.members.keys() ?? [])].map((user) => threadMember(channel, user)),
    };
  },
});

const memberQuery = shape({ with_member: maybe(text()) });

const member = route("GET /channels/{channel}/thread-members/{user}", {
  query: memberQuery,
  answer({ state, param }) {
    const channel = channelOf(state, param("channel"));
    if (channel.thread?.members.has(param("user")) !== true) throw unknownMember();
    return { status: 200, body: threadMember(channel, param("user")) };
  },
});

const dmBody = shape({ recipient_id: snowflake });

const dm = route("POST /users/@me/channels", {
  body: dmBody,
  answer({ state, body }) {
    const user = state.users.get(body.recipient_id);
    if (user === undefined) throw unknownUser();
    if (user.isBot) throw refuse(400, 50_007, "Cannot send messages to this user");
    return { status: 200, body: channelObject(state, directChannel(state, user.id)) };
  },
});

/** Channels, threads and DMs. */
export const channelRoutes: readonly Route[] = [
  fromMessage,
  standAlone,
  get,
  modify,
  active,
  archivedPublic,
  archivedPrivate,
  archivedJoined,
  join,
  members,
  member,
  dm,
];
