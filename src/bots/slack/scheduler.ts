import { setTimeout as delay } from "node:timers/promises";

/** How often Slack lets a method be called: so many times a minute for each token, and posts in one channel so far apart. */
export interface Rates {
  readonly perMinute: (method: string) => number;
  readonly channelMs: number;
}

/** What Slack surely allows; what it says is "and more". */
const PER_MINUTE: Readonly<Record<string, number>> = {
  "chat.postMessage": 240,
  "chat.startStream": 20,
  "chat.stopStream": 20,
  "chat.appendStream": 100,
  "chat.postEphemeral": 100,
  "users.info": 100,
  "users.list": 20,
  "conversations.members": 100,
  "files.info": 100,
  "assistant.threads.setStatus": 100,
  "auth.teams.list": 20,
};

/**
 * Answers that are shown while they are written. Each is edited once it is whole, and Slack allows fifty edits a minute, of which what can
 * be left out takes half: with more of them, whole answers would wait for each other.
 */
export const SHOWN_LIVE = "answers shown live";
const LIVE_PER_MINUTE = 24;

/** Slack's own rates, and a little more time between two posts than it asks for. */
export const SLACK_RATES: Rates = {
  perMinute: (method) => (method === SHOWN_LIVE ? LIVE_PER_MINUTE : (PER_MINUTE[method] ?? 50)),
  channelMs: 1_150,
};

/** A little more than the minute that Slack counts by, for what is on its way. */
const WINDOW_MS = 61_000;
/** What can be left out takes no more than this of what there is, so that the rest is there for what cannot. */
const SPARE = 0.5;

/** A call that is to be made: `key` names the token without being it. */
export interface Due {
  readonly key: string;
  readonly method: string;
  /** The channel that is posted to. */
  readonly channel?: string | undefined;
}

/** The one place that says when a method may be called, for all that happens in a workspace. */
export interface Scheduler {
  /** Resolves when the call may be made, in the order of asking; it counts as made then. */
  turn(due: Due, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Whether a call that can be left out may be made now: then it counts as made. `share`: of what Slack allows in a minute. */
  spare(due: Due, share?: number): boolean;
  /** Resolves when a call that is behind all others may be made, however long that takes; it counts as made then. */
  behind(due: Due, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Whether there is room for a call; it does not count. */
  hasRoom(due: Due): boolean;
  /** Counts one as made. */
  count(due: Due): void;
  /** Slack asks to wait so many seconds. */
  close(due: Due, seconds: number): void;
}

interface Lane {
  readonly made: number[];
  closedUntil: number;
  last: Promise<void>;
}

/** A clock, in milliseconds. */
export interface Clock {
  readonly now: () => number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  pause: (ms, signal) => delay(Math.ceil(ms), undefined, { signal, ref: false }),
};

/** A scheduler for all tokens. */
export function createScheduler(rates: Rates = SLACK_RATES, clock: Clock = CLOCK): Scheduler {
  const { laneOf, wait, count } = createLanes(rates, clock);
  const wake = async (due: Due, signal: AbortSignal, share = 1) => {
    for (let left = wait(due, share); left > 0; left = wait(due, share)) await clock.pause(left, signal);
    signal.throwIfAborted();
    count(due);
  };
  return {
    turn(due, { signal }) {
      // Posts to other channels need not wait for one that is closed.
      if (due.channel !== undefined) return wake(due, signal);
      const lane = laneOf(due);
      const turn = lane.last.then(() => wake(due, signal));
      lane.last = turn.catch(() => {});
      return turn;
    },
    spare(due, share = SPARE) {
      if (wait(due, share) > 0) return false;
      count(due);
      return true;
    },
    behind: (due, { signal }) => wake(due, signal, SPARE),
    hasRoom: (due) => wait(due, 1) === 0,
    count,
    close(due, seconds) {
      const lane = laneOf(due);
      lane.closedUntil = Math.max(lane.closedUntil, clock.now() + seconds * 1_000);
    },
  };
}

/** Calls made in the last minute, by token and method, and when each channel may be posted to next. */
function createLanes(rates: Rates, { now }: Clock) {
  const lanes = new Map<string, Lane>();
  const channels = new Map<string, number>();
  const laneOf = ({ key, method }: Due): Lane => {
    const name = `${key} ${method}`;
    const lane = lanes.get(name) ?? { made: [], closedUntil: 0, last: Promise.resolve() };
    lanes.set(name, lane);
    return lane;
  };
  const channelOf = ({ key, channel = "" }: Due) => `${key} ${channel}`;
  return {
    laneOf,
    /** How long a call has to wait that may take this share of what there is. */
    wait: (due: Due, share: number): number => {
      const lane = laneOf(due);
      const at = now();
      while (lane.made[0] !== undefined && lane.made[0] <= at - WINDOW_MS) lane.made.shift();
      const most = Math.max(1, Math.floor(rates.perMinute(due.method) * share));
      const full = lane.made.length < most ? 0 : (lane.made.at(-most) ?? at) + WINDOW_MS - at;
      const apart = due.channel === undefined ? 0 : (channels.get(channelOf(due)) ?? 0) - at;
      return Math.max(0, full, apart, lane.closedUntil - at);
    },
    count: (due: Due): void => {
      laneOf(due).made.push(now());
      if (due.channel === undefined) return;
      if (channels.size > 5_000) channels.clear();
      channels.set(channelOf(due), now() + rates.channelMs);
    },
  };
}
