import type { Audience, Hit, Passage, Question, TalkMessage, TalkPlace } from "../chat.ts";
import type { AnswerScope, Forgotten, ModelLabel, Revision } from "./brain.ts";
import type { DigestKind } from "./digest-cues.ts";

/** A place whose talk is kept: since when (ISO 8601), by whose word, each message for how many days, and what is kept now. */
export interface KeptTalk extends TalkPlace {
  readonly since: string;
  /** A person's id, or "configuration". */
  readonly by: string;
  readonly days: number;
  readonly messages: number;
  /** When the first message that is kept was sent, where there is one. */
  readonly oldest?: string;
}

/** What is to be digested. Instants are ISO 8601; `from` belongs to the stretch, `to` does not. */
export interface DigestRequest {
  readonly place: TalkPlace;
  /** One thread of it; `thread` as in a Conversation. */
  readonly thread?: string;
  /** Without it, since the reader's last message there, at most seven days. */
  readonly from?: string;
  readonly to: string;
  /** Whose catch-up it is: what is meant for them comes first. */
  readonly reader?: { readonly id: string; readonly name: string };
  /** The messages, where the talk of the place is not kept: they are used for this and not kept either. */
  readonly messages?: readonly TalkMessage[];
  /** How long it may be beside the talk itself (0 to 1), taking its time; without it, what people read at once, in seconds. */
  readonly share?: number;
}

/** A message that a line is taken from. */
export interface DigestSource {
  readonly id: string;
  readonly url?: string;
}

/** One line: what is said, and the messages that carry it. `author` is there where the words are one person's own. */
export interface DigestedLine {
  readonly text: string;
  readonly author?: string;
  readonly sources: readonly [DigestSource, ...DigestSource[]];
  /** Of an action: who is to do it, and until when, where that is written. */
  readonly owner?: string;
  readonly due?: string;
}

/** Lines that belong together; "for you" is what is meant for the reader of a catch-up. */
export interface DigestedGroup {
  readonly kind: DigestKind | "for you";
  readonly title?: string;
  readonly lines: readonly [DigestedLine, ...DigestedLine[]];
}

/**
 * A digest. `kind` says how it was made: "picked" are key messages in people's own words, "written" a model's lines, each checked
 * against its messages. Without groups nothing of note was said.
 */
export interface Digested {
  /** Given by the core; by it one learns what of it still stands. */
  readonly id: string;
  readonly kind: "picked" | "written";
  readonly model?: ModelLabel;
  readonly from: string;
  readonly to: string;
  /** What it was made of. */
  readonly messages: number;
  readonly people: number;
  readonly groups: readonly DigestedGroup[];
}

/** What one can ask of channels whose talk is kept. */
export interface ChannelBrain {
  /** Keeps the talk of a place from now on, each message for so many days; where it is kept already, the days change. */
  keepTalk(
    place: TalkPlace,
    options: { readonly by: string; readonly days: number; readonly signal: AbortSignal },
  ): Promise<KeptTalk>;
  /** Keeps it no longer, and deletes what was kept of it. */
  dropTalk(place: TalkPlace, options: { readonly signal: AbortSignal }): Promise<Forgotten>;
  /** The places whose talk is kept. */
  keptTalk(
    of: Pick<TalkPlace, "platform"> & Partial<TalkPlace>,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly KeptTalk[]>;
  /**
   * Keeps messages of places whose talk is kept, at most 500 at once; one that is kept already is replaced. Those of other places, of
   * people who opted out, and older than is kept are left out. Gives how many were kept. With `complete` it waits until they can be
   * found by meaning too.
   */
  hear(
    messages: readonly TalkMessage[],
    options: { readonly signal: AbortSignal; readonly complete?: boolean },
  ): Promise<number>;
  /** A person's messages in a space are never kept (what was kept of their talk is deleted), or they are again. */
  optOut(
    person: { readonly platform: TalkPlace["platform"]; readonly space: string; readonly personId: string },
    options: { readonly isOut: boolean; readonly signal: AbortSignal },
  ): Promise<Forgotten>;
  /** A digest of what is kept of a place's talk. Of one that is not kept, without messages, it is empty. */
  digest(request: DigestRequest, options: { readonly signal: AbortSignal }): Promise<Digested>;
  /** A digest of the last 30 days as it stands now: lines whose messages were deleted are gone, and of edited ones what they no longer say. Undefined where it is not known. */
  digestNow(id: string, options: { readonly signal: AbortSignal }): Promise<Digested | undefined>;
}

/** What was recalled for a question: passages of talk (each with `said`), best first, and how much of what is asked is talked about there, from 0 to 1. */
export interface Recalled {
  readonly hits: readonly Hit[];
  readonly coverage: number;
  /** Whether the question asks for talk: who said what, what was decided, or when. */
  readonly asksForTalk: boolean;
}

/** What became of a message that an answer was taken from: it stands (as a passage), it is gone, or it is older than is kept. */
export type Standing = Passage | "gone" | "aged";

/** The messages that answers were taken from. */
export interface TalkSources {
  /** What became of messages of a place (a passage's `documentId`), by their passages' ids and when they were sent (ISO 8601); of a place that the clearance does not cover they are gone. */
  standing(
    documentId: string,
    of: readonly { readonly passageId: string; readonly saidAt?: string }[],
    options: { readonly clearance: readonly Audience[] },
  ): readonly Standing[];
}

/** The channels whose talk is kept, as the rest of the brain sees them. */
export interface Channels extends ChannelBrain, TalkSources, AsyncDisposable {
  /** What was said in the places of a question (`Question.talk`) that its clearance covers too; nothing of other places. */
  recall(question: Question, options: { readonly signal: AbortSignal }): Promise<Recalled>;
  /** Follows edits and deletions in the record, the index, digests and what answers were taken from; gives how many messages were kept. */
  revise(revisions: readonly Revision[]): Promise<number>;
  /** Deletes from the record, the index and digests; no byte of it is on the disk when it resolves. */
  forget(of: AnswerScope): Promise<Pick<Forgotten, "talk" | "lines">>;
}
