/** Who may read something. A document has exactly one; a place where people talk grants a set of them (its clearance). */
export type Audience = "public" | "team" | `${string}:${string}`;

/** Whether a word names an audience. */
export function isAudience(word: string): word is Audience {
  return word === "public" || word === "team" || word.includes(":");
}

/** Characters of one message, and earlier turns, that go along with a question; more is no question. */
export const LONGEST_TEXT = 4_000;
export const MOST_TURNS = 50;

/** Files that go along with a question, and bytes of all of them together. */
export const MOST_FILES = 5;
export const MOST_FILE_BYTES = 8 * 1024 * 1024;

/** Where people talk: a channel, or one thread in it. `space` is the guild or workspace. */
export interface Conversation {
  readonly platform: "discord" | "slack" | "web" | "terminal";
  readonly space: string;
  readonly channel: string;
  readonly thread?: string;
}

/** One message as we understand it. `sentAt` is an ISO 8601 instant, so that messages pass unchanged between processes. */
export interface ChatMessage {
  readonly id: string;
  readonly conversation: Conversation;
  readonly author: { readonly id: string; readonly name: string; readonly isBot: boolean };
  readonly text: string;
  readonly sentAt: string;
  /** The message of the same channel that it replies to. */
  readonly replyTo?: string;
  /** Where people find it, on platforms whose messages have addresses. */
  readonly url?: string;
}

/** A message of a channel whose talk is kept. */
export interface TalkMessage extends ChatMessage {
  /** ISO 8601. */
  readonly editedAt?: string;
  /** How many people reacted to it, where the platform says so. */
  readonly reactions?: number;
}

/**
 * A place whose talk is kept as one: a channel with the threads that all its readers see. A private thread is a place of its own; its
 * `channel` is the thread's id.
 */
export type TalkPlace = Pick<Conversation, "platform" | "space" | "channel">;

/** The audience of a place's readers. Pure. */
export function readersOf({ platform, space, channel }: TalkPlace): Audience {
  return `${platform}:${space}:${channel}`;
}

/** A file that came with a question; `base64` holds its bytes, so that it passes unchanged between processes. */
export interface AttachedFile {
  readonly name: string;
  readonly base64: string;
}

/** An earlier turn of the same conversation, oldest first where there are several. */
export interface Turn {
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** What somebody asks: the message, what was said before it, and what every reader of the place may read. */
export interface Question {
  readonly message: ChatMessage;
  readonly turns: readonly Turn[];
  readonly clearance: readonly Audience[];
  /** Places (by their readers) whose talk may be recalled for it: all who see the answer read them, and it is shown in one of them or to the asker alone. */
  readonly talk?: readonly Audience[];
  /** They are read for this question only, and never kept. */
  readonly files?: readonly AttachedFile[];
}

/** A stretch of one document, small enough to be found and quoted as one. */
export interface Passage {
  /** `<document id>#<number>`, numbered from 0 in the order of the document. */
  readonly id: string;
  readonly documentId: string;
  /** Path inside its folder, with forward slashes. */
  readonly path: string;
  readonly title: string;
  /** The headings it stands under, outermost first; the document's title is not repeated here. */
  readonly headings: readonly string[];
  /** Fragment of the nearest heading, without "#"; empty above the first heading. */
  readonly anchor: string;
  /** First and last line (or row) in the file, counted from 1; [0, 0] where the format has no lines. */
  readonly lines: readonly [first: number, last: number];
  /** Page or slide, counted from 1, in formats that have them. */
  readonly page?: number;
  /** When the document last changed, ISO 8601. */
  readonly modifiedAt?: string;
  /** Where people can read it, if the folder or the document says so. */
  readonly url?: string;
  /** Of something that was said in a channel: by whom, and when (ISO 8601). Then `documentId` and `path` name the place, and `id` the message. */
  readonly said?: { readonly by: string; readonly at: string };
  /** Markdown. */
  readonly text: string;
}

/** How the ids and paths of places' talk begin; those of documents do not. */
export const TALK = "talk:";

/** A passage that was found, with the score it was ranked by (higher is better; comparable within one search only). */
export interface Hit {
  readonly passage: Passage;
  readonly score: number;
  /** How near in meaning it is to what was asked: the cosine of their vectors, where there are vectors. */
  readonly similarity?: number;
}

/** Words taken as they stand from a passage, and where: character ranges in `passages[passage].text`. */
export interface Quote {
  readonly passage: number;
  readonly text: string;
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

/** Two passages that say different things about what was asked, as places in an answer's `passages`. */
export type Conflict = readonly [one: number, other: number];

/**
 * What Hearth says. `quoted` holds the few sentences that answer, and the passages they stand in; `cited` a model's sentences, whose
 * marks [1], [2] … count the passages, and the quotes shown before them that they do not repeat; `plain` is small talk and claims
 * nothing about the documents; `unknown` names the nearest places.
 */
export type Answer =
  | {
      readonly kind: "quoted";
      readonly quotes: readonly [Quote, ...Quote[]];
      readonly passages: readonly [Passage, ...Passage[]];
      readonly conflicts?: readonly Conflict[];
    }
  | {
      readonly kind: "cited";
      readonly text: string;
      readonly quotes: readonly Quote[];
      readonly passages: readonly [Passage, ...Passage[]];
      readonly conflicts?: readonly Conflict[];
    }
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "unknown"; readonly nearest: readonly Passage[] };
