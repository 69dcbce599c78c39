import type { Audience, Conversation, TalkPlace } from "../chat.ts";
import type { AnswerScope, Forgotten, Rating, StaleAnswer, StaleSource, Why } from "./brain.ts";
import type { Fingerprint } from "./evidence.ts";

/** What is kept of a source of an answer: where it stands, and hashes. `change` is what became of it, where something did. */
export interface SourceRecord {
  readonly passageId: string;
  readonly documentId: string;
  readonly path: string;
  readonly title: string;
  readonly headings: readonly string[];
  /** SHA-256 of the passage's text, in hexadecimal. */
  readonly textHash: string;
  readonly stretches: readonly Fingerprint[];
  /** Of a message: when it was sent (ISO 8601). */
  readonly saidAt?: string;
  readonly change?: StaleSource["change"];
}

/** What is kept of an answer: neither the question nor the answer, and no text of a document. */
export interface AnswerRecord {
  readonly id: string;
  readonly answeredAt: string;
  readonly conversation: Conversation;
  readonly messageId: string;
  readonly askerId: string;
  /** What the readers of the place could read. */
  readonly clearance: readonly Audience[];
  readonly sources: readonly SourceRecord[];
  readonly why: Pick<Why, "kind" | "writing" | "timings" | "passages">;
}

/** A source as it is looked at again: `key` names it in the records. */
export interface KeptSource extends SourceRecord {
  readonly key: number;
  readonly clearance: readonly Audience[];
  /** The question that was answered with it. */
  readonly question: Pick<AnswerScope, "platform" | "space"> & { readonly channel: string; readonly messageId: string };
}

/** Which passages each answer was taken from, how it came about and what people said of it, for some weeks. */
export interface AnswerRecords extends Disposable {
  /** Keeps an answer; an earlier one to the same message is replaced. */
  add(record: AnswerRecord): void;
  /** Those of some messages of a channel, by their ids, that were questions which Hearth answered. */
  answered(place: TalkPlace, ids: readonly string[]): ReadonlySet<string>;
  /** The documents that answers were taken from. */
  documents(): readonly string[];
  /** The sources that lie in a document, or of them those that are some passages. */
  sourcesIn(documentId: string, passageIds?: readonly string[]): readonly KeptSource[];
  /** Says what became of a source; nothing where it is as it was. `at` is when that was found (milliseconds). */
  judge(key: number, change: StaleSource["change"] | undefined, at: number): void;
  /** Says where a source lies now. */
  move(key: number, source: Omit<SourceRecord, "change">): void;
  /** Those of the answers that are stale now. */
  stale(platform: Conversation["platform"], ids: readonly string[]): readonly StaleAnswer[];
  /**
   * The ids of answers that are stale at least since `before` (milliseconds), or by what became of a message, and of which nobody was
   * told, the first to become so first.
   */
  untold(platform: Conversation["platform"], before: number): readonly string[];
  /** Somebody was told: never again. */
  told(id: string, at: number): void;
  /** How an answer came about, with every passage; undefined where that is not known. */
  why(id: string): Why | undefined;
  /** Keeps a person's last word on an answer, or strikes it out; nothing where the answer is not known. */
  rate(said: { readonly answerId: string; readonly personId: string; readonly rating?: Rating }, at: number): void;
  /** Deletes answers with what was said of them, and what the asker said of those of others; gives how many there were. */
  forget(of: AnswerScope): Pick<Forgotten, "answers" | "ratings">;
  /** Deletes what is older than is kept. */
  prune(now: number): void;
}
