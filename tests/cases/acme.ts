import type { Sent } from "./check.ts";
import type { Stage } from "./stage.ts";

/** A message of Hearth's as people see it. */
export interface Shown {
  readonly id: string;
  readonly text: string;
  /** How often it was changed. */
  readonly edits: number;
  /** Whether it is still written: it says so itself, or can be stopped. */
  readonly isGrowing: boolean;
}

/** A message that somebody wrote: its id, and that of its place. */
export interface Written {
  readonly id: string;
  readonly in: string;
  /** The thread that it stands in, where the platform has threads within places. */
  readonly thread?: string | undefined;
}

/** A question that somebody put, by its message. */
export interface Question extends Written {
  readonly kind: "question";
  /** The id of whoever put it. */
  readonly by: string;
  /** performance.now() when it was put, and when its answer stood. */
  readonly at: number;
  answeredAt?: number;
}

/** A command that somebody used. */
export interface Command {
  readonly kind: "command";
  /** What whoever used it was answered; undefined before that. */
  text(): string | undefined;
}

/** A file that is sent along. */
export interface SentFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly type?: string;
}

/** What somebody writes; people, places and threads by their names in the cases. */
export interface Saying {
  readonly by: string;
  readonly in: string;
  readonly text: string;
  readonly thread?: string | undefined;
  readonly files?: readonly SentFile[];
}

/** A command as the cases call it. */
export interface CommandUse {
  readonly in: string;
  readonly by: string;
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
}

/** What becomes of one call of Hearth's to the platform instead of its answer; "pass" lets it through. */
export type Trouble =
  | { readonly status: number }
  | { readonly retryAfter: number; readonly isGlobal?: boolean }
  | "pass"
  | "commit-then-reset";

/** What breaks the connection again and again: how often, with what pause, and how. */
export interface Breaking {
  readonly times: number;
  readonly pauseMs: number;
  act(time: number): void | Promise<void>;
}

/** A request that the platform sends to Hearth's own port. */
export interface Inbound {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The message that it tells of. */
  readonly message: Written;
}

/** Steps of a case by their names. */
export type Steps = Readonly<Record<string, (given: unknown, stage: Stage) => Promise<void>>>;

/**
 * The company of the cases on one chat platform: people and places by name, what they do, and what is seen of Hearth there. What only one
 * platform has stands in its `steps`.
 */
export interface Acme extends AsyncDisposable {
  readonly platform: "discord" | "slack";
  /** What Hearth's configuration says of the platform, by its key; cases may change it before the start. */
  readonly settings: Record<string, Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the token stands in the environment. */
  readonly tokenVariable: string;
  /** The bot's own id, and, where there is one, that of a bot that is not Hearth. */
  readonly bot: string;
  readonly otherBot: string | undefined;
  readonly steps: Steps;
  /** Waits until Hearth is connected and ready; rejects when it is not in time. */
  whenReady(timeoutMs: number): Promise<void>;
  isConnected(): boolean;
  /** Waits until the predicate gives something, looking after every change; rejects after the timeout. */
  until<T>(predicate: () => T | undefined | null | false, timeoutMs?: number): Promise<T>;
  /** How many calls Hearth has made so far. */
  calls(): number;
  /** A person's id; one who is not known yet joins the company. */
  readonly person: (name: string) => string;
  /** A place's id, by the other platform's name for it too. */
  readonly place: (name: string) => string;
  isDirect(name: string): boolean;
  /** Who may read a place, as documents name it. */
  audience(name: string): string;
  say(saying: Saying): Written;
  edit(message: Written, text: string): void;
  remove(message: Written): void;
  command(use: CommandUse): Command;
  /** The messages that answer a question, in order. */
  answersTo(question: Question): readonly Shown[];
  /** All messages of Hearth's that stand in the places. */
  posts(): readonly Shown[];
  /** How many of them there are, without those that continue another. */
  replies(): number;
  /** How many answers a question got; what continues one is no other. */
  countAnswers(question: Question): number;
  /** What a press of "Why?" below an answer tells whoever asked; undefined where there is no such button. */
  why(question: Question): Promise<string | undefined>;
  /** Makes calls of a kind fail, one after the other: "post_message", or the platform's own name of a method. */
  fail(api: string, sequence: readonly Trouble[]): void;
  /** How many calls met such a fault. */
  failed(): number;
  breaking(plan: Readonly<Record<string, unknown>>): Breaking;
  /** Makes an event with raw fields, which the function that comes back brings to Hearth, each time the same. */
  rawEvent(raw: Readonly<Record<string, unknown>>): { readonly message?: Written; deliver(): void };
  /** Every call that changed or showed something. */
  sent(): readonly Sent[];
  /** What else is seen there, by "on.field". */
  facts(): Readonly<Record<string, unknown>>;
  /** Where the platform's requests to Hearth's own port go, and such a request, where it sends any. */
  readonly inboundPath?: string;
  inbound?(given: Readonly<Record<string, unknown>>): Inbound;
}

/** Names of places that cases for any platform use, each with its name on the other platform. */
const SAME: readonly (readonly [discord: string, slack: string])[] = [
  ["ga_general", "C_GENERAL"],
  ["ga_pub", "C_PUB"],
  ["ga_hr", "G_HR"],
];

/** A place's own name on a platform. A direct message with somebody is "DM_" and the name. Pure. */
export function ownName(name: string, platform: Acme["platform"]): string {
  const direct = /^DM?_(?=[a-z])/.exec(name);
  if (direct) return `DM_${name.slice(direct[0].length)}`;
  const pair = SAME.find((one) => one.includes(name));
  if (!pair) return name;
  return platform === "discord" ? pair[0] : pair[1];
}

/** What a map has for a name. Throws where the cases' world has nothing of that name. */
export function need<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  if (found === undefined) throw new Error(`The world of the cases has no ${name}`);
  return found;
}
