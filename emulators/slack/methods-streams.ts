import { blocksOf } from "./blocks.ts";
import { isObject, json, list, oneOf, text, ts, type Check, type Problem } from "./checks.ts";
import { tellChanged } from "./events.ts";
import { post } from "./messages.ts";
import { method, type Answer, type Call, type Method } from "./method.ts";
import { authorOf, writable } from "./methods-chat.ts";
import type { Channel, Json, Message, Stream } from "./model.ts";
import { pingsOf } from "./pings.ts";
import { channelId, customized, markdownText, messageBlocks, messageMetadata, threadTs } from "./shapes.ts";
import { messageIn, SlackError, type State } from "./state.ts";
import { checkRoot } from "./threads.ts";
import { now } from "./transcript.ts";
import { messageObject } from "./message-wire.ts";

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  markdown_text: ["text"],
  task_update: ["id", "title", "status", "details", "output", "sources"],
  plan_update: ["title"],
  blocks: ["blocks"],
};

const chunk: Check<Json> = (value, at, problems) => {
  if (!isObject(value)) {
    problems.push({ at, message: "must be an object" });
    return {};
  }
  const fields =
    typeof value.type === "string" && Object.hasOwn(fieldsOf, value.type) ? fieldsOf[value.type] : undefined;
  if (fields === undefined) problems.push({ at: `${at}/type`, message: "is no known type of chunk" });
  for (const key of Object.keys(value))
    if (key !== "type" && fields?.includes(key) === false)
      problems.push({ at: `${at}/${key}`, message: "is not a known field" });
  checkChunk(value, at, problems);
  return value;
};

function checkChunk(value: Json, at: string, problems: Problem[]): void {
  if (value.type === "markdown_text")
    text({ min: 1, max: 12_000, error: "msg_too_long" })(value.text, `${at}/text`, problems);
  if (value.type === "blocks") blocksOf(50, "message")(value.blocks, `${at}/blocks`, problems);
  if (value.type === "plan_update") text({ min: 1, max: 256 })(value.title, `${at}/title`, problems);
  if (value.type !== "task_update") return;
  text({ min: 1, max: 255 })(value.id, `${at}/id`, problems);
  text({ min: 1, max: 256 })(value.title, `${at}/title`, problems);
  oneOf("pending", "in_progress", "complete", "error")(value.status, `${at}/status`, problems);
}

const chunks = json(list(chunk), { format: "invalid_chunks", content: "invalid_chunks" });

interface Added {
  readonly markdown_text: string | undefined;
  readonly chunks: readonly Json[] | undefined;
}

/** All Markdown of one call; its sum is what counts. */
function addedText({ markdown_text: markdown, chunks: given = [] }: Added): string {
  const parts = given.flatMap(({ type, text: part }) =>
    type === "markdown_text" && typeof part === "string" ? [part] : [],
  );
  const all = [markdown ?? "", ...parts].join("");
  if (all.length > 12_000)
    throw new SlackError("msg_too_long", { strict: "more than 12,000 characters in one call of a stream" });
  return all;
}

function grow(state: State, { channel, message, stream }: Streaming, added: Added): void {
  const more = addedText(added);
  const given = added.chunks ?? [];
  for (const one of given) if (one.type === "task_update") stream.tasks.set(String(one.id), one);
  message.text += more;
  message.markdown = message.text;
  const blocks = given.flatMap((one): Json[] =>
    one.type === "blocks" && Array.isArray(one.blocks) ? one.blocks.filter(isObject) : [],
  );
  const rest = message.blocks.filter(({ block_id: id }) => id !== "stream");
  message.blocks = [
    ...(message.text === "" ? [] : [{ type: "markdown", block_id: "stream", text: message.text }]),
    ...rest,
    ...blocks,
  ];
  message.pings = pingsOf(state, { text: message.text, blocks: message.blocks, linksNames: false, channel });
  if (more !== "" || given.length > 0) message.edits += 1;
  stream.lastAt = now();
  state.changed();
}

interface Streaming {
  readonly channel: Channel;
  readonly message: Message;
  readonly stream: Stream;
}

const displayMode = oneOf("timeline", "plan");

