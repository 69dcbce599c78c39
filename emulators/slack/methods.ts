import type { Method } from "./method.ts";
import { agentMethods } from "./methods-agent.ts";
import { chatMethods } from "./methods-chat.ts";
import { conversationMethods } from "./methods-conversations.ts";
import { historyMethods } from "./methods-history.ts";
import { peopleMethods } from "./methods-people.ts";
import { connectionsOpen, restMethods } from "./methods-rest.ts";
import { streamMethods } from "./methods-streams.ts";
import { viewMethods } from "./methods-views.ts";

/** Every method that there is, by name. */
export function allMethods(socketUrl: () => string): ReadonlyMap<string, Method> {
  const all = [
    ...chatMethods,
    ...streamMethods,
    ...historyMethods,
    ...conversationMethods,
    ...peopleMethods,
    ...agentMethods,
    ...viewMethods,
    ...restMethods,
    connectionsOpen(socketUrl),
  ];
  return new Map(all.map((one) => [one.name, one]));
}
