import { describe, expect, it } from "vitest";
import { spanIn } from "../../src/memory/dates.ts";

/** A Wednesday. */
const now = Date.parse("2026-11-25T10:00:00Z");
const days = (text: string, offset = 0) => {
  const span = spanIn(text, { now, offset });
  return span && [new Date(span.from).toISOString().slice(0, 16), new Date(span.to).toISOString().slice(0, 16)];
};
const day = (from: string, to: string) => [`${from}T00:00`, `${to}T00:00`];

describe("spanIn", () => {
  it("takes a week from Monday to Sunday", () => {
    expect(days("What did we decide about the logo last week?")).toEqual(day("2026-11-16", "2026-11-23"));
    expect(days("this week")).toEqual(day("2026-11-23", "2026-11-30"));
    expect(days("two weeks ago")).toEqual(day("2026-11-09", "2026-11-16"));
  });

  it("takes days, months and years as wholes", () => {
    expect(days("what broke yesterday")).toEqual(day("2026-11-24", "2026-11-25"));
    expect(days("who said it on 2026-11-03?")).toEqual(day("2026-11-03", "2026-11-04"));
    expect(days("last month")).toEqual(day("2026-10-01", "2026-11-01"));
    expect(days("in 2025")).toEqual(day("2025-01-01", "2026-01-01"));
    expect(days("in March 2025")).toEqual(day("2025-03-01", "2025-04-01"));
  });

  it("looks back: what is remembered is past", () => {
    expect(days("in March")).toEqual(day("2026-03-01", "2026-04-01"));
    expect(days("in December")).toEqual(day("2025-12-01", "2026-01-01"));
    expect(days("on Monday")).toEqual(day("2026-11-23", "2026-11-24"));
    expect(days("on Friday")).toEqual(day("2026-11-20", "2026-11-21"));
  });

  it("joins two dates, and lets one be open", () => {
    expect(days("between Monday and Wednesday")).toEqual(day("2026-11-23", "2026-11-26"));
    expect(days("since Tuesday")).toEqual(["2026-11-24T00:00", "2026-11-25T10:00"]);
    expect(days("in the past 3 days")).toEqual(["2026-11-22T00:00", "2026-11-25T10:00"]);
  });

  it("counts days where the asker is", () => {
    expect(days("yesterday", 120)).toEqual(["2026-11-23T22:00", "2026-11-24T22:00"]);
  });

  it("knows other languages", () => {
    expect(days("was haben wir letzte Woche beschlossen")).toEqual(day("2026-11-16", "2026-11-23"));
    expect(days("昨日は何を決めた")).toEqual(day("2026-11-24", "2026-11-25"));
    expect(days("на прошлой неделе")).toEqual(day("2026-11-16", "2026-11-23"));
  });

  it("takes no time from words that name none", () => {
    for (const text of ["what kernel is it on now", "may we use it", "who sat down", "version 2.6.37-rc1", "at 5"]) {
      expect(days(text), text).toBeUndefined();
    }
  });
});
