/** Seconds and microseconds, as Slack names its messages. */
export type Ts = string;

/** What has the form of a message's ts. */
export const TS = /^\d{10}\.\d{6}$/;

/** Makes ids and times that never repeat and only grow. */
export interface Clock {
  /** A new ts, at least one microsecond after the last. */
  ts(): Ts;
  /** An id such as `C0000000001`. */
  id(prefix: string): string;
}

/** Starts a clock. */
export function createClock(): Clock {
  let last = 0;
  let count = 0;
  return {
    ts() {
      last = Math.max(last + 1, Date.now() * 1000);
      return formatTs(last);
    },
    id(prefix) {
      count += 1;
      return `${prefix}0${count.toString(36).toUpperCase().padStart(9, "0")}`;
    },
  };
}

const formatTs = (micro: number): Ts =>
  `${Math.floor(micro / 1_000_000)}.${String(micro % 1_000_000).padStart(6, "0")}`;
