import { Cron } from "croner";

/** A cron pattern of five fields, and the time zone (IANA) that it is in. */
export interface Pattern {
  readonly cron: string;
  readonly zone: string;
}

/** When something is planned: the instant (milliseconds), and what clocks show there then ("2026-11-28T09:00"). */
export interface Planned {
  readonly at: number;
  readonly local: string;
}

/** Looking further back takes seconds where a clock began in 1970. */
const LONGEST_MS = 40 * 24 * 60 * 60_000;

/** The instants of a pattern. A time that the clock leaves out comes right after the gap; one that it shows twice comes once. */
export interface Times {
  /** Later than `after`, up to `to`, oldest first; of the last 40 days, and the last `most` of them. */
  between(after: number, to: number, most?: number): readonly Planned[];
  next(after: number): Planned | undefined;
  /** The last one before an instant. */
  before(at: number): Planned | undefined;
}

/** What is wrong with a pattern, as the end of a sentence; undefined where it can be used. Pure. */
export function problemOf({ cron, zone }: Pattern): string | undefined {
  if (!isZone(zone)) return `"${zone}" is no time zone; names are such as "Europe/Berlin" or "UTC"`;
  if (!/^\d{1,2}(?:\s+\S+){4}$/.test(cron)) {
    return "a pattern has five fields (minute, hour, day, month, weekday), and the minute is one number";
  }
  try {
    if (cronOf({ cron, zone }).nextRun(new Date(0))) return undefined;
    return "no such day ever comes";
  } catch {
    return "one of the five fields (minute, hour, day, month, weekday) is none that cron knows";
  }
}

/** Whether this system knows a time zone. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The times of a pattern that has no problem. Pure, but for what it has computed before. */
export function timesOf(pattern: Pattern): Times {
  const cron = cronOf(pattern);
  const clock = clockOf(pattern.zone);
  const planned = (at: Date): Planned => ({ at: at.getTime(), local: clock(at) });
  return {
    between(after, to, most = 1_000) {
      const found = new Map<string, Planned>();
      const from = new Date(Math.max(after, to - LONGEST_MS));
      for (let at = cron.nextRun(from); at && at.getTime() <= to; at = cron.nextRun(at)) {
        const { local } = planned(at);
        if (!found.has(local)) found.set(local, { at: at.getTime(), local });
        const [oldest] = found.keys();
        if (found.size > most && oldest !== undefined) found.delete(oldest);
      }
      return [...found.values()];
    },
    next(after) {
      const at = cron.nextRun(new Date(after));
      return at ? planned(at) : undefined;
    },
    before(at) {
      const [found] = cron.previousRuns(1, new Date(at));
      return found && planned(found);
    },
  };
}

/** With times of day that are given one by one, the library runs none twice and leaves none out when clocks change. */
function cronOf({ cron, zone }: Pattern): Cron {
  return new Cron(cron, { timezone: zone, mode: "5-part", fixedTimeRule: "no-wildcard" });
}

function clockOf(zone: string): (at: Date) => string {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return (at) => format.format(at).replace(" ", "T");
}
