import type { Brain } from "../brain/brain.ts";
import type { Log } from "../log.ts";
import type { HumanSettings } from "./ask-human.ts";
import type { Dialect } from "./dialect.ts";
import type { Inbox } from "./inbox.ts";
import type { ChatPlatform } from "./platform.ts";
import type { Talk } from "./talk.ts";

/** The asker stopped it: what is there stands. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The question is gone, or the place that it was asked in. */
export class Dropped extends Error {
  override readonly name = "Dropped";
}

/** What the owner chose about answers. */
export interface AnsweringSettings extends HumanSettings {
  readonly linkHosts: readonly string[];
  /** Questions older than so many hours get an apology instead of an answer. */
  readonly apologyHours: number;
  /** What becomes of an answer whose source changed: a line below it, or another answer in its place. */
  readonly sourceChanged: "mark" | "update";
  /** The time zone (IANA) of a digest's days where nothing else is said; without it the machine's. */
  readonly zone?: string;
}

/** What it takes to answer. */
export interface Answering {
  readonly platform: ChatPlatform;
  readonly brain: Pick<Brain, "answer" | "turns" | "remember" | "staleAnswers" | "digest" | "digestNow">;
  readonly talk: Pick<Talk, "keeps" | "handedOver" | "lookAt" | "untold">;
  readonly dialect: Pick<Dialect, "command">;
  readonly inbox: Pick<Inbox, "give" | "given" | "openJob" | "sendings" | "done">;
  readonly settings: AnsweringSettings;
  readonly log: Log;
  /** Milliseconds. */
  readonly now: () => number;
}

/** When answering ends before its end. */
export interface Signals {
  /** Comes when the question is stopped or dropped, and when Hearth closes. */
  readonly signal: AbortSignal;
  readonly closing: AbortSignal;
}
