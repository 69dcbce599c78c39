import type { Answer, Audience, ChatMessage, Conversation, Hit, Passage, Question, Turn } from "../chat.ts";
import type { Explanation, FailedDocument, KnowledgeStatus, SyncReport, Synced } from "../knowledge/knowledge.ts";
import type { Scope } from "../knowledge/passage-index.ts";
import type { ChannelBrain } from "./channel-brain.ts";

/** The sentences that answer, quoted. */
export type QuotedAnswer = Extract<Answer, { kind: "quoted" }>;

/** Where an answer stands, in this order; each but the first may be left out. */
export type Progress =
  | { readonly kind: "searching" }
  /** The core was restarted, and the question is asked again. */
  | { readonly kind: "asking-again" }
  /** The quoted sentences, to be shown at once, while a model writes. */
  | { readonly kind: "quoted"; readonly answer: QuotedAnswer }
  /** How many are before this question in the model's queue, and in about how many seconds it begins to write. */
  | { readonly kind: "waiting"; readonly ahead: number; readonly seconds: number }
  /** Why the quoted answer stands for now; what the model writes follows. */
  | { readonly kind: "late"; readonly why: string }
  /** What the model has written so far: whole sentences, each checked; it only grows. Its marks count the passages. */
  | {
      readonly kind: "writing";
      readonly text: string;
      readonly passages: QuotedAnswer["passages"];
      readonly model: ModelLabel;
    };

/** A model as people know it. `kind` "puppet" plays given words and is always labelled so. */
export interface ModelLabel {
  readonly kind: "llama" | "openai" | "puppet";
  readonly name: string;
  /** SHA-256 of its file, in hexadecimal, where there is a file. */
  readonly hash?: string;
}

/** How an answer was written, for "Why?": by which model and prompt, at what cost, and what was left out on the way. */
export interface Written {
  readonly model: ModelLabel;
  /** SHA-256 of the prompt's rules, in hexadecimal. */
  readonly promptHash: string;
  /** Tokens of the prompt, how many of them had been evaluated before, and tokens written. */
  readonly tokens: { readonly prompt: number; readonly reused: number; readonly written: number };
  /** Sentences that were shown, and sentences dropped because no passage carries them or because they are beside the point. */
  readonly sentences: { readonly kept: number; readonly dropped: number };
  /** Passages and earlier turns that did not fit the prompt. */
  readonly leftOut: { readonly passages: number; readonly turns: number };
}

/**
 * What became of writing: what was written and how, or one sentence that says why the quoted answer stands; `tried` is there where a
 * model wrote and nothing was left of it.
 */
export type Writing =
  | ({ readonly kind: "written" } & Written)
  | { readonly kind: "not written"; readonly why: string; readonly tried?: Written };

/**
 * An answer, everything that was considered for it (best first), what became of writing (where there is a model and something to
 * write), and how long each step took in milliseconds.
 */
export interface Answered {
  /** Given by the core; by it one learns later whether the answer's sources have changed. */
  readonly id: string;
  readonly answer: Answer;
  readonly hits: readonly Hit[];
  readonly writing?: Writing;
  /** Attached files that could not be read, and why. */
  readonly unread?: readonly FailedDocument[];
  readonly timings: {
    readonly search: number;
    readonly answer: number;
    /** In the model's queue, and with the model. */
    readonly waiting?: number;
    readonly writing?: number;
  };
}

/** A source that an answer was taken from, and what became of it. `title` and `path` are as they were shown with the answer. */
export interface StaleSource {
  readonly title: string;
  readonly path: string;
  /** "changed": what was taken from it stands there no longer. "removed": it is gone, or no longer for the readers of that place. */
  readonly change: "changed" | "removed";
}

/** An answer whose sources have changed since it was given: where, to which message, and who had asked. */
export interface StaleAnswer {
  readonly id: string;
  /** ISO 8601. */
  readonly answeredAt: string;
  readonly conversation: Conversation;
  readonly messageId: string;
  readonly askerId: string;
  readonly sources: readonly [StaleSource, ...StaleSource[]];
}

/** Which answers are meant: those of a space, or less where more is said. `since` is an ISO 8601 instant. */
export interface AnswerScope {
  readonly platform: Conversation["platform"];
  readonly space: string;
  readonly channel?: string;
  readonly thread?: string;
  readonly messageId?: string;
  readonly askerId?: string;
  readonly since?: string;
}

/** A passage that was considered for an answer: where it stands, what it scored, and whether the answer was taken from it. */
export interface Considered extends Pick<Passage, "documentId" | "path" | "title" | "headings" | "url" | "modifiedAt"> {
  readonly score: number;
  readonly isUsed: boolean;
}

/** How an earlier answer came about, without its text and without any of a document. Passages best first. */
export interface Why extends Pick<Answered, "id" | "writing" | "timings"> {
  /** ISO 8601. */
  readonly answeredAt: string;
  readonly kind: Answer["kind"];
  readonly passages: readonly Considered[];
}

/** What somebody said of an answer. */
export type Rating = "up" | "down";

/** A message that was edited (`text` is what it says now) or deleted (no `text`). */
export interface Revision {
  readonly conversation: Conversation;
  readonly id: string;
  readonly text?: string;
}

/** What was deleted, counted. */
export interface Forgotten {
  /** Questions to Hearth and its answers. */
  readonly messages: number;
  readonly answers: number;
  readonly ratings: number;
  /** Messages of channels whose talk is kept. */
  readonly talk: number;
  /** Lines of digests. */
  readonly lines: number;
}

