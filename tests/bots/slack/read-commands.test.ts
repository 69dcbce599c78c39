import { describe, expect, it } from "vitest";
import { readCatchUp, readDigest, readQuestion, readWish } from "../../../src/bots/slack/read-commands.ts";

describe("what stands behind /ask", () => {
  it.each([
    ["How much leave?", "How much leave?", false],
    ["private: How much leave?", "How much leave?", true],
    ["Private:How much leave?", "How much leave?", true],
    ["--private How much leave?", "How much leave?", true],
    ["—private How much leave?", "How much leave?", true],
    ["--privately owned?", "--privately owned?", false],
    ["private schools?", "private schools?", false],
    ["private:", "", true],
  ])("%j is read", (text, question, isPrivate) => {
    expect(readQuestion(text)).toEqual({ question, isPrivate });
  });
});

describe("what stands behind /hearth", () => {
  it.each([
    [" Forget  ME ", { kind: "forget", what: "me" }],
    ["forget channel since Monday 9:00", { kind: "forget", what: "channel", since: "monday 9:00" }],
    ["forget everything", { kind: "which forget" }],
    ["forget", { kind: "which forget" }],
    ["", { kind: "help" }],
    ["status", { kind: "status" }],
    ["sing", { kind: "unknown" }],
    ["memory", { kind: "memory", request: { kind: "status" } }],
    ["memory on", { kind: "memory", request: { kind: "on" } }],
    ["Memory on 90 days", { kind: "memory", request: { kind: "on", days: 90 } }],
    ["memory on for 90 days backfill 30 days", { kind: "memory", request: { kind: "on", days: 90, backfillDays: 30 } }],
    ["memory on backfill 7", { kind: "memory", request: { kind: "on", backfillDays: 7 } }],
    ["memory off", { kind: "memory", request: { kind: "off" } }],
    ["memory opt out", { kind: "memory", request: { kind: "opt-out" } }],
    ["memory opt-in", { kind: "memory", request: { kind: "opt-in" } }],
    ["memory on soon", { kind: "which memory" }],
    ["memory offer", { kind: "which memory" }],
  ])("%j is read", (text, wish) => {
    expect(readWish(text)).toEqual(wish);
  });
});

describe("what stands behind /digest", () => {
  it.each([
    ["", { kind: "now", isPrivate: false }],
    ["now", { kind: "now", isPrivate: false }],
    ["private: since yesterday 9:00", { kind: "now", isPrivate: true, since: "yesterday 9:00" }],
    ["now since 3 days", { kind: "now", isPrivate: false, since: "3 days" }],
    ["list", { kind: "list" }],
    ["remove #3", { kind: "remove", schedule: "#3" }],
    ["remove", { kind: "unknown" }],
    ["nowadays", { kind: "unknown" }],
    ["schedule weekdays 9:00", { kind: "schedule", when: "weekdays 9:00" }],
    [
      "schedule monday to thursday 17:00 in America/Argentina/Buenos_Aires to <#C0RANDOM|random> quiet say",
      {
        kind: "schedule",
        when: "monday to thursday 17:00",
        zone: "America/Argentina/Buenos_Aires",
        to: { kind: "channel", id: "C0RANDOM" },
        quiet: "say",
      },
    ],
    [
      "schedule to <@U0ADA|ada>, <@U0BEN> and <@U0EVE|eve> 0 9 * * 1-5",
      { kind: "schedule", when: "0 9 * * 1-5", to: { kind: "people", ids: ["U0ADA", "U0BEN", "U0EVE"] } },
    ],
    [
      "schedule daily 8:00 zone utc to here",
      { kind: "schedule", when: "daily 8:00", zone: "utc", to: { kind: "here" } },
    ],
    ["schedule", { kind: "schedule", when: "" }],
  ])("%j is read", (text, wish) => {
    expect(readDigest(text)).toEqual(wish);
  });
});

it("what stands behind /catchup is since when", () => {
  expect(["", " since  monday ", "2h"].map(readCatchUp)).toEqual([{}, { since: "monday" }, { since: "2h" }]);
});
