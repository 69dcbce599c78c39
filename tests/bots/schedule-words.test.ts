import { describe, expect, it } from "vitest";
import { problemOf, timesOf } from "../../src/bots/schedule-times.ts";
import { readWhen, WHEN_EXAMPLES } from "../../src/bots/schedule-words.ts";
import { readSince } from "../../src/bots/since-words.ts";

describe("words for when", () => {
  it.each([
    ["weekdays 9:00", "0 9 * * 1-5"],
    ["daily 18:30", "30 18 * * *"],
    ["9:00", "0 9 * * *"],
    ["Mondays 9:00", "0 9 * * 1"],
    ["every friday at 16:00", "0 16 * * 5"],
    ["tuesdays and thursdays 8:15", "15 8 * * 2,4"],
    ["mon,wed,fri 10", "0 10 * * 1,3,5"],
    ["monday to thursday 17:00", "0 17 * * 1-4"],
    ["friday to monday 8:00", "0 8 * * 0,1,5,6"],
    ["at 9am on weekdays", "0 9 * * 1-5"],
    ["weekends at 12 pm", "0 12 * * 0,6"],
    ["daily 12 am", "0 0 * * *"],
    ["monthly 9.15", "15 9 1 * *"],
    ["0 9 * * 1-5", "0 9 * * 1-5"],
    ["  30 8  1 * *", "30 8 1 * *"],
    ["0 9 * * mon#1", "0 9 * * mon#1"],
  ])("%s means %s", (words, cron) => {
    expect(readWhen(words)).toEqual({ cron });
    expect(problemOf({ cron, zone: "Europe/Berlin" })).toBeUndefined();
  });

  it.each([
    "",
    "weekdays",
    "9:00 and 17:00",
    "25:00 daily",
    "daily 9:75",
    "13 pm",
    "sometimes 9:00",
    "constructor 9:00",
    "@daily",
  ])("%j is refused, with examples", (words) => {
    const read = readWhen(words);
    expect(read).toEqual({ refusal: expect.stringContaining("`weekdays 9:00`") });
  });

  it("has examples that it reads", () => {
    for (const example of WHEN_EXAMPLES) expect(readWhen(example)).toHaveProperty("cron");
  });
});

describe("a pattern", () => {
  it.each([
    ["* * * * *", "UTC", /the minute is one number/],
    ["*/5 9 * * *", "UTC", /the minute is one number/],
    ["0 9 * * 9", "UTC", /none that cron knows/],
    ["0 9 31 2 *", "UTC", /no such day/],
    ["0 9 * * *", "Mars/Olympus", /no time zone/],
  ])("%s in %s cannot be used, and it says why", (cron, zone, why) => {
    expect(problemOf({ cron, zone })).toMatch(why);
  });
});

describe("times", () => {
  const between = (cron: string, zone: string, from: string, to: string) =>
    timesOf({ cron, zone })
      .between(Date.parse(from), Date.parse(to))
      .map(({ at, local }) => [new Date(at).toISOString(), local]);

  it("that a clock leaves out come once, right after the gap", () => {
    expect(between("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")).toEqual([
      ["2026-03-29T01:00:00.000Z", "2026-03-29T03:00"],
      ["2026-03-30T00:30:00.000Z", "2026-03-30T02:30"],
    ]);
    expect(between("0 0 * * *", "America/Havana", "2026-03-07T12:00:00Z", "2026-03-08T12:00:00Z")).toEqual([
      ["2026-03-08T05:00:00.000Z", "2026-03-08T01:00"],
    ]);
  });

  it("that a clock shows twice come once, whenever one looks", () => {
    const first = ["2026-10-25T00:30:00.000Z", "2026-10-25T02:30"];
    expect(between("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toEqual([first]);
    expect(between("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", "2026-10-25T12:00:00Z")).toEqual([]);
    // Every hour: the second one bears the name of the first, by which the ledger knows it.
    const hourly = between("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
    expect(hourly).toEqual([first]);
  });

  it("are those of the last 40 days, however far back one looks", () => {
    const found = between("0 9 * * *", "UTC", "1970-01-01T00:00:00Z", "2026-11-28T12:00:00Z");
    expect(found).toHaveLength(40);
    expect(found[0]).toEqual(["2026-10-20T09:00:00.000Z", "2026-10-20T09:00"]);
  });

  it("are told of the time before and the time after", () => {
    const times = timesOf({ cron: "0 9 * * 1-5", zone: "Asia/Tokyo" });
    const saturday = Date.parse("2026-11-28T12:00:00Z");
    expect(times.next(saturday)?.local).toBe("2026-11-30T09:00");
    expect(times.before(saturday)?.local).toBe("2026-11-27T09:00");
  });
});

describe("words for since when", () => {
  const now = Date.parse("2026-11-28T16:00:00Z");
  const ago = (milliseconds: number) => ({ since: new Date(now - milliseconds).toISOString() });
  const day = (local: string) => ({ since: new Date(local).toISOString() });

  it.each([
    ["2h", ago(7_200_000)],
    ["90 min", ago(5_400_000)],
    ["3 days", ago(259_200_000)],
    ["1 week ago", ago(604_800_000)],
    ["2026-11-27", day("2026-11-27T00:00")],
    ["2026-11-27 14:00", day("2026-11-27T14:00")],
    ["yesterday 9:00", day("2026-11-27T09:00")],
    ["since monday", day("2026-11-23T00:00")],
  ])("%s", (words, read) => {
    expect(readSince(words, now)).toEqual(read);
  });

  it.each(["tomorrow", "soon", "", "blah 2 monday foo", "2027-01-01"])("%j is refused, with examples", (words) => {
    expect(readSince(words, now)).toEqual({ refusal: expect.stringContaining("`yesterday 9:00`") });
  });
});
