import type { Pings } from "./model.ts";

/** One thing that went over the wire, with the milliseconds since 1970 at which it did. */
export type Entry = RestEntry | GatewayEntry;

/** A request, written down when it arrived; `status` and `answeredAt` follow when it is answered (0: cut off). */
export interface RestEntry {
  readonly kind: "rest";
  readonly at: number;
  readonly method: string;
  /** Without the version: `/channels/1/messages`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly files: number;
  /** The template that it matched: `/channels/{channel}/messages`. */
  route?: string;
  status?: number;
  answeredAt?: number;
  /** Discord's error code, where it was refused. */
  code?: number;
  /** Seconds, on a 429. */
  retryAfter?: number;
  /** Whom what it writes would notify, where it writes a message. */
  readonly pings?: Pings;
  /** The message that it made or changed. */
  message?: string;
}

/** A gateway message, or the opening and closing of a socket. */
export interface GatewayEntry {
  readonly kind: "gateway";
  readonly at: number;
  readonly from: "bot" | "discord";
  readonly what: "open" | "message" | "close";
  readonly socket: number;
  readonly op?: number;
  readonly s?: number;
  readonly t?: string;
  readonly d?: unknown;
  /** The whole packet of an event. */
  readonly text?: string;
  /** Of a close. */
  readonly code?: number;
}

/** A request that a correct client would not have made. */
export interface Violation {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly why: string;
}

/** What happened, in order. With `lean`, bodies and payloads are left out, for runs of many thousands. */
export interface Transcript {
  readonly entries: readonly Entry[];
  readonly violations: readonly Violation[];
  add<E extends Entry>(entry: E): E;
  violate(violation: Violation): void;
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
      if (options.lean && entry.kind === "rest") Object.assign(entry, { body: undefined });
      if (options.lean && entry.kind === "gateway") Object.assign(entry, { d: undefined, text: undefined });
      entries.push(entry);
      options.changed();
      return entry;
    },
    violate(violation) {
      violations.push(violation);
      options.changed();
    },
    clear() {
      entries.length = 0;
      violations.length = 0;
    },
  };
}
