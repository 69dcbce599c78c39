import { createHash } from "node:crypto";

/** So many requests in so many seconds. */
export interface Rate {
  readonly limit: number;
  readonly seconds: number;
}

/** The limits: by `METHOD /path/{template}`, else `other`; `global` is per second over all but interactions. */
export interface Rates {
  readonly global: number;
  readonly other: Rate;
  readonly routes: Readonly<Record<string, Rate>>;
}

/** What is commonly seen of Discord's. */
export const DISCORD_RATES: Rates = {
  global: 50,
  other: { limit: 30, seconds: 10 },
  routes: {
    "POST /channels/{channel}/messages": { limit: 5, seconds: 5 },
    "PATCH /channels/{channel}/messages/{message}": { limit: 5, seconds: 5 },
    "DELETE /channels/{channel}/messages/{message}": { limit: 5, seconds: 1 },
    "POST /channels/{channel}/typing": { limit: 5, seconds: 5 },
    "GET /channels/{channel}/messages": { limit: 50, seconds: 10 },
    "POST /webhooks/{application}/{token}": { limit: 5, seconds: 2 },
    "PATCH /webhooks/{application}/{token}/messages/{message}": { limit: 5, seconds: 2 },
    "PUT /applications/{application}/commands": { limit: 5, seconds: 20 },
    "PUT /applications/{application}/guilds/{guild}/commands": { limit: 5, seconds: 20 },
  },
};

/** Wide enough that no test waits. */
export const WIDE_RATES: Rates = { global: 100_000, other: { limit: 100_000, seconds: 1 }, routes: {} };

/** What one request meets: headers always, and how long to wait where it is refused. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  readonly refused?: { readonly retryAfter: number; readonly global: boolean };
  /** It came before an earlier Retry-After ended. */
  readonly tooEarly: boolean;
}

/** Who is asking for what: the route's name, and the value of its major parameter. */
export interface Asker {
  readonly route: string;
  readonly major: string;
  readonly at: number;
  /** Interactions lie outside the global limit. */
  readonly isGlobal: boolean;
}

/** The counters of all buckets. */
export interface Limits {
  take(asker: Asker): Verdict;
  /** Closes a bucket, as a 429 that a test asked for does. */
  close(asker: Asker, retryAfter: number, scope: "user" | "shared" | "global"): void;
}

interface Window {
  endsAt: number;
  used: number;
  closedUntil: number;
}

/** How long after a global 429 requests may still come in that were on their way before it. */
const UNDERWAY_MS = 150;

/** Counts by fixed windows, as Discord's headers describe them. */
export function createLimits(rates: Rates): Limits {
  const windows = new Map<string, Window>();
  const all: Window & { closedAt: number } = { endsAt: 0, used: 0, closedUntil: 0, closedAt: 0 };
  const windowOf = (key: string, { at, seconds }: { at: number; seconds: number }): Window => {
    if (windows.size > 20_000) sweep(windows, at);
    const found = windows.get(key);
    if (found !== undefined) return renewed(found, at, seconds);
    const fresh = { endsAt: at + seconds * 1000, used: 0, closedUntil: 0 };
    windows.set(key, fresh);
    return fresh;
  };
  return {
    take(asker) {
      const { at } = asker;
      if (asker.isGlobal) {
        const wait = takeGlobal(all, rates.global, at);
        if (wait !== undefined) return wait;
      }
      const rate = rates.routes[asker.route] ?? rates.other;
      const window = windowOf(`${asker.route} ${asker.major}`, { at, seconds: rate.seconds });
      const tooEarly = at < window.closedUntil;
      const isRefused = tooEarly || window.used >= rate.limit;
      if (isRefused) window.closedUntil = Math.max(window.closedUntil, window.endsAt);
      else window.used += 1;
      const headers = bucketHeaders(asker, { rate, window });
      if (!isRefused) return { headers, tooEarly };
      return { headers, tooEarly, refused: { retryAfter: secondsUntil(window.closedUntil, at), global: false } };
    },
    close(asker, retryAfter, scope) {
      const until = asker.at + retryAfter * 1000;
      if (scope === "global") Object.assign(all, { closedUntil: until, closedAt: asker.at });
      else windowOf(`${asker.route} ${asker.major}`, { at: asker.at, seconds: retryAfter }).closedUntil = until;
    },
  };
}

function renewed(window: Window, at: number, seconds: number): Window {
  if (at >= window.endsAt) Object.assign(window, { endsAt: at + seconds * 1000, used: 0 });
  return window;
}

function takeGlobal(all: Window & { closedAt: number }, limit: number, at: number): Verdict | undefined {
  renewed(all, at, 1);
  const isClosed = at < all.closedUntil;
  if (!isClosed && all.used < limit) {
    all.used += 1;
    return undefined;
  }
  const tooEarly = isClosed && at - all.closedAt > UNDERWAY_MS;
  if (!isClosed) Object.assign(all, { closedUntil: all.endsAt, closedAt: at });
  const retryAfter = secondsUntil(all.closedUntil, at);
  return { headers: {}, tooEarly, refused: { retryAfter, global: true } };
}

const secondsUntil = (until: number, at: number): number => Math.max(0.001, Math.ceil(until - at) / 1000);

function bucketHeaders({ route, at }: Asker, { rate, window }: { rate: Rate; window: Window }): Record<string, string> {
  return {
    "X-RateLimit-Limit": String(rate.limit),
    "X-RateLimit-Remaining": String(Math.max(0, rate.limit - window.used)),
    "X-RateLimit-Reset": (window.endsAt / 1000).toFixed(3),
    "X-RateLimit-Reset-After": secondsUntil(window.endsAt, at).toFixed(3),
    "X-RateLimit-Bucket": hashOf(route),
  };
}

const hashes = new Map<string, string>();

function hashOf(route: string): string {
  const found = hashes.get(route) ?? createHash("md5").update(route).digest("hex");
  hashes.set(route, found);
  return found;
}

function sweep(windows: Map<string, Window>, at: number): void {
  for (const [key, { endsAt, closedUntil }] of windows) if (endsAt < at && closedUntil < at) windows.delete(key);
}
