import { flag, text, ts, whole } from "./checks.ts";
import { emitIn } from "./events.ts";
import { method, type Method } from "./method.ts";
import { writable } from "./methods-chat.ts";
import type { Json, Message } from "./model.ts";
import { channelId, cursor } from "./shapes.ts";
import { channelFor, messageIn, SlackError, type State } from "./state.ts";
import { fileObject, messageObject } from "./message-wire.ts";

const emoji = text({ min: 1, max: 100, form: /^[\w+'’-]+(?:::skin-tone-[2-6])?$/, error: "invalid_name" });

/** Tells that a reaction came or went. */
export function tellReaction(
  state: State,
  message: Message,
  { type, user, name }: { type: "reaction_added" | "reaction_removed"; user: string; name: string },
): void {
  const channel = state.channels.get(message.channel);
  if (channel === undefined) return;
  emitIn(state, channel, {
    type,
    user,
    reaction: name,
    item_user: message.user,
    item: { type: "message", channel: channel.id, ts: message.ts },
  });
}

const add = method("reactions.add", {
  tier: "tier3",
  scopes: ["reactions:write"],
  required: { channel: channelId, name: emoji, timestamp: ts("bad_timestamp") },
  answer({ state, install, args }): Json {
    const message = messageIn(writable(state, install, args.channel), args.timestamp);
    const users = message.reactions.get(args.name) ?? new Set();
    if (users.has(install.botUser)) throw new SlackError("already_reacted");
    message.reactions.set(args.name, users.add(install.botUser));
    tellReaction(state, message, { type: "reaction_added", user: install.botUser, name: args.name });
    state.changed();
    return {};
  },
});

const remove = method("reactions.remove", {
  tier: "tier2",
  scopes: ["reactions:write"],
  required: { name: emoji },
  optional: { channel: channelId, timestamp: ts("bad_timestamp") },
  answer({ state, install, args }): Json {
    if (args.channel === undefined || args.timestamp === undefined)
      throw new SlackError("no_item_specified", { strict: "names no message" });
    const message = messageIn(writable(state, install, args.channel), args.timestamp);
    const users = message.reactions.get(args.name);
    if (users?.delete(install.botUser) !== true) throw new SlackError("no_reaction");
    if (users.size === 0) message.reactions.delete(args.name);
    tellReaction(state, message, { type: "reaction_removed", user: install.botUser, name: args.name });
    state.changed();
    return {};
  },
});

const get = method("reactions.get", {
  tier: "tier3",
  scopes: ["reactions:read"],
  optional: { channel: channelId, timestamp: ts("bad_timestamp"), full: flag },
  answer({ state, install, args }): Json {
    const channel = channelFor(state, install, args.channel ?? "");
    return {
      type: "message",
      channel: channel.id,
      message: messageObject(state, messageIn(channel, args.timestamp ?? ""), channel),
    };
  },
});

const fileInfo = method("files.info", {
  tier: "tier4",
  scopes: ["files:read"],
  required: { file: text({ form: /^F[A-Z0-9]+$/, error: "file_not_found" }) },
  optional: { count: whole(1, 1000), cursor, limit: whole(1, 1000), page: whole(1, 1000) },
  answer({ state, args }): Json {
    const file = state.files.get(args.file);
    if (file === undefined) throw new SlackError("file_not_found");
    if (file.deleted) throw new SlackError("file_deleted");
    return { file: fileObject(state, file, "info"), comments: [], response_metadata: { next_cursor: "" } };
  },
});

/** The url of a Socket Mode connection comes from whoever keeps them. */
export const connectionsOpen = (url: () => string): Method =>
  method("apps.connections.open", {
    tier: "tier3",
    token: "app",
    answer({ state }): Json {
      if (!state.app.socketMode) throw new SlackError("forbidden_team");
      return { url: url() };
    },
  });

/** Reactions and files. */
export const restMethods: readonly Method[] = [add, remove, get, fileInfo];
