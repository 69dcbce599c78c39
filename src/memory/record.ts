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

/** Messages of a place that are kept no longer. */
export interface GoneTalk {
  readonly place: TalkPlace;
  readonly ids: readonly string[];
}

/** What a word of a question stands for: messages that hold one of the stems, or that one of the people (by their names as compared, see talk.ts) said. */
export interface Sought {
  readonly stems: readonly string[];
  readonly names?: readonly string[];
}

/** A message by its number in its place's file, and when it was sent (milliseconds). */
export type Sighting = readonly [number: number, at: number];

/** Where something that is sought stands in a place, the last so many messages; `count` is how many there are in all. */
export interface Sighted {
  readonly count: number;
  readonly hits: readonly Sighting[];
}

/** A day (whole days since 1970, UTC) whose messages were changed, and how often. */
export interface Unsettled {
  readonly day: number;
  readonly times: number;
}

/** A day in milliseconds. */
export const DAY_MS = 86_400_000;

/**
 * What was said in channels whose talk is kept: the record, in SQLite. Of a message's text nothing stays in its files when `forget` or
 * `dropPlace` has returned; what `revise` and `keep` replaced is out of every answer at once and out of the files after `tend`. Methods
 * throw where a file cannot be used.
 */
export interface TalkRecord extends Disposable {
  /** Keeps the talk of a place from now on, or for other days. */
  keepPlace(place: KeptPlace): void;
  /** Forgets a place and its messages; gives how many there were. */
  dropPlace(place: TalkPlace): number;
  places(): readonly KeptPlace[];
  /** How many messages are kept of a place, and when the first was sent (milliseconds). */
  count(place: TalkPlace): { readonly messages: number; readonly oldest?: number };

  /**
   * Keeps messages, those of one place all or none; gives those that are kept now: of places that are kept, by people who did not opt
   * out, young enough, not deleted lately, and no older version of what is kept.
   */
  keep(messages: readonly TalkMessage[], now: number): readonly TalkMessage[];
  /** Follows edits and deletions; gives those that were of messages which are kept. */
  revise(revisions: readonly MessageRevision[]): readonly MessageRevision[];
  /**
   * Deletes messages; gives their ids by place. `authorId` means a person's own. `onGoing` is told of each place's before they are
   * deleted, so that what was made of them goes first; where it throws they stay.
   */
  forget(of: MemoryScope, onGoing?: (going: GoneTalk) => void): readonly GoneTalk[];
  /** Nothing of a person is kept from now on (what was kept is to be forgotten), or it is again. */
  optOut(person: OptedOut, isOut: boolean): void;
  isOut(person: OptedOut): boolean;
  /**
   * Looks after one place: deletes what is older than it keeps and writes its file anew where something was deleted or changed half a day
   * ago. Gives what was deleted, maybe nothing; undefined when every place was looked at within the hour. `onGoing` as with `forget`.
   */
  tend(now: number, onGoing?: (going: GoneTalk) => void): GoneTalk | undefined;

  /** Messages of a place in the order of time: those sent in a stretch of time (milliseconds), the last so many of them. */
  between(
    place: TalkPlace,
    stretch: { readonly from: number; readonly to: number; readonly thread?: string; readonly most: number },
  ): readonly TalkMessage[];
  /** Messages by their ids, as they are now; those that are gone are left out. */
  messages(place: TalkPlace, ids: readonly string[]): readonly TalkMessage[];
  /** When a person last said something in a place (milliseconds). */
  lastOf(place: TalkPlace, authorId: string): number | undefined;

  /** Names of people who have spoken in a place and are called by one of the words, as they are compared. */
  names(place: TalkPlace, words: readonly string[]): readonly string[];
  /** Where each of what is sought stands. */
  find(place: TalkPlace, sought: readonly Sought[]): readonly Sighted[];
  /** Messages, by number or id, with those around them, in their threads, and that they answer or that answer them; in the order of time. */
  around(
    place: TalkPlace,
    of: { readonly numbers: readonly number[]; readonly ids: readonly string[] },
  ): readonly TalkMessage[];

  /** Days of which something was kept, changed or deleted since they were settled: what is derived from them is no longer theirs. */
  unsettled(place: TalkPlace): readonly Unsettled[];
  /** Takes days for settled, unless something was changed since they were given. */
  settle(place: TalkPlace, days: readonly Unsettled[]): void;
  /** Takes days for changed. */
  unsettle(place: TalkPlace, days: readonly number[]): void;
  /** Days of which there are messages. */
  days(place: TalkPlace): readonly number[];
}
