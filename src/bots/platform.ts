import type { Audience, ChatMessage, Conversation, TalkMessage, TalkPlace } from "../chat.ts";
import type { Schedules } from "./schedule.ts";
import type { Talk } from "./talk.ts";

/** The places people talk that Hearth is a guest of. */
export type PlatformName = Extract<Conversation["platform"], "discord" | "slack">;

/** A file that came with a message. `source` tells the adapter where to fetch it. */
export interface OfferedFile {
  readonly name: string;
  readonly bytes: number;
  readonly source: string;
}

/**
 * What is wanted of the talk of a place, where it is no question: a digest of a stretch, what the asker missed, or a summary of a
 * thread or from a message on. `thread` as in a Conversation; instants are ISO 8601.
 */
export interface Wanted {
  readonly kind: "digest" | "catch-up" | "summary";
  readonly place: TalkPlace;
  readonly thread?: string;
  readonly from?: string;
  readonly to?: string;
  /** Nothing is posted where nothing was said. */
  readonly isQuiet?: boolean;
  /** It is made long after it was planned, which was at `to`, and says so. */
  readonly isLate?: boolean;
  /** The time zone (IANA) that its days are told in. */
  readonly zone?: string;
}

/**
 * A question as an adapter understood it: plain data, for it lies in the inbox until it is answered. `id` is the platform's own for
 * the event, unique within the platform. The message's text holds no mention of Hearth.
 */
export interface Asked {
  readonly id: string;
  readonly platform: PlatformName;
  readonly message: ChatMessage;
  /** Who sees the answer: everybody who reads the place, or the asker alone. */
  readonly seenBy: "place" | "asker";
  readonly files: readonly OfferedFile[];
  /** A digest instead of an answer. */
  readonly wanted?: Wanted;
  /** Words of Hearth's own, posted as they stand, instead of an answer. */
  readonly says?: string;
  /**
   * What the adapter has to know to reply, such as an interaction's token; nobody else reads it. One key is the desk's: `post` makes it
   * an ordinary message that replies to nothing, "here" in the message's conversation, "direct" to its author.
   */
  readonly route: Readonly<Record<string, string>>;
}

/** Buttons below an answer. `answerId` is the brain's. */
export type Button =
  | { readonly kind: "stop"; readonly job: string }
  | { readonly kind: "up" | "down" | "why" | "human"; readonly answerId: string };

/** What is to be seen of an answer: Markdown that has passed the output gate, and buttons. */
export interface Content {
  readonly markdown: string;
  readonly buttons: readonly Button[];
  /** Of an answer that is not whole: what the states to come only add to, for places where a message can grow. */
  readonly grows?: string;
}

/** A message of Hearth's own on the platform. `conversation` may be a thread that was made for it. */
export interface Posted {
  readonly id: string;
  readonly conversation: Conversation;
  readonly url?: string;
}

/** An answer as it stands on the platform, for its buttons and for the day its sources change. */
export interface Given {
  readonly answerId: string;
  readonly job: string;
  readonly platform: PlatformName;
  /** Where it was asked, by which message or interaction, and by whom. */
  readonly conversation: Conversation;
  readonly askedId: string;
  readonly askerId: string;
  readonly seenBy: Asked["seenBy"];
  readonly posted: readonly [Posted, ...Posted[]];
  /** Milliseconds. */
  readonly givenAt: number;
  /** Of a digest of kept talk, for the day that a message it was made of is deleted: what was wanted, and the SHA-256 of what is shown. */
  readonly digest?: { readonly wanted: Wanted; readonly shown: string };
}

/** The reply to one question. Its first state makes a message, later ones edit it. */
export interface Reply {
  /** Shows a state as soon as the platform lets it; a later one overtakes it. Never throws, and does not wait. */
  show(content: Content): void;
  /**
   * Shows the last state, in as many messages as it takes; resolves when it is there, with the messages in order. Also after a kill
   * in the middle of an earlier try it is there once. Rejects with an `Undeliverable` where it never can be, and the job is over.
   */
  finish(content: Content, options: { readonly signal: AbortSignal }): Promise<readonly [Posted, ...Posted[]]>;
  /** The question is gone: takes away what was shown of an answer, also by an earlier run. Nothing is shown after it. */
  abandon(options: { readonly signal: AbortSignal }): Promise<void>;
}

/** A place where people talk, connected. `readers` and `reply` may be asked for questions of an earlier run. */
export interface ChatPlatform extends AsyncDisposable {
  readonly name: PlatformName;
  /** Connects, catches up with what was missed, and hands everything to the desk until disposed of. Throws a UserError for what only the owner can mend. */
  start(desk: Desk, options: { readonly signal: AbortSignal }): Promise<void>;
  /** What everybody may read who will see the answer, at most 60 s old; anything unclear gives less. Rejects where nothing is known. */
  clearance(asked: Asked, options: { readonly signal: AbortSignal }): Promise<readonly Audience[]>;
  reply(asked: Asked): Reply;
  /** The bytes of a file that came with a question. Rejects where there are more than `most`. */
  fetchFile(file: OfferedFile, options: { readonly most: number; readonly signal: AbortSignal }): Promise<Uint8Array>;
  /**
   * Messages of a place, its open threads' too, from the newest back to `since` (ISO 8601), page by page, behind all live work. `cursor`
   * takes up where a page said that the next begins. With `thread`, of that thread alone, at once: somebody waits for it.
   */
  history(
    place: TalkPlace,
    options: {
      readonly since: string;
      readonly thread?: string;
      readonly cursor?: string;
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<{ readonly messages: readonly TalkMessage[]; readonly cursor: string }>;
  /** The question of an answer as it stands on the platform now; undefined where it is gone or cannot be asked again. */
  recall(given: Given, options: { readonly signal: AbortSignal }): Promise<Asked | undefined>;
  /** Puts another answer in the place of the one that was posted; gives the messages that it stands in now, where these are others. */
  amend(given: Given, content: Content, options: { readonly signal: AbortSignal }): Promise<Given["posted"] | void>;
  /** Adds a line below an answer that was posted, which stays, and tells the asker by a short message in the same place. */
  mark(given: Given, line: string, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** What an adapter hands everything to. Nothing here waits for an answer. */
export interface Desk {
  /** Writes a question down and sees to its answer. False where it was known already. Throws where it cannot be written. */
  ask(asked: Asked): boolean;
  /** Stops writing; what is there stands. Nothing where `personId` did not ask. */
  stop(job: string, personId: string): "stopped" | "not yours" | "over";
  /** A message was edited (to `text`) or deleted (no `text`). */
  revised(of: { readonly conversation: Conversation; readonly ids: readonly string[]; readonly text?: string }): void;
  /** Whether the talk of a place is kept. */
  keeps(place: TalkPlace): boolean;
  /** Writes down a message of a place whose talk is kept, and sees to it that the memory gets it. Throws where it cannot be written. */
  hear(message: TalkMessage): void;
  /** For the commands: where talk is kept, and digests that are made by the clock. */
  readonly talk: Talk;
  readonly schedules: Schedules;
  /** The platform takes Hearth out of a space, or one of its tokens: work there ends, and what is waiting is dropped. */
  left(platform: PlatformName, space?: string): void;
}
