import { json, list, oneOf, shape, text } from "./checks.ts";
import { method, type Call, type Method } from "./method.ts";
import { writable } from "./methods-chat.ts";
import type { Channel, Json } from "./model.ts";
import { channelId, customized, threadTs } from "./shapes.ts";
import { SlackError } from "./state.ts";

const loading = json(list(text({ min: 1, max: 200 }), { max: 10 }), {
  format: "invalid_arguments",
  content: "invalid_arguments",
});
const prompts = json(
  list(shape({ title: text({ min: 1, max: 200 }), message: text({ min: 1, max: 2000 }) }), { min: 1, max: 4 }),
  {
    format: "invalid_arguments",
    content: "invalid_arguments",
  },
);

const sessionStates = oneOf("active", "processing", "suspended", "closed");

/** The channel, where the thread is one of it. */
function threadOf({
  state,
  install,
  args,
}: Call<{ readonly channel_id: string; readonly thread_ts?: string | undefined }>): Channel {
  const channel = writable(state, install, args.channel_id);
  const { thread_ts: root } = args;
  if (root !== undefined && channel.timeline.get(root) === undefined) throw new SlackError("invalid_thread_ts");
  return channel;
}

const setStatus = method("assistant.threads.setStatus", {
  tier: "special",
  scopes: ["chat:write"],
  required: { channel_id: channelId, thread_ts: threadTs },
  // An empty status takes the line away, so it cannot be among those that must not be empty.
  optional: { ...customized, status: text(), loading_messages: loading },
  answer(call): Json {
    const { state, args } = call;
    if (args.status === undefined) throw new SlackError("invalid_arguments", { strict: "status is missing" });
    const channel = threadOf(call);
    if (args.status === "") channel.status.delete(args.thread_ts);
    else
      channel.status.set(args.thread_ts, {
        status: args.status,
        loading: args.loading_messages ?? [],
        until: Date.now() + state.bounds.statusMs,
      });
    state.changed();
    return {};
  },
});

const setTitle = method("assistant.threads.setTitle", {
  tier: "tier4",
  scopes: ["assistant:write"],
  required: { channel_id: channelId, thread_ts: threadTs, title: text({ max: 200 }) },
  answer(call): Json {
    const channel = threadOf(call);
    if (channel.kind !== "im") throw new SlackError("channel_not_found");
    channel.titles.set(call.args.thread_ts, call.args.title);
    call.state.changed();
    return {};
  },
});

const setSuggestedPrompts = method("assistant.threads.setSuggestedPrompts", {
  tier: "tier4",
  scopes: ["assistant:write"],
  required: { channel_id: channelId, prompts },
  optional: { thread_ts: threadTs, title: text({ max: 200 }) },
  answer(call): Json {
    const { state, args } = call;
    const channel = threadOf(call);
    if (channel.kind !== "im") throw new SlackError("channel_not_found");
    const isAgent = state.app.surface === "agent";
    if (isAgent && args.thread_ts !== undefined) {
      // Slack says yes and does nothing; a correct client does not get there.
      state.transcript.violate("assistant.threads.setSuggestedPrompts", "thread_ts with agent_view: nothing is shown");
      return {};
    }
    if (!isAgent && args.thread_ts === undefined)
      throw new SlackError("invalid_thread_ts", { strict: "assistant_view needs thread_ts" });
    channel.prompts.set(args.thread_ts ?? "", { title: args.title, prompts: args.prompts });
    state.changed();
    return {};
  },
});

const sessionStatus = method("agents.sessions.setStatus", {
  tier: "tier3",
  scopes: ["chat:write"],
  required: { channel_id: channelId, status: sessionStates },
  optional: { ...customized, thread_ts: threadTs, title: text({ min: 1, max: 200 }), initiator_user_id: text() },
  answer(call): Json {
    const { state, args } = call;
    const channel = threadOf(call);
    if (args.thread_ts === undefined)
      throw new SlackError("invalid_thread_ts", { strict: "a session in a thread needs thread_ts" });
    const session = channel.sessions.get(args.thread_ts) ?? { title: args.title, status: args.status };
    session.status = args.status;
    channel.sessions.set(args.thread_ts, session);
    state.changed();
    return { status: session.status, agent_status: session.status, title: session.title ?? "" };
  },
});

const sessionRename = method("agents.sessions.rename", {
  tier: "tier3",
  scopes: ["chat:write"],
  required: { channel_id: channelId, title: text({ min: 1, max: 200 }) },
  optional: { thread_ts: threadTs },
  answer(call): Json {
    const { state, args } = call;
    const session = threadOf(call).sessions.get(args.thread_ts ?? "");
    if (session === undefined) throw new SlackError("session_not_found");
    session.title = args.title;
    state.changed();
    return { title: args.title };
  },
});

/** The agent's pane: status lines, titles, prompts and sessions. */
export const agentMethods: readonly Method[] = [setStatus, setTitle, setSuggestedPrompts, sessionStatus, sessionRename];
