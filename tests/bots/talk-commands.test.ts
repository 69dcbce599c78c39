import { describe, expect, it } from "vitest";
import type { KeptTalk } from "../../src/brain/channel-brain.ts";
import { wantCatchUp } from "../../src/bots/catch-up-command.ts";
import type { CommandTools } from "../../src/bots/command-tools.ts";
import { answerSchedule, wantDigest, wantSummary, type ScheduleRequest } from "../../src/bots/digest-command.ts";
import { DISCORD } from "../../src/bots/discord/dialect.ts";
import { answerMemory, type MemoryRequest } from "../../src/bots/memory-command.ts";
import type { ReadingBack } from "../../src/bots/talk.ts";
import { SLACK } from "../../src/bots/slack/dialect.ts";
import type { Audience } from "../../src/chat.ts";
import { START } from "../contracts/inbox.ts";
import { fakeTalk, type FakeTalk } from "../helpers/fake-talk.ts";

const place = { platform: "discord", space: "G1", channel: "C1" } as const;
const there = { ...place, channel: "C2" };
const kept: KeptTalk = {
  ...place,
  since: "2026-11-24T09:00:00.000Z",
  by: "U9",
  days: 90,
  messages: 12,
  oldest: "2026-11-24T10:00:00.000Z",
};

interface Given {
  readonly talk?: FakeTalk;
  readonly may?: boolean;
  readonly kept?: readonly KeptTalk[];
  /** What each person, or each place's readers, may read; by default everybody reads everything. */
  readonly readable?: Readonly<Record<string, readonly Audience[]>>;
  readonly in?: { readonly platform: "discord"; readonly space: string; readonly channel: string };
}

function tools(given: Given): CommandTools & { readonly optedOut: unknown[] } {
  const optedOut: unknown[] = [];
  return {
    optedOut,
    brain: {
      keptTalk: async () => given.kept ?? [],
      async optOut(person, { isOut }) {
        optedOut.push([person, isOut]);
        return { messages: 0, answers: 0, ratings: 0, talk: 7, lines: 2 };
      },
    },
    desk: given.talk ?? fakeTalk(),
    dialect: DISCORD,
    clearanceOf: async ({ conversation: { channel }, askerId, seenBy }) =>
      given.readable?.[seenBy === "asker" ? askerId : channel] ?? ["public", "discord:G1:C1", "discord:G1:C2"],
    signal: AbortSignal.timeout(10_000),
    now: () => START,
  };
}

const asked = (given: Given) => ({
  place: given.in ?? place,
  person: { id: "U1", name: "Ann" },
  may: given.may ?? true,
});
const memory = (request: MemoryRequest, given: Given = {}) => answerMemory(request, asked(given), tools(given));
const schedule = (request: ScheduleRequest, given: Given = {}) =>
  answerSchedule(request, asked(given), tools({ talk: fakeTalk({ kept: [place] }), ...given }));
const weekdays = { kind: "schedule", when: "weekdays 9:00", zone: "Europe/Berlin" } as const;

