import type { Conversation, TalkMessage, TalkPlace } from "../chat.ts";
import type { Asked, Desk, Given, PlatformName, Posted } from "./platform.ts";

/** A message that is to be sent, written down before it is: the `part`-th of a job, from 0. */
export interface Sending {
  readonly job: string;
  readonly part: number;
  /** When it was first tried (milliseconds), and what it became. */
  readonly plannedAt: number;
  readonly posted?: Posted;
}

/** A question in the inbox. `job` names it everywhere: letters and digits, at most 20, the same for the same event. */
export interface Job {
  readonly job: string;
  readonly asked: Asked;
  /** Milliseconds. */
  readonly acceptedAt: number;
}

/** Messages were edited (to `text`) or deleted (no `text`). */
export type Revision = Parameters<Desk["revised"]>[0];

/**
 * What was asked and not yet answered, and what was sent, on disk: a kill at any moment loses no question and doubles no answer. It
 * holds nothing else, and a question's text goes when it is answered.
 */
export interface Inbox extends Disposable {
  /** Writes a question down; undefined where the event is known already, answered or not. Throws where it cannot be written. */
  accept(asked: Asked): Job | undefined;
  /** Questions that were not finished, oldest first. */
  open(platform: PlatformName): readonly Job[];
  /** One of them as it stands now; undefined where it is done with. */
  openJob(job: string): Job | undefined;
  /** The text of a waiting question changes; false where it is not waiting. */
  edit(
    of: { readonly platform: PlatformName; readonly conversation: Conversation; readonly id: string },
    text: string,
  ): boolean;
  /**
   * Drops waiting questions, by their message or by their space, and gives them. What was sent for them is known until they are done
   * with. `channel` may be a thread's id.
   */
  drop(of: {
    readonly platform: PlatformName;
    readonly space?: string;
    readonly channel?: string;
    readonly messageId?: string;
    readonly askerId?: string;
  }): readonly Job[];
  /** The question is done with: its text goes, its id stays for the time that the platform may bring it again. */
  done(job: string): void;

  /** Writes down that a part will be sent, before it is; an earlier plan for it stands. */
  plan(job: string, part: number): Sending;
  /** Writes down what a part became. */
  sent(job: string, part: number, posted: Posted): void;
  /** What was planned for a job, in order. */
  sendings(job: string): readonly Sending[];

  /** Writes down a message of a place whose talk is kept; one that waits already is replaced. Throws where it cannot be written. */
  hear(message: TalkMessage): void;
  /** Messages that the core does not have yet, in the order in which they were heard, each with its number here. */
  heard(platform: PlatformName, most: number): readonly { readonly number: number; readonly message: TalkMessage }[];
  /** The core has them: they are deleted here. */
  handOver(numbers: readonly number[]): void;
  /** Messages that wait say something else (`text`), or are gone. */
  reviseHeard(of: {
    readonly platform: PlatformName;
    readonly conversation: Conversation;
    readonly ids: readonly string[];
    readonly text?: string;
  }): void;
  /** Drops messages that wait, of a place; gives how many. */
  forgetHeard(of: { readonly platform: PlatformName; readonly space: string; readonly channel: string }): number;

  /**
   * Writes down an edit or a deletion until the core knows of it, and gives its number; edits of the same messages that wait are dropped.
   * Throws where it cannot be written.
   */
  revise(revision: Revision): number;
  /** Edits and deletions that the core does not know of yet, in the order in which they came. */
  revisions(platform: PlatformName): readonly { readonly number: number; readonly revision: Revision }[];
  /** The core knows of it. */
  revised(number: number): void;

  /** Keeps an answer that stands on the platform; by the brain's id, by the id of any of its messages, or by its job. */
  give(given: Given): void;
  given(
    of:
      | { readonly answerId: string }
      | { readonly platform: PlatformName; readonly messageId: string }
      | { readonly job: string },
  ): Given | undefined;
  /** Digests that stand somewhere of the talk of a place, of all places of a space, or of all. */
  digests(of: Pick<TalkPlace, "platform"> & Partial<TalkPlace>): readonly Given[];

  /** Threads and direct messages that Hearth takes part in: follow-ups there need no mention. `channel` is the thread's own id there. */
  join(
    platform: PlatformName,
    place: { readonly space: string; readonly channel: string; readonly isDirect: boolean },
  ): void;
  leave(platform: PlatformName, place: { readonly space: string; readonly channel?: string }): void;
  joined(
    platform: PlatformName,
  ): readonly { readonly space: string; readonly channel: string; readonly isDirect: boolean }[];

  /** The last message of a channel that was seen (ids grow), so that what came later can be read after a stop. */
  see(platform: PlatformName, channel: string, messageId: string): void;
  seen(platform: PlatformName, channel: string): string | undefined;

  /** A value of the adapter's own, such as the hash of its registered commands. */
  note(platform: PlatformName, key: string, value: string): void;
  noted(platform: PlatformName, key: string): string | undefined;

  /**
   * Deletes all that is kept of a space, or of a person there, or of it what was said since an instant (ISO 8601); gives how many rows.
   * With a person or an instant, where digests stand stays known: they are mended, now and on later days.
   * Their bytes are overwritten when it returns.
   */
  forget(of: {
    readonly platform: PlatformName;
    readonly space: string;
    readonly channel?: string;
    readonly askerId?: string;
    readonly since?: string;
  }): number;
  /** Deletes what has passed its time. */
  prune(now: number): void;
}
