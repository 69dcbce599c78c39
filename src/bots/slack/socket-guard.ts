import type { SocketModeReceiver } from "@slack/bolt";
import { isObject, type Raw } from "./read.ts";

type Listener = (data: unknown, isBinary: boolean) => unknown;

/**
 * Stands before the library's reading of what a socket brings. It breaks at a payload without an inner event, which gets one; and it
 * leaves at once where Slack asks for a new socket, which is ours to make first.
 */
export function guardMessages(
  client: SocketModeReceiver["client"],
  { leaving, malformed }: { readonly leaving: () => void; readonly malformed: () => void },
): void {
  const original = client.listeners("ws_message").map((listener): Listener => listener.bind(client));
  const pass: Listener = async (...given) => {
    for (const listener of original) await listener(...given);
  };
  client.removeAllListeners("ws_message");
  client.on("ws_message", (data: unknown, isBinary: boolean) => {
    const envelope = isBinary || typeof data !== "string" ? undefined : parse(data);
    if (!envelope || !isUsable(envelope)) return malformed();
    if (envelope["type"] === "disconnect") return leaving();
    const passed = withEvent(envelope);
    Promise.resolve(pass(passed === envelope ? data : JSON.stringify(passed), false)).catch(malformed);
  });
}

function parse(text: string): Raw | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Hello and goodbye have nothing in them. */
function isUsable({ type, payload, envelope_id: id }: Raw): boolean {
  if (type === "hello" || type === "disconnect") return true;
  return typeof type === "string" && typeof id === "string" && isObject(payload);
}

/** Such as `app_rate_limited`, which is an event by itself. */
function withEvent(envelope: Raw): Raw {
  const { type, payload } = envelope;
  if (type !== "events_api" || !isObject(payload)) return envelope;
  if (isObject(payload["event"]) && typeof payload["event"]["type"] === "string") return envelope;
  return { ...envelope, payload: { ...payload, event: { type: String(payload["type"]) } } };
}
