import { isObject } from "./checks.ts";
import type { Json, Pings } from "./model.ts";
import { pingsOf } from "./pings.ts";
import { known, type State } from "./state.ts";
import type { ApiEntry } from "./transcript.ts";

/** Whom the text of a call notifies, whether or not Slack took the call. */
export function pingsOfCall(state: State, { args }: ApiEntry): Pings {
  const read = (key: string): string | undefined => {
    const value = args[key];
    return typeof value === "string" ? value : undefined;
  };
  const list = (key: string): Json[] => {
    const value: unknown = typeof args[key] === "string" ? JSON.parse(args[key]) : args[key];
    return Array.isArray(value) ? value.filter(isObject) : [];
  };
  const linksNames =
    args.link_names === true || ["true", "1"].includes(read("link_names") ?? "") || read("parse") === "full";
  const channel = known(state.channels, read("channel") ?? "", "channel");
  const attachments = [...list("attachments"), ...list("chunks")];
  return pingsOf(state, {
    text: read("text"),
    markdown: read("markdown_text"),
    blocks: list("blocks"),
    attachments,
    linksNames,
    channel,
  });
}
