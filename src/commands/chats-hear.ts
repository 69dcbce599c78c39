import type { Brain } from "../brain/brain.ts";
import type { DigestMessage } from "../brain/digest-units.ts";
import type { TalkPlace } from "../chat.ts";

/** Messages that pass to the core at once. */
const AT_ONCE = 500;
/** A hundred years: chats in files may be as old as they like. */
const DAYS = 36_500;

/** A place of the command's own, by a name. */
export function placeFor(channel: string): TalkPlace {
  return { platform: "terminal", space: "chats", channel };
}

/** Lets a brain hear messages as if they were said in a place, which it keeps as long as the command lives. */
export async function hearAll(
  messages: readonly DigestMessage[],
  {
    brain,
    place,
    signal,
  }: {
    readonly brain: Pick<Brain, "keepTalk" | "hear">;
    readonly place: TalkPlace;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  await brain.keepTalk(place, { by: "command", days: DAYS, signal });
  for (let from = 0; from < messages.length; from += AT_ONCE) {
    const heard = messages.slice(from, from + AT_ONCE).map((message) => {
      const { thread } = message.conversation;
      return { ...message, conversation: { ...place, ...(thread !== undefined && { thread }) } };
    });
    await brain.hear(heard, { signal, complete: from + AT_ONCE >= messages.length });
  }
}

/** From the first of some messages to the last, which belongs to it. */
export function stretchOf(messages: readonly DigestMessage[]): { readonly from: string; readonly to: string } {
  const times = messages.map(({ sentAt }) => Date.parse(sentAt));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return { from: new Date(first).toISOString(), to: new Date(last + 1).toISOString() };
}
