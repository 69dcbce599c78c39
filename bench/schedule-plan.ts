import type { NewSchedule } from "../src/bots/schedule.ts";
import { randomFrom } from "../src/eval/random.ts";

/** Zones of every kind: whole, half and quarter hours, both hemispheres, changes at midnight, by half an hour, and none. */
export const ZONES = [
  "Pacific/Apia Pacific/Honolulu America/Anchorage America/Los_Angeles America/Phoenix America/Denver America/Chicago America/New_York",
  "America/Toronto America/Havana America/Halifax America/St_Johns America/Asuncion America/Santiago America/Sao_Paulo America/Nuuk",
  "Atlantic/Azores Atlantic/Reykjavik Europe/London Europe/Lisbon Europe/Dublin Europe/Berlin Europe/Madrid Europe/Kyiv",
  "Africa/Cairo Africa/Casablanca Africa/Lagos Asia/Beirut Asia/Jerusalem Asia/Dubai Asia/Kabul Asia/Kolkata Asia/Kathmandu Asia/Tokyo",
  "Australia/Adelaide Australia/Brisbane Australia/Lord_Howe Australia/Sydney Pacific/Auckland Pacific/Chatham",
].flatMap((line) => line.split(" "));

/** When a schedule of the simulation runs, said in a way that no cron library is needed to know. */
export interface Wanted {
  readonly zone: string;
  readonly cron: string;
  /** ISO weekdays, 1 for Monday. */
  readonly weekdays: readonly number[];
  /** "HH:MM", in order. */
  readonly times: readonly string[];
}

const ALL = [1, 2, 3, 4, 5, 6, 7];
const cronOf = (hours: readonly number[], minute: number, days: string) => `${minute} ${hours.join(",")} * * ${days}`;
const timesOf = (hours: readonly number[], minute: number) =>
  hours.map((hour) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);

/** The schedules: three in each zone (weekdays, daily at an hour of the night, weekly), and several times a day in every sixth. */
export function planSchedules(seed: number): readonly Wanted[] {
  const random = randomFrom(seed);
  const oneOf = (values: readonly number[]) => values[Math.floor(random() * values.length)] ?? 0;
  return ZONES.flatMap((zone, index) => {
    const make = (
      hours: readonly number[],
      minute: number,
      of: { readonly days: string; readonly weekdays: readonly number[] },
    ): Wanted => ({
      zone,
      cron: cronOf(hours, minute, of.days),
      weekdays: of.weekdays,
      times: timesOf(hours, minute),
    });
    return [
      make([oneOf([8, 9, 17])], oneOf([0, 15]), { days: "1-5", weekdays: [1, 2, 3, 4, 5] }),
      // Where clocks change.
      make([oneOf([0, 1, 2, 3])], oneOf([0, 30]), { days: "*", weekdays: ALL }),
      make([oneOf([0, 2, 9])], oneOf([0, 30]), { days: "0", weekdays: [7] }),
      ...(index % 6 === 0 ? [make([1, 2, 9, 13], 30, { days: "*", weekdays: ALL })] : []),
    ];
  });
}

/** As the desk takes it, in a channel of its own. */
export function toSchedule({ zone, cron }: Wanted, channel: string, space: string): NewSchedule {
  const place = { platform: "discord", space, channel } as const;
  return { place, when: cron, cron, zone, target: { kind: "here" }, quiet: "skip", by: "configuration" };
}

/**
 * The instants (milliseconds) of a schedule in a stretch of time, by the calendar of the language itself: what a clock leaves out comes at
 * the change, what it shows twice the first time; two that fall together are one.
 */
export function instantsOf({ zone, weekdays, times }: Wanted, from: number, to: number): readonly number[] {
  const found = new Set<number>();
  const first = Temporal.Instant.fromEpochMilliseconds(from)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .subtract({ days: 1 });
  const last = Temporal.Instant.fromEpochMilliseconds(to).toZonedDateTimeISO(zone).toPlainDate();
  for (let day = first; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    if (!weekdays.includes(day.dayOfWeek)) continue;
    for (const time of times) {
      const at = instantOf(day.toPlainDateTime(time), zone);
      if (at > from && at <= to) found.add(at);
    }
  }
  return [...found].toSorted((one, other) => one - other);
}

function instantOf(local: Temporal.PlainDateTime, zone: string): number {
  const at = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (at.toPlainDateTime().equals(local)) return at.epochMilliseconds;
  // The clock leaves it out: the change is the next one after what comes before the gap.
  return at.getTimeZoneTransition("next")?.epochMilliseconds ?? at.epochMilliseconds;
}