const startStream = method("chat.startStream", {
  tier: "tier2",
  scopes: ["chat:write"],
  required: { channel: channelId, thread_ts: threadTs },
  optional: {
    ...customized,
    chunks,
    markdown_text: markdownText,
    recipient_team_id: text(),
    recipient_user_id: text(),
    task_display_mode: displayMode,
  },
  answer({ state, install, team, args }): Answer {
    const channel = writable(state, install, args.channel);
    if (!checkRoot(channel, args.thread_ts)) throw new SlackError("invalid_thread_ts");
    if (channel.kind !== "im") checkRecipient(state, channel, args);
    addedText(args);
    const stream: Stream = {
      state: "in_progress",
      stoppedByUser: false,
      lastAt: now(),
      recipient: args.recipient_user_id,
      tasks: new Map(),
    };
    const message = post(state, { channel, ...authorOf(state, install, team), threadTs: args.thread_ts, stream });
    grow(state, { channel, message, stream }, args);
    message.edits = 0;
    return { body: { channel: channel.id, ts: message.ts }, about: { ts: message.ts, channel: channel.id } };
  },
});

function checkRecipient(
  state: State,
  channel: Channel,
  {
    recipient_user_id: user,
    recipient_team_id: team,
  }: { recipient_user_id: string | undefined; recipient_team_id: string | undefined },
): void {
  if (user === undefined)
    throw new SlackError("missing_recipient_user_id", { strict: "a stream in a channel needs recipient_user_id" });
  if (team === undefined)
    throw new SlackError("missing_recipient_team_id", { strict: "a stream in a channel needs recipient_team_id" });
  const person = state.users.get(user);
  if (person === undefined || !channel.members.has(user)) throw new SlackError("user_not_found");
  if (person.team !== team) throw new SlackError("team_not_found");
}

/** The message, if it is this app's and still grows. */
function streaming(
  { state, install, args }: Call<{ readonly channel: string; readonly ts: string }>,
  to: "append" | "stop",
): Streaming {
  const channel = writable(state, install, args.channel);
  const message = messageIn(channel, args.ts);
  if (message.user !== install.botUser) throw new SlackError("message_not_owned_by_app");
  const { stream } = message;
  if (stream?.state === "in_progress" && now() - stream.lastAt > state.bounds.streamMs) stream.state = "errored";
  if (to === "append" && stream?.stoppedByUser === true) throw new SlackError("stopped_by_user");
  if (stream?.state !== "in_progress") throw new SlackError("message_not_in_streaming_state");
  return { channel, message, stream };
}

const appendStream = method("chat.appendStream", {
  tier: "tier4",
  scopes: ["chat:write"],
  required: { channel: channelId, ts: ts("message_not_found") },
  optional: { chunks, markdown_text: markdownText },
  answer(call): Answer {
    const { args, state } = call;
    if (args.markdown_text === undefined && (args.chunks ?? []).length === 0)
      throw new SlackError("no_text", { strict: "neither markdown_text nor chunks" });
    const at = streaming(call, "append");
    grow(state, at, args);
    return { body: { channel: at.channel.id, ts: args.ts }, about: { ts: args.ts, channel: at.channel.id } };
  },
});

const stopStream = method("chat.stopStream", {
  tier: "tier2",
  scopes: ["chat:write"],
  required: { channel: channelId, ts: ts("message_not_found") },
  optional: { chunks, markdown_text: markdownText, blocks: messageBlocks, metadata: messageMetadata },
  answer(call): Answer {
    const { args, state } = call;
    const at = streaming(call, "stop");
    const { channel, message } = at;
    const before = messageObject(state, message, channel);
    grow(state, at, args);
    message.blocks = [...message.blocks, ...(args.blocks ?? [])];
    message.metadata = args.metadata ?? message.metadata;
    at.stream.state = "completed";
    message.pings = pingsOf(state, { text: message.text, blocks: message.blocks, linksNames: false, channel });
    tellChanged(state, channel, { message, before });
    state.changed();
    return {
      body: { channel: channel.id, ts: args.ts, message: messageObject(state, message, channel, { metadata: true }) },
      about: { ts: args.ts, channel: channel.id },
    };
  },
});

/** Replies that grow. */
export const streamMethods: readonly Method[] = [startStream, appendStream, stopStream];
