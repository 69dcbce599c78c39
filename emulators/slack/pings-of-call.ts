import { isObject } from "./checks.ts";
import type { Json, Pings } from "./model.ts";
import { pingsOf } from "./pings.ts";
import type { State } from "./state.ts";

const WRITING = new Set([
  "chat.postMessage",
  "chat.update",
  "chat.postEphemeral",
  "chat.startStream",
  "chat.appendStream",
  "chat.stopStream",
]);

/** Whom the text of a call notifies, whether or not Slack takes it; undefined where it writes no message. */
export function pingsOfCall(state: State, method: string, args: Readonly<Record<string, unknown>>): Pings | undefined {
  return WRITING.has(method) ? pingsOfText(state, args, args.channel) : undefined;
}

/** The same for anything with a message's arguments, such as what goes to a response_url. */
export function pingsOfText(state: State, args: Readonly<Record<string, unknown>>, channel: unknown): Pings {
  const read = (key: string): string | undefined => {
    const value = args[key];
    return typeof value === "string" ? value : undefined;
  };
  const list = (key: string): Json[] => {
    const value: unknown = typeof args[key] === "string" ? parsed(args[key]) : args[key];
    return Array.isArray(value) ? value.filter(isObject) : [];
  };
  const isLinked = args.link_names === true || ["true", "1"].includes(read("link_names") ?? "");
  return pingsOf(state, {
    text: read("text"),
    markdown: read("markdown_text"),
    blocks: list("blocks"),
    attachments: [...list("attachments"), ...list("chunks")],
    linksNames: isLinked || read("parse") === "full",
    channel: typeof channel === "string" ? state.channels.get(channel) : undefined,
  });
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
