import { flag, ts } from "./checks.ts";
import { tellDeleted } from "./events.ts";
import { change, post } from "./messages.ts";
import { demand, method, type Answer, type Method } from "./method.ts";
import type { Channel, Install, Json, Metadata } from "./model.ts";
import { channelId, contents, customized, messageMetadata, refusedLater, threadTs, userId } from "./shapes.ts";
import { channelFor, joinedChannel, messageIn, SlackError, type State } from "./state.ts";
import { messageObject } from "./message-wire.ts";
import { threadOf } from "./threads.ts";

/** What a post or an edit says. */
interface Contents {
  readonly text?: string | undefined;
  readonly markdown_text?: string | undefined;
  readonly blocks?: readonly Json[] | undefined;
  readonly attachments?: readonly Json[] | undefined;
  readonly link_names?: boolean | undefined;
  readonly parse?: "full" | "none" | undefined;
  readonly as_user?: unknown;
  readonly username?: string | undefined;
  readonly icon_emoji?: string | undefined;
  readonly icon_url?: string | undefined;
}

const TRUNCATED = 40_000;
const UPDATED = 4000;

/** Refuses what excludes each other, what is empty, and what needs more rights. */
function checkContents(install: Install, args: Contents): void {
  if (args.as_user !== undefined) throw new SlackError("as_user_not_supported", { strict: "as_user is for old apps" });
  if ((args.username ?? args.icon_emoji ?? args.icon_url) !== undefined) demand(install, "chat:write.customize");
  if (args.markdown_text !== undefined && (args.text !== undefined || args.blocks !== undefined))
    throw new SlackError("markdown_text_conflict", { strict: "markdown_text excludes text and blocks" });
  const isEmpty =
    (args.text ?? "") === "" &&
    args.markdown_text === undefined &&
    (args.blocks ?? []).length === 0 &&
    (args.attachments ?? []).length === 0;
  if (isEmpty) throw new SlackError("no_text", { strict: "neither text nor blocks" });
}

const saying = (
  args: Contents,
): {
  text?: string | undefined;
  markdown?: string | undefined;
  blocks?: readonly Json[] | undefined;
  attachments?: readonly Json[] | undefined;
  linksNames: boolean;
} => ({
  text: args.text,
  markdown: args.markdown_text,
  blocks: args.blocks,
  attachments: args.attachments,
  linksNames: args.link_names === true || args.parse === "full",
});

/** The app as the author of a message. */
export const authorOf = (state: State, install: Install, team: string) => ({
  user: install.botUser,
  team,
  bot: { botId: install.botId, appId: state.app.id },
});

/** A channel that can be written to; a person's id stands for the DM with them. */
export function writable(state: State, install: Install, id: string): Channel {
  const channel = joinedChannel(state, install, id);
  if (channel.archived) throw new SlackError("is_archived");
  return channel;
}

const postMessage = method("chat.postMessage", {
  tier: "special",
  scopes: ["chat:write"],
  required: { channel: channelId },
  optional: {
    ...contents,
    ...customized,
    ...refusedLater,
    metadata: messageMetadata,
    mrkdwn: flag,
    reply_broadcast: flag,
    thread_ts: threadTs,
    unfurl_links: flag,
    unfurl_media: flag,
  },
  answer({ state, install, team, args }): Answer {
    checkContents(install, args);
    const channel = writable(state, install, args.channel);
    const thread = threadOf(state, channel, args.thread_ts);
    const isTooLong = (args.text ?? "").length > TRUNCATED;
    if (isTooLong) state.transcript.violate("chat.postMessage", `text of more than ${TRUNCATED} characters is cut off`);
    if (args.reply_broadcast === true && args.thread_ts === undefined)
      state.transcript.violate("chat.postMessage", "reply_broadcast without thread_ts");
    const message = post(state, {
      channel,
      ...authorOf(state, install, team),
      ...saying(args),
      text: args.text?.slice(0, TRUNCATED),
      metadata: args.metadata,
      threadTs: thread,
      broadcast: args.reply_broadcast === true && thread !== undefined,
    });
    const warning = isTooLong
      ? { warning: "message_truncated", response_metadata: { warnings: ["message_truncated"] } }
      : {};
    return {
      body: {
        channel: channel.id,
        ts: message.ts,
        message: messageObject(state, message, channel, { metadata: true }),
        ...warning,
      },
      about: { ts: message.ts, channel: channel.id },
    };
  },
});

