import type { Channel } from "./model.ts";
import { SlackError, type State } from "./state.ts";

/** What Slack itself says in a channel takes no replies. */
const SYSTEM = new Set([
  "channel_join",
  "channel_leave",
  "channel_name",
  "channel_topic",
  "channel_purpose",
  "channel_convert_to_private",
  "channel_convert_to_public",
]);

/**
 * The thread that a message goes to. Where its root is gone, Slack posts into the channel without a word (seen by others; the answer
 * lacks `thread_ts`), or refuses with thread_not_found; `goneThreads` says which.
 */
export function threadOf(state: State, channel: Channel, root: string | undefined): string | undefined {
  if (root === undefined) return undefined;
  const isThere = checkRoot(channel, root);
  if (!isThere && state.app.goneThreads === "refuse") throw new SlackError("thread_not_found");
  return isThere ? root : undefined;
}

/** Whether a thread's root is there; throws where nobody can reply to it. */
export function checkRoot(channel: Channel, root: string): boolean {
  const message = channel.timeline.get(root);
  if (message?.threadTs !== undefined)
    throw new SlackError("cannot_reply_to_message", { strict: "thread_ts names a reply, not its root" });
  if (SYSTEM.has(message?.subtype ?? "")) throw new SlackError("cannot_reply_to_message");
  return message !== undefined;
}
