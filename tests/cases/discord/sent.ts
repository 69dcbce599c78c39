import type { DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import type { RestEntry } from "../../../emulators/discord/transcript.ts";
import type { Sent } from "../check.ts";
import type { DiscordWorld } from "./world.ts";

/** Every call that changed or showed something on Discord; `tokens` says where the interactions of those tokens were. */
export function sentOnDiscord(world: DiscordWorld, tokens: ReadonlyMap<string, string>): Sent[] {
  return world.emulator.transcript.entries.flatMap((entry) =>
    entry.kind === "rest" && entry.method !== "GET" ? [toSent(entry, world, tokens)] : [],
  );
}

const SHOWS: Readonly<Record<string, Sent["kind"]>> = {
  "POST /channels/{channel}/messages": "post",
  "PATCH /channels/{channel}/messages/{message}": "edit",
  "POST /channels/{channel}/threads": "post",
  "POST /channels/{channel}/messages/{message}/threads": "post",
  "POST /webhooks/{application}/{token}": "post",
  "PATCH /webhooks/{application}/{token}/messages/{message}": "edit",
};

function toSent(entry: RestEntry, world: DiscordWorld, tokens: ReadonlyMap<string, string>): Sent {
  const { method, route = "", path, body } = entry;
  const draft = draftOf(body);
  const [, first = "", second = "", third = ""] = path.split("/");
  const place = first === "channels" ? second : (tokens.get(third) ?? "");
  const isThread = route.endsWith("/threads");
  const isShown = draft !== undefined && "content" in draft;
  const kind = SHOWS[`${method} ${route}`] ?? (isShown ? "post" : "other");
  const reference = draft?.["message_reference"];
  const mentions = draft?.["allowed_mentions"];
  return {
    // A thread's name is shown, but has neither flags nor mentions.
    kind: isThread ? "other" : kind,
    channel: world.nameOf(place),
    text: textsIn(draft ?? body).join("\n"),
    raw: JSON.stringify(body) ?? "",
    settings: { flags: Number(draft?.["flags"] ?? 0) },
    allowedMentions: isObject(mentions) ? mentions : undefined,
    pings: pingsOf(world.emulator, entry),
    ...(isObject(reference) && { repliesTo: String(reference["message_id"]) }),
  };
}

function pingsOf(emulator: DiscordEmulator, entry: RestEntry): string[] {
  const { everyone = false, roles = [], users = [] } = emulator.pings(entry) ?? {};
  return [
    ...(everyone ? ["everyone"] : []),
    ...(roles.length > 0 ? ["roles"] : []),
    ...(users.length > 0 ? ["users"] : []),
  ];
}

function draftOf(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(body)) return undefined;
  return isObject(body["data"]) ? body["data"] : body;
}

/** What people read of a message: its text, and what stands on buttons, in embeds, in names. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isObject(value)) return [];
  const shown = ["content", "label", "title", "description", "name", "value", "placeholder", "filename", "text", "url"];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "string" ? (shown.includes(key) ? [inner] : []) : textsIn(inner),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