/** The model that writes, if there is one: where it stands, whether it is let write, and why, in a sentence for people. */
export type ModelStatus =
  | { readonly kind: "none" }
  | {
      /** "idle": it is not loaded, since it may not write. */
      readonly kind: "idle" | "loading" | "ready" | "failed";
      readonly model: ModelLabel;
      readonly writes: boolean;
      readonly why: string;
      /** Questions in its queue. */
      readonly waiting: number;
      /** The most memory that its process held so far, in bytes, where it has one. */
      readonly peakBytes?: number;
    };

/** What the core knows about itself; shown to people as it is. */
export interface BrainStatus extends KnowledgeStatus {
  readonly seal: Seal;
  readonly model: ModelStatus;
}

/**
 * Whether the core can reach a network: its own list of interfaces, and where it can, why and what cures it. `addresses` are those
 * of the model's servers, which it reaches without a network of its own: on this machine, or ("private network") beyond it.
 * `chosen`: the owner wrote into the configuration that it may be so.
 */
export type Seal =
  | {
      readonly kind: "sealed";
      readonly interfaces: readonly string[];
      readonly by: string;
      readonly addresses?: readonly string[];
    }
  | {
      readonly kind: "private network";
      readonly interfaces: readonly string[];
      readonly by: string;
      readonly addresses: readonly string[];
    }
  | {
      readonly kind: "not sealed";
      readonly interfaces: readonly string[];
      readonly why: string;
      readonly cure: string;
      readonly chosen?: true;
      readonly addresses?: readonly string[];
    };

/** Everything one can ask, with no trace of any platform. Rejects when something is broken; "not in the docs" is a value. */
export interface Brain extends ChannelBrain {
  /** The answer to a question. `onProgress` is told where it stands and must not throw. */
  answer(
    question: Question,
    options: { readonly signal: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<Answered>;
  /** Passages for words as they are typed: the last word counts as the beginning of one. No model, no waiting. */
  lookup(
    words: string,
    options: {
      readonly clearance: readonly Audience[];
      readonly scope?: Scope;
      readonly limit: number;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly Hit[]>;
  /** All passages of one document in order; empty when there is none, or when the clearance does not cover it. */
  document(
    id: string,
    options: { readonly clearance: readonly Audience[]; readonly signal: AbortSignal },
  ): Promise<readonly Passage[]>;
  /**
   * Makes the index match the folders now, and says what changed. A sync in hand is joined. With `complete` it waits until every
   * passage can be found by meaning too.
   */
  sync(options: { readonly signal: AbortSignal; readonly complete?: boolean }): Promise<SyncReport>;
  /** What a sync would do now; nothing is written. */
  plan(options: { readonly signal: AbortSignal }): Promise<Synced>;
  /** Why a file (its absolute path) is or is not found, and where its passages stand for a question, if one is given. */
  explain(path: string, options: { readonly question?: string; readonly signal: AbortSignal }): Promise<Explanation>;
  status(options: { readonly signal: AbortSignal }): Promise<BrainStatus>;
  /** Those of the given answers, all of one platform, whose sources are no longer as they were. Unknown ids are left out. */
  staleAnswers(
    of: { readonly platform: Conversation["platform"]; readonly ids: readonly string[] },
    options: { readonly signal: AbortSignal },
  ): Promise<readonly StaleAnswer[]>;
  /**
   * Tells of every answer of a platform whose sources have changed for good, until the signal comes; then it resolves. An answer
   * counts as told, once and for all, when `onStale` has resolved; where it rejects, or a process dies before that, it is told again.
   */
  watchAnswers(
    of: { readonly platform: Conversation["platform"] },
    options: { readonly signal: AbortSignal; readonly onStale: (stale: StaleAnswer) => Promise<void> },
  ): Promise<void>;
  /** Forgets which passages answers were taken from, so that nothing is told of them any more. Gives how many there were. */
  forgetAnswers(of: AnswerScope, options: { readonly signal: AbortSignal }): Promise<number>;
  /** Keeps what was said to Hearth and what it answered, for follow-ups; a message that is kept already is replaced. */
  remember(messages: readonly ChatMessage[], options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * What was said before, oldest first: in a thread or a direct message what is kept of it; elsewhere what `replyTo` replies to, and
   * so on back.
   */
  turns(
    of: { readonly conversation: Conversation; readonly replyTo?: string },
    options: { readonly signal: AbortSignal },
  ): Promise<readonly Turn[]>;
  /** Follows edits and deletions of messages. Gives how many of them were kept. */
  revise(revisions: readonly Revision[], options: { readonly signal: AbortSignal }): Promise<number>;
  /** How an answer came about, with those of its passages that the clearance covers; undefined where that is no longer known. */
  why(
    id: string,
    options: { readonly clearance: readonly Audience[]; readonly signal: AbortSignal },
  ): Promise<Why | undefined>;
  /** Keeps what a person said of an answer, their last word; without `rating` it is taken back. */
  rate(
    said: { readonly answerId: string; readonly personId: string; readonly rating?: Rating },
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
  /** Deletes what was said, what answers were taken from, and what was said of them; the bytes leave the disk at once. */
  forget(of: AnswerScope, options: { readonly signal: AbortSignal }): Promise<Forgotten>;
}
