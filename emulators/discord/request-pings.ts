import { isObject, maybe, type Problem } from "./checks.ts";
import { allowedMentions } from "./message-shapes.ts";
import type { Channel, Pings } from "./model.ts";
import { pingsOf } from "./pings.ts";
import type { State } from "./state.ts";
import type { RestEntry } from "./transcript.ts";

const WRITES = new Set([
  "POST /channels/{channel}/messages",
  "PATCH /channels/{channel}/messages/{message}",
  "POST /channels/{channel}/threads",
  "POST /interactions/{interaction}/{token}/callback",
  "POST /webhooks/{application}/{token}",
  "PATCH /webhooks/{application}/{token}/messages/{message}",
]);

/** Whom a request would notify: what stands in its body, read with Discord's defaults where it says nothing. */
export function pingsOfRequest(state: State, { method, route = "", path, body }: RestEntry): Pings | undefined {
  const draft = draftOf(body);
  if (!WRITES.has(`${method} ${route}`) || draft === undefined) return undefined;
  const parts = path.split("/");
  const isChannel = parts[1] === "channels";
  const token = parts[3] ?? "";
  const channel = state.channels.get(isChannel ? (parts[2] ?? "") : (state.interactions.get(token)?.channel ?? ""));
  if (channel === undefined) return undefined;
  const problems: Problem[] = [];
  return pingsOf(state, {
    content: typeof draft.content === "string" ? draft.content : undefined,
    components: Array.isArray(draft.components) ? draft.components : [],
    allowed_mentions: maybe(allowedMentions)(draft.allowed_mentions, "", problems),
    by: isChannel ? "message" : "interaction",
    author: state.bot.id,
    channel,
    repliedTo: repliedTo(channel, draft),
  });
}

/** The message within a body: of a callback its data, of a forum post its first message. */
function draftOf(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(body)) return undefined;
  if (isObject(body.data)) return body.data;
  return isObject(body.message) ? body.message : body;
}

function repliedTo(
  channel: Channel,
  { message_reference: reference }: Readonly<Record<string, unknown>>,
): string | undefined {
  const id = isObject(reference) ? reference.message_id : undefined;
  return typeof id === "string" ? channel.timeline.get(id)?.author : undefined;
}
