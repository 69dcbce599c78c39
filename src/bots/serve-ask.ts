import type { Brain } from "../brain/brain.ts";
import { LONGEST_TEXT, readersOf, type Audience } from "../chat.ts";
import { isDirect } from "./ask-human.ts";
import type { Inbox } from "./inbox.ts";
import type { Asked } from "./platform.ts";
import type { fetchFiles } from "./serve-files.ts";

/** A question as the core takes it. */
export function questionOf(
  asked: Asked,
  given: {
    readonly turns: Awaited<ReturnType<Brain["turns"]>>;
    readonly clearance: readonly Audience[];
    readonly files: Awaited<ReturnType<typeof fetchFiles>>["files"];
  },
): Parameters<Brain["answer"]>[0] {
  const { message } = asked;
  const { turns, clearance, files } = given;
  // The beginning of what is too long to be a question is answered, rather than nothing.
  const text = message.text.slice(0, LONGEST_TEXT).toWellFormed();
  const talk = talkFor(asked, clearance);
  return {
    message: { ...message, text },
    turns,
    clearance,
    ...(talk.length > 0 && { talk }),
    ...(files.length > 0 && { files }),
  };
}

/**
 * Places whose talk may be recalled for a question: where it is asked, and for what the asker alone will see all that he may read; each
 * only where the clearance covers it. A private thread, which has readers of its own, is a place by itself. Pure.
 */
export function talkFor({ platform, message, seenBy }: Asked, clearance: readonly Audience[]): readonly Audience[] {
  const { space, channel, thread } = message.conversation;
  if (seenBy === "asker" || isDirect(message.conversation)) {
    return clearance.filter((audience) => audience.startsWith(`${platform}:`) && audience.split(":").length === 3);
  }
  const places = thread === undefined ? [channel] : [thread, channel];
  const readers = places.map((place) => readersOf({ platform, space, channel: place }));
  return readers.filter((audience) => clearance.includes(audience)).slice(0, 1);
}

/** Whoever replies to a later part of an answer means all of it, which is kept by its first. */
export function turnsOf(
  { platform, message }: Asked,
  { inbox }: { readonly inbox: Pick<Inbox, "given"> },
): Parameters<Brain["turns"]>[0] {
  const { conversation, replyTo } = message;
  if (replyTo === undefined) return { conversation };
  return { conversation, replyTo: inbox.given({ platform, messageId: replyTo })?.posted[0].id ?? replyTo };
}