describe("/memory", () => {
  it("on keeps talk, and tells for how long and what is read back", async () => {
    const reading: ReadingBack = { since: "2026-11-01T00:00:00.000Z", read: 0, isDone: false };
    const talk = fakeTalk({ reading });
    expect(await memory({ kind: "on", days: 30, backfillDays: 7 }, { talk })).toMatch(
      /is kept,\*\* each message for 30 days\. What was said since <t:\d+:f> is read back/,
    );
    expect(talk.calls).toEqual([["switchOn", { place, by: "U1", days: 30, backfillDays: 7 }]]);
  });

  it.each([
    [{ kind: "on", days: 0 }, {}, /whole numbers/],
    [{ kind: "on", days: 2.5 }, {}, /whole numbers/],
    [{ kind: "on", backfillDays: -1 }, {}, /whole numbers/],
    [{ kind: "on" }, { may: false }, /^That takes the permission Manage Channels/],
    [{ kind: "off" }, { may: false }, /^That takes/],
    [{ kind: "on" }, { in: { ...place, space: "@me" } }, /only in channels/],
    [{ kind: "on" }, { readable: { C1: ["public"] } }, /only in channels/],
    [{ kind: "off" }, {}, /is not kept/],
  ] satisfies [MemoryRequest, Given, RegExp][])(
    "%j does nothing where it cannot (%#), and says why",
    async (request, given, words) => {
      const talk = fakeTalk();
      expect(await memory(request, { ...given, talk })).toMatch(words);
      expect(talk.calls).toEqual([]);
    },
  );

  it("off deletes what was kept, and counts it", async () => {
    const talk = fakeTalk({ kept: [place] });
    expect(await memory({ kind: "off" }, { talk })).toMatch(/no longer kept[^]*3 messages and 1 line of digests/);
    expect(talk.calls).toEqual([["switchOff", place]]);
  });

  it("off says that a channel of the configuration is kept again at the next start", async () => {
    const talk = fakeTalk({ kept: [place, there], configured: [place] });
    expect(await memory({ kind: "off" }, { talk })).toMatch(/configuration names this channel[^]*next start/);
    expect(await memory({ kind: "off" }, { talk, in: there })).not.toMatch(/configuration/);
  });

  it("status says what is kept, since when, and how far it is read back", async () => {
    expect(await memory({ kind: "status" }, { may: false })).toMatch(/is not kept[^]*`\/memory on`/);
    const talk = fakeTalk({ reading: { since: "2026-11-01T00:00:00.000Z", read: 2_000, isDone: false } });
    const words = await memory({ kind: "status" }, { kept: [kept], talk });
    expect(words).toMatch(/is kept,\*\* each message for 90 days/);
    expect(words).toMatch(/12 messages, the oldest of <t:\d+:f>/);
    expect(words).toMatch(/2,?000 messages so far\./);
    expect(await memory({ kind: "status" }, { kept: [{ ...kept, by: "configuration" }] })).toMatch(
      /by Hearth's configuration/,
    );
  });

  it("opt-out deletes what was kept of a person and looks at digests again; anybody may", async () => {
    const talk = fakeTalk({ kept: [place] });
    const with_ = tools({ talk });
    const words = await answerMemory({ kind: "opt-out" }, asked({ may: false }), with_);
    expect(words).toMatch(/7 messages and 2 lines of digests/);
    expect(with_.optedOut).toEqual([[{ platform: "discord", space: "G1", personId: "U1" }, true]]);
    expect(talk.calls).toEqual([
      ["forgot", { platform: "discord", space: "G1", personId: "U1" }],
      ["revised", { platform: "discord", space: "G1" }],
    ]);
    expect(await answerMemory({ kind: "opt-in" }, asked({ may: false }), with_)).toMatch(/are kept again/);
    expect(with_.optedOut[1]).toMatchObject([{}, false]);
  });
});

describe("/digest and /catchup", () => {
  const kept_ = () => tools({ talk: fakeTalk({ kept: [place] }) });

  it("want the last day, or since the asker's last message, or since a time that is named", () => {
    expect(wantDigest({ place }, kept_())).toEqual({
      wanted: { kind: "digest", place, from: "2026-11-27T09:00:00.000Z" },
    });
    expect(wantDigest({ place, thread: "T1", since: "2h" }, kept_())).toEqual({
      wanted: { kind: "digest", place, thread: "T1", from: "2026-11-28T07:00:00.000Z" },
    });
    expect(wantCatchUp({ place, since: " " }, kept_())).toEqual({ wanted: { kind: "catch-up", place } });
  });

  it("refuse a time that is none, and where nothing is kept", () => {
    expect(wantCatchUp({ place, since: "soonish" }, kept_())).toEqual({
      refusal: expect.stringContaining("`soonish`"),
    });
    expect(wantDigest({ place: there }, kept_())).toEqual({
      refusal: expect.stringMatching(/is not kept[^]*\/memory on/),
    });
  });

  it("are not needed for a summary, which is read where nothing is kept", () => {
    expect(wantSummary({ place: there, from: "2026-11-28T07:00:00.000Z" })).toEqual({
      wanted: { kind: "summary", place: there, from: "2026-11-28T07:00:00.000Z" },
    });
  });
});

