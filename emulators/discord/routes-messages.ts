import { list, maybe, shape, snowflake, where, wholeText } from "./checks.ts";
import { channelOf, need, needToSend, textOf } from "./access.ts";
import { editBody, messageBody } from "./message-shapes.ts";
import { mayReadContent, messageObject } from "./message-wire.ts";
import { change, compose, erase, mayCarry, publish } from "./messages.ts";
import { MessageFlag, WRITTEN, type Channel, type Message } from "./model.ts";
import { tellMessage } from "./events.ts";
import { isThread, may, messageIn, missingPermissions, refuse, type State } from "./state.ts";
import { route, StrictError, type Reply, type Route } from "./route.ts";
import { madeAt } from "./snowflake.ts";
import type { Read } from "./checks.ts";

const shown = (state: State, message: Message): Reply => ({
  status: 200,
  body: messageObject(state, message, mayReadContent(state)),
  message: message.id,
});

/** The first message with the same nonce in the same channel, while Discord remembers it. */
function repeated(state: State, channel: Channel, nonce: string | number): Message | undefined {
  for (const [key, { at }] of state.nonces) {
    if (Date.now() - at <= state.limits.nonceMs) break;
    state.nonces.delete(key);
  }
  const first = state.nonces.get(`${channel.id} ${nonce}`);
  return first === undefined ? undefined : channel.timeline.get(first.message);
}

function target(state: State, channel: Channel, body: Read<typeof messageBody>): Message["replyTo"] {
  const { message_id: message, channel_id: place, fail_if_not_exists: mustExist = true } = body.message_reference ?? {};
  if (message === undefined) return undefined;
  if (place !== undefined && place !== channel.id) throw refuse(400, 50_035, "MESSAGE_REFERENCE_UNKNOWN_MESSAGE");
  if (!may(state, { user: state.bot.id, channel }, "READ_MESSAGE_HISTORY"))
    throw refuse(403, 160_002, "Cannot reply without permission to read message history");
  const found = channel.timeline.get(message);
  if (found === undefined && mustExist) throw refuse(400, 50_035, "MESSAGE_REFERENCE_UNKNOWN_MESSAGE");
  if (found !== undefined && !WRITTEN.has(found.type))
    throw refuse(400, 50_035, "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE");
  return found === undefined ? undefined : { channel: channel.id, message };
}

const create = route("POST /channels/{channel}/messages", {
  body: messageBody,
  files: true,
  answer({ state, param, body, files }) {
    const channel = textOf(state, param("channel"));
    needToSend(state, channel);
    mayCarry(state, channel, { draft: body, files });
    const { nonce } = body;
    const first = body.enforce_nonce === true && nonce !== undefined ? repeated(state, channel, nonce) : undefined;
    if (first !== undefined) return shown(state, first);
    const replyTo = target(state, channel, body);
    const message = compose(state, channel, { author: state.bot.id, draft: body, files, nonce, replyTo });
    if (nonce !== undefined)
      state.nonces.set(`${channel.id} ${nonce}`, { message: message.id, channel: channel.id, at: Date.now() });
    publish(state, channel, message);
    return shown(state, message);
  },
});

const edit = route("PATCH /channels/{channel}/messages/{message}", {
  body: editBody,
  files: true,
  answer({ state, param, body, files }) {
    const channel = textOf(state, param("channel"));
    const message = messageIn(channel, param("message"));
    if (message.author !== state.bot.id) throw refuse(403, 50_005, "Cannot edit a message authored by another user");
    if (channel.thread?.archived === true) throw refuse(400, 50_083, "Thread is archived");
    mayCarry(state, channel, { draft: body, files });
    change(state, message, { draft: body, files });
    tellMessage(state, "MESSAGE_UPDATE", message);
    state.changed();
    return shown(state, message);
  },
});

const remove = route("DELETE /channels/{channel}/messages/{message}", {
  answer({ state, param }) {
    const channel = textOf(state, param("channel"));
    const message = messageIn(channel, param("message"));
    if (message.author !== state.bot.id) need(state, channel, "MANAGE_MESSAGES");
    erase(state, channel, [message.id]);
    return { status: 204 };
  },
});

const TWO_WEEKS = 14 * 24 * 3600 * 1000;

const removeManyBody = shape({ messages: list(snowflake, { min: 2, max: 100 }) });

const removeMany = route("POST /channels/{channel}/messages/bulk-delete", {
  body: removeManyBody,
  answer({ state, param, body }) {
    const channel = textOf(state, param("channel"));
    need(state, channel, "MANAGE_MESSAGES");
    if (channel.guild === undefined) throw refuse(403, 50_003, "Cannot execute action on a DM channel");
    if (body.messages.some((id) => madeAt(id) < Date.now() - TWO_WEEKS))
      throw refuse(400, 50_034, "A message provided was too old to bulk delete");
    erase(state, channel, body.messages);
    return { status: 204 };
  },
});

const window = where(
  shape({
    limit: maybe(wholeText(1, 100)),
    before: maybe(snowflakeText()),
    after: maybe(snowflakeText()),
    around: maybe(snowflakeText()),
  }),
  ({ before, after, around }) =>
    [before, after, around].filter((id) => id !== undefined).length > 1
      ? "Only one of before, after, around."
      : undefined,
);

/** An id that may be made up from a time, and so be short. */
function snowflakeText(): (
  value: unknown,
  at: string,
  problems: { at: string; code: string; message: string }[],
) => string {
  return (value, at, problems) => {
    if (typeof value === "string" && /^\d{1,20}$/.test(value)) return value;
    problems.push({ at, code: "NUMBER_TYPE_COERCE", message: "Value is not snowflake." });
    return "0";
  };
}

const history = route("GET /channels/{channel}/messages", {
  query: window,
  answer({ state, param, query }) {
    const channel = textOf(state, param("channel"));
    if (!may(state, { user: state.bot.id, channel }, "READ_MESSAGE_HISTORY")) return { status: 200, body: [] };
    const content = mayReadContent(state);
    const page = channel.timeline.page({ ...query, limit: query.limit ?? 50 });
    return { status: 200, body: page.map((message) => messageObject(state, message, content)) };
  },
});

const one = route("GET /channels/{channel}/messages/{message}", {
  answer({ state, param }) {
    const channel = textOf(state, param("channel"));
    need(state, channel, "READ_MESSAGE_HISTORY");
    const found = messageIn(channel, param("message"));
    return { status: 200, body: messageObject(state, found, mayReadContent(state)) };
  },
});

const typing = route("POST /channels/{channel}/typing", {
  answer({ state, param }) {
    needToSend(state, textOf(state, param("channel")));
    return { status: 204 };
  },
});

const react = route("PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me", {
  answer({ state, param }) {
    const channel = channelOf(state, param("channel"));
    need(state, channel, "READ_MESSAGE_HISTORY");
    need(state, channel, "ADD_REACTIONS");
    const message = messageIn(channel, param("message"));
    if ((message.flags & MessageFlag.EPHEMERAL) !== 0 || (isThread(channel) && channel.thread?.archived === true))
      throw missingPermissions();
    const emoji = param("emoji");
    if (emoji === "") throw new StrictError("An emoji is needed");
    message.reactions.set(emoji, new Set([...(message.reactions.get(emoji) ?? []), state.bot.id]));
    return { status: 204 };
  },
});

/** What can be done with messages. */
export const messageRoutes: readonly Route[] = [create, edit, remove, removeMany, history, one, typing, react];
