import type { TalkPlace } from "../chat.ts";
import type { Digested } from "./channel-brain.ts";
import type { Note } from "./digest-note.ts";

/** What a model noted about some messages of a place, all of which are named by id; without lines it found nothing worth one. */
export interface KeptNotes {
  readonly notes: readonly Note[];
  readonly messages: readonly string[];
}

/**
 * Digests of the last weeks, so that a posted one can be put right, and what a model noted for those to come. When a method that takes
 * something away has returned, no byte of it is on the disk; after `edit`, within the minute.
 */
export interface DigestStore extends Disposable {
  add(place: TalkPlace, digested: Digested, at: number): void;
  /** A digest as it stands now. */
  get(id: string): Digested | undefined;
  /** Keeps what a model (by its name and prompt) noted. */
  addNotes(place: TalkPlace, of: KeptNotes & { readonly writer: string }, at: number): void;
  /** What was noted by a model in a place. */
  notes(place: TalkPlace, writer: string): readonly KeptNotes[];
  /** Messages were deleted: lines and notes go with them. Gives how many lines of digests did. */
  erase(place: TalkPlace, ids: readonly string[]): number;
  /** Messages were edited: what they no longer say goes. Gives how many lines did. */
  edit(place: TalkPlace, messages: readonly { readonly id: string; readonly text: string }[]): number;
  /** Messages are older than is kept: the digests that were made of them are no longer known. */
  age(place: TalkPlace, ids: readonly string[]): void;
  /** Everything of a place goes; gives how many lines there were. */
  drop(place: TalkPlace): number;
  /** Deletes what is older than is kept. */
  prune(now: number): void;
}