describe("/digest schedule", () => {
  it("makes one, says when it comes next, lists and removes it", async () => {
    const talk = fakeTalk({ kept: [place] });
    expect(await schedule(weekdays, { talk })).toBe(
      "**Done.** `#1` weekdays 9:00 (Europe/Berlin), posted here; next <t:1796025600:f>",
    );
    expect(talk.schedules.of(place)).toMatchObject([
      { cron: "0 9 * * 1-5", quiet: "skip", by: "U1", target: { kind: "here" } },
    ]);
    expect(await schedule({ kind: "list" }, { talk, may: false })).toContain("- `#1` weekdays 9:00");
    expect(await schedule({ kind: "remove", schedule: "#1" }, { talk })).toMatch(/^\*\*Removed:\*\* `#1`/);
    expect(await schedule({ kind: "list" }, { talk })).toMatch(/^No digests by the clock here/);
  });

  it.each([
    [{ ...weekdays, when: "whenever" }, {}, /`whenever` needs one time of day[^]*`weekdays 9:00`/],
    [{ ...weekdays, zone: "Mars" }, {}, /`Mars` is no time zone/],
    [{ ...weekdays, when: "0 9 31 2 *" }, {}, /no such day/],
    [weekdays, { may: false }, /^That takes/],
    [weekdays, { talk: fakeTalk() }, /is not kept/],
    [{ ...weekdays, to: { kind: "place", place: there, may: false } }, {}, /shall go to: That takes/],
    [
      { ...weekdays, to: { kind: "place", place: there, may: true } },
      { readable: { C2: ["discord:G1:C2"] } },
      /Not everybody/,
    ],
    [
      { ...weekdays, to: { kind: "people", ids: ["U1", "U2"] } },
      { readable: { U2: ["public"] } },
      /may not read this channel/,
    ],
    [{ ...weekdays, to: { kind: "people", ids: [] } }, {}, /1 to 50 people/],
    [{ kind: "remove", schedule: "9" }, {}, /no schedule `#9`/],
  ] satisfies [ScheduleRequest, Given, RegExp][])(
    "%j is refused where it cannot be (%#), and says why",
    async (request, given, words) => {
      const talk = "talk" in given ? given.talk : fakeTalk({ kept: [place] });
      expect(await schedule(request, { ...given, talk })).toMatch(words);
      expect(talk.schedules.of(place)).toEqual([]);
    },
  );

  it("may go to another channel and to people who may read this one", async () => {
    const talk = fakeTalk({ kept: [place] });
    expect(await schedule({ ...weekdays, to: { kind: "place", place: there, may: true } }, { talk })).toContain(
      "posted in another channel",
    );
    expect(
      await schedule({ ...weekdays, to: { kind: "people", ids: ["U1", "U2"] }, quiet: "say" }, { talk }),
    ).toContain("by direct message to 2 people");
    expect(talk.schedules.of(place).map(({ target, quiet }) => [target, quiet])).toEqual([
      [{ kind: "place", place: there }, "skip"],
      [{ kind: "people", ids: ["U1", "U2"] }, "say"],
    ]);
  });

  it("lists as many as one message holds, and counts the others", async () => {
    const talk = fakeTalk({ kept: [place] });
    const when = "every monday and tuesday and wednesday and thursday and friday and saturday at 9:00";
    for (let made = 0; made < 20; made++) await schedule({ ...weekdays, when }, { talk });
    const words = await schedule({ kind: "list" }, { talk });
    expect(words.length).toBeLessThanOrEqual(2_000);
    const [last, ...lines] = words.split("\n").slice(1).toReversed();
    expect(last).toBe(`- and ${20 - lines.length} more`);
    expect(lines.every((line) => line.endsWith(":f>"))).toBe(true);
  });

  it("makes nothing of words that would ping or format", async () => {
    const words = await schedule({ ...weekdays, when: "daily 9:00 ` <@42>" });
    expect(words).not.toMatch(/<@42>(?!`)/);
  });
});

describe("commands", () => {
  it("are called as each platform calls them", () => {
    expect([DISCORD, SLACK].map(({ command }) => [command("memory on"), command("digest schedule")])).toEqual([
      ["/memory on", "/digest schedule"],
      ["/hearth memory on", "/digest schedule"],
    ]);
  });
});