const update = method("chat.update", {
  tier: "tier3",
  scopes: ["chat:write"],
  required: { channel: channelId, ts: ts("message_not_found") },
  optional: { ...contents, ...refusedLater, metadata: messageMetadata, reply_broadcast: flag },
  answer({ state, install, args }): Answer {
    const channel = channelFor(state, install, args.channel);
    const message = messageIn(channel, args.ts);
    checkContents(install, args);
    if (message.user !== install.botUser) throw new SlackError("cant_update_message");
    if (message.stream?.state === "in_progress") throw new SlackError("streaming_state_conflict");
    if ((args.text ?? "").length > UPDATED)
      throw new SlackError("msg_too_long", { strict: `text of more than ${UPDATED} characters in an edit` });
    checkRich(message.blocks, args.blocks);
    change(state, { channel, message }, { ...saying(args), metadata: metadataOf(args.metadata) });
    return {
      body: {
        channel: channel.id,
        ts: message.ts,
        text: message.text,
        message: messageObject(state, message, channel, { metadata: true }),
      },
      about: { ts: message.ts, channel: channel.id },
    };
  },
});

/** An edit with an empty payload takes metadata away. */
const metadataOf = (given: Metadata | undefined): Metadata | undefined => given;

function checkRich(before: readonly Json[], after: readonly Json[] | undefined): void {
  const isRich = before.some(({ type }) => type === "rich_text");
  if (isRich && after !== undefined && !after.some(({ type }) => type === "rich_text"))
    throw new SlackError("block_mismatch");
}

const remove = method("chat.delete", {
  tier: "tier3",
  scopes: ["chat:write"],
  required: { channel: channelId, ts: ts("message_not_found") },
  optional: refusedLater,
  answer({ state, install, args }): Answer {
    const channel = channelFor(state, install, args.channel);
    const message = messageIn(channel, args.ts);
    if (message.user !== install.botUser) throw new SlackError("cant_delete_message");
    channel.timeline.delete(args.ts);
    tellDeleted(state, channel, message);
    return { body: { channel: channel.id, ts: args.ts }, about: { ts: args.ts, channel: channel.id } };
  },
});

const postEphemeral = method("chat.postEphemeral", {
  tier: "tier4",
  scopes: ["chat:write"],
  required: { channel: channelId, user: userId },
  optional: { ...contents, ...customized, ...refusedLater, thread_ts: threadTs },
  answer({ state, install, args }): Json {
    checkContents(install, args);
    if ((args.text ?? "").length > TRUNCATED)
      throw new SlackError("msg_too_long", { strict: `text of more than ${TRUNCATED} characters` });
    const channel = writable(state, install, args.channel);
    if (!channel.members.has(args.user)) throw new SlackError("user_not_in_channel");
    const thread = threadOf(state, channel, args.thread_ts);
    const { text = "", markdown, blocks = [] } = saying(args);
    const at = state.clock.ts();
    channel.ephemerals.push({
      ts: at,
      user: args.user,
      threadTs: thread,
      text: markdown ?? text,
      markdown,
      blocks,
    });
    state.changed();
    return { message_ts: at };
  },
});

const getPermalink = method("chat.getPermalink", {
  tier: "special",
  required: { channel: channelId, message_ts: ts("message_not_found") },
  answer({ state, install, args }): Json {
    const channel = channelFor(state, install, args.channel);
    const message = messageIn(channel, args.message_ts);
    const thread = message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
    return {
      channel: channel.id,
      permalink: `${state.url}/archives/${channel.id}/p${args.message_ts.replace(".", "")}${thread}`,
    };
  },
});

/** Posting, editing and deleting. */
export const chatMethods: readonly Method[] = [postMessage, update, remove, postEphemeral, getPermalink];
