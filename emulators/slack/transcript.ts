import type { Pings } from "./model.ts";

/** One thing that went over the wire, with the milliseconds since 1970 at which it did. */
export type Entry = ApiEntry | SocketEntry | DeliveryEntry | DownloadEntry | ResponseEntry;

/** A call of the Web API, written down when it arrived; `status` and `answeredAt` follow when it is answered (0: cut off). */
export interface ApiEntry {
  readonly kind: "api";
  readonly at: number;
  /** `chat.postMessage`. */
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The workspace or org that the token is of. */
  team?: string;
  status?: number;
  answeredAt?: number;
  /** Slack's error, where it was refused. */
  error?: string;
  /** Seconds, on a 429. */
  retryAfter?: number;
  /** The message that it made or changed. */
  ts?: string;
  channel?: string;
  /** Whom its text notifies, where it writes a message; whether or not Slack took it. */
  readonly pings?: Pings;
}

/** A message of a Socket Mode connection, or its opening and closing. */
export interface SocketEntry {
  readonly kind: "socket";
  readonly at: number;
  readonly from: "app" | "slack";
  readonly what: "open" | "message" | "close";
  readonly socket: number;
  readonly type?: string;
  readonly envelope?: string;
  readonly body?: unknown;
  readonly code?: number;
}

/** One attempt to bring something to the app, by socket or HTTP; `ackedAt` follows with its acknowledgement. */
export interface DeliveryEntry {
  readonly kind: "delivery";
  readonly at: number;
  readonly by: "socket" | "http" | "nothing";
  /** `events_api`, `interactive`, `slash_commands`. */
  readonly type: string;
  /** Of an event: `message`, `app_mention`. */
  readonly event?: string;
  readonly eventId?: string;
  readonly attempt: number;
  readonly body?: unknown;
  ackedAt?: number;
  /** Why it counts as failed: `timeout`, `http_error` … */
  failed?: string;
  status?: number;
}

/** A file's bytes were asked for; `authorized` says whether a token came with it. */
export interface DownloadEntry {
  readonly kind: "download";
  readonly at: number;
  readonly file: string;
  readonly host: "slack" | "elsewhere";
  readonly authorized: boolean;
  readonly status: number;
}

/** A response_url was used. */
export interface ResponseEntry {
  readonly kind: "response";
  readonly at: number;
  readonly url: string;
  readonly body: unknown;
  readonly status: number;
  readonly pings?: Pings;
}

/** A request that a correct client would not have made. */
export interface Violation {
  readonly at: number;
  /** The method, or `socket`, `response_url`, `file`, `ack`. */
  readonly method: string;
  readonly why: string;
}

/** What happened, in order. With `lean`, arguments and bodies are left out, for runs of many thousands. */
export interface Transcript {
  readonly entries: readonly Entry[];
  readonly violations: readonly Violation[];
  add<E extends Entry>(entry: E): E;
  /** Writes into an entry what is known of it by now. */
  complete<E extends Entry>(entry: E, more: Partial<E>): void;
  violate(method: string, why: string): void;
  /** The calls of one method, oldest first. */
  calls(method: string): ApiEntry[];
  clear(): void;
}

/** Milliseconds since 1970, finer than Date.now. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Keeps the transcript; `changed` is called after each entry. */
export function createTranscript(options: { readonly lean: boolean; readonly changed: () => void }): Transcript {
  const entries: Entry[] = [];
  const violations: Violation[] = [];
  return {
    entries,
    violations,
    add(entry) {
      if (options.lean && entry.kind === "api") Object.assign(entry, { args: {} });
      if (options.lean && entry.kind !== "api") Object.assign(entry, { body: undefined });
      entries.push(entry);
      options.changed();
      return entry;
    },
    complete(entry, more) {
      Object.assign(entry, more);
      options.changed();
    },
    violate(method, why) {
      violations.push({ at: now(), method, why });
      options.changed();
    },
    calls: (method) => entries.filter((one) => one.kind === "api").filter((one) => one.method === method),
    clear() {
      entries.length = 0;
      violations.length = 0;
    },
  };
}
