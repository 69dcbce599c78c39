import type { ChatMessage, Conversation, Turn } from "../chat.ts";

/** Which messages are meant: those of a space, or less where more is said. `since` is an ISO 8601 instant. */
export interface MemoryScope {
  readonly platform: Conversation["platform"];
  readonly space: string;
  readonly channel?: string;
  readonly thread?: string;
  /** That message, and what Hearth answered to it. */
  readonly messageId?: string;
  /** Its own messages, and what Hearth answered to them. */
  readonly authorId?: string;
  readonly since?: string;
}

/** A message says something else now; without `text` it is deleted, and with it what Hearth answered to it. */
export interface MessageRevision {
  readonly conversation: Conversation;
  readonly id: string;
  readonly text?: string;
}

/** What was said to Hearth and what it answered, for some weeks. What somebody else said in a channel is not kept here. */
export interface Memory extends Disposable {
  /** Keeps messages, all or none of them; one that is kept already is replaced, and of a very long one the beginning is kept. */
  keep(messages: readonly ChatMessage[]): void;
  /**
   * What was said before, oldest first and at most `limit`: in a thread or a direct message its last messages; elsewhere the message
   * that `replyTo` names, the one that it replies to, and so on.
   */
  turns(
    of: { readonly conversation: Conversation; readonly replyTo?: string },
    options: { readonly limit: number },
  ): readonly Turn[];
  /** Follows edits and deletions, all or none of them; gives how many of the messages were kept. */
  revise(revisions: readonly MessageRevision[]): number;
  /** Deletes, of several all or nothing; gives how many there were. Their bytes are overwritten when it returns. */
  forget(of: MemoryScope | readonly MemoryScope[]): number;
  /** Deletes what is older than is kept. */
  prune(now: number): void;
}
