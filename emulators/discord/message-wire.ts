import type { Attachment, Message } from "./model.ts";
import { ChannelType } from "./model.ts";
import { known, type State } from "./state.ts";
import { memberObject, threadFor, timestamp, userObject, type Json } from "./wire.ts";

const MESSAGE_CONTENT = (1 << 18) | (1 << 19);

/** Whether REST answers carry the content of other people's messages. */
export const mayReadContent = (state: State): boolean => (state.application.flags & MESSAGE_CONTENT) !== 0;

/** Whether the bot reads a message's content even without the intent: its own, a DM, or one that mentions it. */
export function isReadableAnyway(state: State, message: Message): boolean {
  return (
    message.author === state.bot.id ||
    state.channels.get(message.channel)?.type === ChannelType.dm ||
    message.pings.users.includes(state.bot.id)
  );
}

function attachmentObject(state: State, message: Message, file: Attachment): Json {
  const url = `${state.cdn}/attachments/${message.channel}/${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    filename: file.name,
    size: file.bytes.length,
    url,
    proxy_url: url,
    ...(file.type === undefined ? {} : { content_type: file.type }),
    ...(file.description === undefined ? {} : { description: file.description }),
  };
}

/** Who wrote through a webhook; the application stands there for interactions, whose webhook is the application itself. */
const webhookPart = (state: State, webhook: string): Json =>
  webhook === state.application.id ? { webhook_id: webhook, application_id: webhook } : { webhook_id: webhook };

function core(state: State, message: Message, content: boolean): Json {
  const shown = content || isReadableAnyway(state, message);
  return {
    id: message.id,
    channel_id: message.channel,
    type: message.type,
    author: userObject(known(state.users, message.author, "user")),
    content: shown ? message.content : "",
    embeds: shown ? message.embeds : [],
    attachments: shown ? message.attachments.map((file) => attachmentObject(state, message, file)) : [],
    components: shown ? message.components : [],
    timestamp: timestamp(message.sentAt),
    edited_timestamp: message.editedAt === undefined ? null : timestamp(message.editedAt),
    flags: message.flags,
    tts: false,
    pinned: false,
    mention_everyone: message.pings.everyone,
    mention_roles: message.pings.roles,
    mentions: message.pings.users.map((id) => userObject(known(state.users, id, "user"))),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.webhook === undefined ? {} : webhookPart(state, message.webhook)),
  };
}

/** A message as the API gives it; `content` says whether the reader may see what other people write. */
export function messageObject(state: State, message: Message, content: boolean): Json {
  const channel = state.channels.get(message.channel);
  const thread = message.thread === undefined ? undefined : state.channels.get(message.thread);
  return {
    ...core(state, message, content),
    ...reference(state, message, content),
    ...(thread === undefined ? {} : { thread: threadFor(state, thread, state.bot.id) }),
    ...(message.interaction === undefined ? {} : { interaction_metadata: interactionObject(state, message) }),
    ...(channel?.thread === undefined ? {} : { position: channel.thread.sent }),
    ...reactionsPart(state, message),
  };
}

/** Left out where nobody reacted, as Discord does. */
function reactionsPart(state: State, { reactions }: Message): Json {
  if (reactions.size === 0) return {};
  const all = [...reactions].map(([name, users]) => {
    const me = users.has(state.bot.id);
    const emoji = { id: null, name };
    return {
      count: users.size,
      count_details: { burst: 0, normal: users.size },
      me,
      me_burst: false,
      burst_colors: [],
      emoji,
    };
  });
  return { reactions: all };
}

function reference(state: State, message: Message, content: boolean): Json {
  const { replyTo } = message;
  if (replyTo === undefined) return {};
  const place = state.channels.get(replyTo.channel);
  const target = place?.timeline.get(replyTo.message);
  return {
    message_reference: {
      type: 0,
      message_id: replyTo.message,
      channel_id: replyTo.channel,
      ...(place?.guild === undefined ? {} : { guild_id: place.guild }),
    },
    referenced_message: target === undefined ? null : core(state, target, content),
  };
}

function interactionObject(state: State, message: Message): Json {
  const mark = message.interaction;
  if (mark === undefined) return {};
  return {
    id: mark.id,
    type: mark.type,
    user: userObject(known(state.users, mark.user, "user")),
    authorizing_integration_owners: { "0": state.channels.get(message.channel)?.guild ?? "0" },
    ...(mark.name === undefined ? {} : { name: mark.name }),
  };
}

/** The same for the gateway: with the guild and the author's membership. */
export function gatewayMessage(state: State, message: Message, content: boolean): Json {
  const guild = state.guilds.get(state.channels.get(message.channel)?.guild ?? "");
  const member = message.webhook === undefined ? guild?.members.get(message.author) : undefined;
  return {
    ...messageObject(state, message, content),
    channel_type: state.channels.get(message.channel)?.type,
    ...(guild === undefined ? {} : { guild_id: guild.id }),
    ...(member === undefined ? {} : { member: memberObject(member) }),
    mentions: message.pings.users.map((id) => {
      const mentioned = guild?.members.get(id);
      const user = userObject(known(state.users, id, "user"));
      return mentioned === undefined ? user : { ...user, member: memberObject(mentioned) };
    }),
  };
}
