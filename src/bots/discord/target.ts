import type { Asked } from "../platform.ts";
import type { DiscordApi } from "./api.ts";
import { conversationOf } from "./from-discord.ts";
import type { Target } from "./message-carrier.ts";
import type { Places } from "./places.ts";
import { isThreadThere, refusalOf } from "./refusal.ts";
import { threadName } from "./to-discord.ts";

/**
 * Where the answer to a message goes: below it as a reply, or in a thread that is opened on it. Where no thread may be opened, it is a
 * reply.
 */
export async function findTarget(
  { api, places }: { readonly api: DiscordApi; readonly places: Places },
  { message, route }: Asked,
  options: { readonly signal: AbortSignal },
): Promise<Target> {
  const reply = { conversation: message.conversation, replyTo: message.id };
  const { space, channel } = message.conversation;
  if (route["open"] !== "thread") return reply;
  try {
    const name = threadName(message.text);
    const threadId = await api.openThread(channel, message.id, name, options).catch((error: unknown) => {
      // A thread has the id of the message that it was opened on.
      if (isThreadThere(error)) return message.id;
      throw error;
    });
    const place = { space, channelId: threadId, parentId: channel, isJoined: true };
    places.join(place);
    return { conversation: conversationOf(place) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === "forbidden" || refusal === "refused") return reply;
    throw error;
  }
}
