import type { Doer, SlackInteractionTools } from "./interaction-tools.ts";
import { isDirect } from "./ids.ts";
import { isObject } from "./read.ts";
import { refusalOf } from "./refusal.ts";

/** A command has to be acknowledged within three seconds. */
const LOOK_MS = 1_500;
const MOST_KNOWN = 5_000;

/** Whether Hearth takes part somewhere; what Slack does not tell in time is not known. */
export type Membership = "in" | "out" | "unknown";

/** Asks Slack whether Hearth is in a channel, or whether a direct message is one with Hearth: Slack tells of no other. Never rejects. */
export function createMembership({
  call,
  inbox,
  signal,
}: Pick<SlackInteractionTools, "call" | "inbox" | "signal">): (
  place: Pick<Doer, "team" | "channel">,
) => Promise<Membership> {
  const known = new Map<string, Membership>();
  return async ({ team, channel }) => {
    const isOne = isDirect(channel);
    // What was read of a direct message says that it is Hearth's own.
    if (isOne && inbox.seen("slack", channel) !== undefined) return "in";
    const found = known.get(channel);
    if (found !== undefined) return found;
    const remember = (is: Membership) => {
      if (known.size >= MOST_KNOWN) known.clear();
      // Direct messages stay whose they are.
      if (isOne) known.set(channel, is);
      return is;
    };
    try {
      const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) };
      const info = (await call.must(team, "conversations.info", { channel }, options))["channel"];
      // Of private channels and direct messages Slack tells members alone, and need not say that they are such.
      return remember(isObject(info) && info["is_member"] === false ? "out" : "in");
    } catch (error) {
      return refusalOf(error) === undefined ? "unknown" : remember("out");
    }
  };
}
