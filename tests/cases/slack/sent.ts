import type { ApiEntry, ResponseEntry } from "../../../emulators/slack/transcript.ts";
import type { Sent } from "../check.ts";
import type { SlackWorld } from "./world.ts";

const SHOWS: Readonly<Record<string, Sent["kind"]>> = {
  "chat.postMessage": "post",
  "chat.startStream": "post",
  "chat.postEphemeral": "post",
  "chat.update": "edit",
  "chat.appendStream": "edit",
  "chat.stopStream": "edit",
};
/** What only reads, or opens a connection. */
const READS = /^(?:auth|bots|users|team|apps)\.|^conversations\.(?:history|replies|info|list|members)$/;
/** What Slack lets each of its methods say of how a message is shown. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  "chat.postMessage": ["unfurl_links", "unfurl_media", "link_names"],
  "chat.postEphemeral": ["link_names"],
  "chat.update": ["link_names"],
};

/** Every call that changed or showed something on Slack, answers to commands and presses among them. */
export function sentOnSlack(world: SlackWorld): Sent[] {
  return world.emulator.transcript.entries.flatMap((entry) => {
    if (entry.kind === "response") return [toSent(entry, world)];
    return entry.kind === "api" && !READS.test(entry.method) ? [toSent(entry, world)] : [];
  });
}

/** The arguments of a call, those read that are sent as JSON within a form. */
export function argumentsOf(entry: ApiEntry | ResponseEntry): Readonly<Record<string, unknown>> {
  const given = entry.kind === "api" ? entry.args : entry.body;
  if (typeof given !== "object" || given === null) return {};
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, decoded(value)]));
}

function decoded(value: unknown): unknown {
  if (typeof value !== "string" || !/^(?:[[{]|true$|false$)/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function toSent(entry: ApiEntry | ResponseEntry, world: SlackWorld): Sent {
  const args = argumentsOf(entry);
  const method = entry.kind === "api" ? entry.method : "response_url";
  const part = (name: string) => JSON.stringify(args[name] ?? "");
  return {
    kind: SHOWS[method] ?? (entry.kind === "response" ? "post" : "other"),
    channel: typeof args["channel"] === "string" ? world.nameOf(args["channel"]) : "",
    text: textsIn(args).join("\n"),
    raw: JSON.stringify(args),
    parts: { blocks: part("blocks"), attachments: part("attachments") },
    settings: Object.fromEntries((SETTINGS[method] ?? []).map((name) => [name, args[name]])),
    allowedMentions: undefined,
    pings: pingsOf(world, entry),
  };
}

function pingsOf({ emulator }: SlackWorld, entry: ApiEntry | ResponseEntry): string[] {
  const { everyone = false, groups = [], users = [] } = emulator.pings(entry) ?? {};
  return [
    ...(everyone ? ["everyone"] : []),
    ...(groups.length > 0 ? ["roles"] : []),
    ...(users.length > 0 ? ["users"] : []),
  ];
}

const SHOWN = new Set([
  "text",
  "markdown_text",
  "fallback",
  "title",
  "pretext",
  "status",
  "url",
  "title_link",
  "value",
]);

/** What people read of it, on buttons and in lists too. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === "string" ? (SHOWN.has(key) ? [inner] : []) : textsIn(inner),
  );
}
