import type { Conversation, TalkMessage, TalkPlace } from "../chat.ts";
import type { MemoryScope, MessageRevision } from "./memory.ts";

/** A place whose talk is kept; `days` is how long each message is. Times in milliseconds. */
export interface KeptPlace extends TalkPlace {
  readonly since: number;
  readonly by: string;
  readonly days: number;
}

/** A person who wants nothing of theirs kept in a space. */
export interface OptedOut {
  readonly platform: Conversation["platform"];
  readonly space: string;
  readonly personId: string;
}

/**
 * What was said in channels whose talk is kept: the record, in SQLite. Of a message's text nothing stays on the disk when a method that
 * deletes or replaces it has returned. Methods throw where the file cannot be used.
 */
export interface TalkRecord extends Disposable {
  /** Keeps the talk of a place from now on, or for other days. */
  keepPlace(place: KeptPlace): void;
  /** Forgets a place and its messages; gives how many there were. */
  dropPlace(place: TalkPlace): number;
  places(): readonly KeptPlace[];
  /** How many messages are kept of a place, and when the first was sent (milliseconds). */
  count(place: TalkPlace): { readonly messages: number; readonly oldest?: number };

  /** Keeps messages, in one step; gives those that were: of places that are kept, by people who did not opt out, young enough. */
  keep(messages: readonly TalkMessage[], now: number): readonly TalkMessage[];
  /** Follows edits and deletions; gives those that were of messages which are kept. */
  revise(revisions: readonly MessageRevision[]): readonly MessageRevision[];
  /** Deletes messages; gives their ids by place. `authorId` means a person's own. */
  forget(of: MemoryScope): readonly { readonly place: TalkPlace; readonly ids: readonly string[] }[];
  /** Nothing of a person is kept from now on (what was kept is to be forgotten), or it is again. */
  optOut(person: OptedOut, isOut: boolean): void;
  isOut(person: OptedOut): boolean;

  /** Messages of a place in the order of time: those sent in a stretch of time (milliseconds), the last so many of them. */
  between(
    place: TalkPlace,
    stretch: { readonly from: number; readonly to: number; readonly thread?: string; readonly most: number },
  ): readonly TalkMessage[];
  /** Messages that hold words (by their stems), with those around them and those of their threads, in the order of time: enough to rank them by. */
  around(
    place: TalkPlace,
    of: {
      readonly stems: readonly string[];
      readonly ids?: readonly string[];
      readonly from?: number;
      readonly to?: number;
      readonly most: number;
    },
  ): readonly TalkMessage[];
  /** Messages by their ids, as they are now; those that are gone are left out. */
  messages(place: TalkPlace, ids: readonly string[]): readonly TalkMessage[];
  /** When a person last said something in a place (milliseconds). */
  lastOf(place: TalkPlace, authorId: string): number | undefined;
  /** Deletes what is older than its place keeps; gives the ids by place. */
  prune(now: number): readonly { readonly place: TalkPlace; readonly ids: readonly string[] }[];
}
