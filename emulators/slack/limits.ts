/** Slack's classes of methods: so many calls per minute, for each method and workspace. */
export type Tier = "tier1" | "tier2" | "tier3" | "tier4" | "special";

/** So many calls per minute by tier, and posts per second in one channel. */
export interface Rates {
  readonly perMinute: Readonly<Record<Tier, number>>;
  /** chat.postMessage: how many at once in a channel, and how many milliseconds give back one of them. */
  readonly channelBurst: number;
  readonly channelMs: number;
  /** chat.postMessage in a whole workspace, per minute. */
  readonly postsPerMinute: number;
  /** How long after a 429 calls may still come in that were on their way before it. */
  readonly underwayMs: number;
}

/** Slack's own, at the lower bound of what is documented. */
export const SLACK_RATES: Rates = {
  perMinute: { tier1: 1, tier2: 20, tier3: 50, tier4: 100, special: 300 },
  channelBurst: 1,
  channelMs: 1000,
  postsPerMinute: 300,
  underwayMs: 150,
};

/** Wide enough that no test waits. */
export const WIDE_RATES: Rates = {
  perMinute: { tier1: 1e6, tier2: 1e6, tier3: 1e6, tier4: 1e6, special: 1e6 },
  channelBurst: 1e6,
  channelMs: 1,
  postsPerMinute: 1e6,
  underwayMs: 150,
};

/** Who calls what. */
export interface Asker {
  readonly method: string;
  readonly tier: Tier;
  readonly team: string;
  /** Of chat.postMessage. */
  readonly channel: string | undefined;
  readonly at: number;
}

/** How long to wait, where a call is refused, and whether it came before an earlier wait ended. */
export interface Verdict {
  readonly retryAfter?: number;
  readonly tooEarly: boolean;
}

/** The counters. */
export interface Limits {
  take(asker: Asker): Verdict;
  /** Closes a method for a workspace, as a 429 that a test asked for does. */
  close(asker: Asker, retryAfter: number): void;
}

interface Gate {
  closedAt: number;
  closedUntil: number;
}

interface Window extends Gate {
  endsAt: number;
  used: number;
}

interface Bucket extends Gate {
  emptyAt: number;
}

const MINUTE = 60_000;

/** Counts by fixed windows of a minute, and by a leaking bucket in each channel. */
export function createLimits(rates: Rates): Limits {
  const windows = new Map<string, Window>();
  const buckets = new Map<string, Bucket>();
  const windowOf = ({ method, team, at }: Asker): Window => {
    const found = windows.get(`${method} ${team}`) ?? { endsAt: 0, used: 0, closedAt: 0, closedUntil: 0 };
    if (at >= found.endsAt) Object.assign(found, { endsAt: at + MINUTE, used: 0 });
    windows.set(`${method} ${team}`, found);
    return found;
  };
  const refused = (gate: Gate, at: number): Verdict => ({
    tooEarly: at - gate.closedAt > rates.underwayMs,
    retryAfter: Math.max(1, Math.ceil((gate.closedUntil - at) / 1000)),
  });
  const closed = (gate: Gate, at: number, until: number): Verdict => {
    Object.assign(gate, { closedAt: at, closedUntil: until });
    return { ...refused(gate, at), tooEarly: false };
  };
  return {
    take(asker) {
      const { at, channel, tier } = asker;
      const window = windowOf(asker);
      if (at < window.closedUntil) return refused(window, at);
      const limit = channel === undefined ? rates.perMinute[tier] : rates.postsPerMinute;
      if (window.used >= limit) return closed(window, at, window.endsAt);
      if (channel !== undefined) {
        const bucket = buckets.get(channel) ?? { emptyAt: 0, closedAt: 0, closedUntil: 0 };
        buckets.set(channel, bucket);
        if (at < bucket.closedUntil) return refused(bucket, at);
        const over = bucket.emptyAt - at - (rates.channelBurst - 1) * rates.channelMs;
        if (over > 0) return closed(bucket, at, at + over);
        bucket.emptyAt = Math.max(bucket.emptyAt, at) + rates.channelMs;
      }
      window.used += 1;
      return { tooEarly: false };
    },
    close: (asker, retryAfter) => void closed(windowOf(asker), asker.at, asker.at + retryAfter * 1000),
  };
}
