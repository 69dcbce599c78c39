import { bool, list, maybe, oneOf, shape, snowflake, text, whole, wholeText } from "./checks.ts";
import { channelOf, need } from "./access.ts";
import { tellThreadMembers } from "./events.ts";
import { postBody } from "./message-shapes.ts";
import { mayReadContent, messageObject } from "./message-wire.ts";
import { compose, mayCarry, publish } from "./messages.ts";
import { ChannelType, type Channel } from "./model.ts";
import { openThread } from "./places.ts";
import { messageIn, missingAccess, refuse, unknownMember } from "./state.ts";
import { route, StrictError, type Reply, type Route } from "./route.ts";
import { threadFor, threadMember, type Json } from "./wire.ts";

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

/** Threads, how they begin and who is in them. */
export const threadRoutes: readonly Route[] = [fromMessage, standAlone, join, members, member];
