import type { Answered } from "../brain/brain.ts";
import { LONGEST_TEXT, type ChatMessage } from "../chat.ts";
import type { Content, Given, Posted } from "./platform.ts";
import type { Answering } from "./serve-answering.ts";

/** What it takes to keep an answer. */
type Keeping = Pick<Answering, "inbox" | "log" | "now"> & {
  readonly brain: Pick<Answering["brain"], "remember">;
  readonly closing: AbortSignal;
};

/** How a question ended: what is shown, and what is to be kept of it. */
export interface End {
  readonly content: Content;
  readonly answered?: Answered;
  /** What was said, for follow-ups. */
  readonly said?: string;
  /** A digest: its id, and what is to be known of it for the day that a message is deleted. */
  readonly standing?: Pick<Given, "digest"> & { readonly id: string };
}

/**
 * Keeps what was said for follow-ups, unless the asker alone saw it, and the answer for its buttons and for changes of its sources. What
 * was edited meanwhile is kept as it is now, and of a question that was deleted or forgotten nothing is.
 */
export async function keepAnswer(
  job: string,
  { end, posted }: { readonly end: End; readonly posted: readonly [Posted, ...Posted[]] },
  { brain, inbox, log, now, closing }: Keeping,
): Promise<void> {
  const asked = inbox.openJob(job)?.asked;
  if (!asked) return;
  const { platform, message, seenBy } = asked;
  if (end.said !== undefined && seenBy === "place") {
    const answer = messageOf(posted[0], { text: keepable(end.said), to: message.id, at: now() });
    // It stands on the platform already: what cannot be kept is missed in follow-ups only.
    // What a digest was asked with is no message, or only a command.
    const question = asked.wanted ? [] : [{ ...message, text: keepable(message.text) }];
    await brain.remember([...question, answer], { signal: closing }).catch((error: unknown) => {
      log.warn({ job, err: error }, "what was said could not be kept for follow-ups");
    });
  }
  const answerId = end.answered?.id ?? end.standing?.id;
  if (answerId === undefined) return;
  inbox.give({
    answerId,
    job,
    platform,
    conversation: message.conversation,
    askedId: message.id,
    // A digest that all see is nobody's own: whoever asked for it may be forgotten, and it is mended all the same.
    askerId: end.standing?.digest && seenBy === "place" ? "hearth" : message.author.id,
    seenBy,
    posted,
    givenAt: now(),
    ...(end.standing?.digest && { digest: end.standing.digest }),
  });
}

/** Text that is sure to pass to the core, which keeps the beginning of what is longer than a question. Pure. */
export function keepable(text: string): string {
  return text.slice(0, 2 * LONGEST_TEXT).toWellFormed();
}

/** An answer of Hearth's own as a message, to be remembered. Pure. */
export function messageOf(
  posted: Posted,
  { text, to, at }: { readonly text: string; readonly to: string; readonly at: number },
): ChatMessage {
  return {
    ...posted,
    author: { id: "hearth", name: "Hearth", isBot: true },
    text,
    sentAt: new Date(at).toISOString(),
    replyTo: to,
  };
}
