import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { Audience } from "../../../src/chat.ts";
import { SUMMARISE } from "../../../src/bots/discord/talk-commands.ts";
import { connected, type Wanted } from "./connected.ts";

type World = Awaited<ReturnType<typeof connected>>;
const worlds: World[] = [];

/** Everybody reads what is said where they are, and nothing else. */
const own: NonNullable<Wanted["clearanceOf"]> = async ({ conversation: { space, channel } }) => [
  "public",
  `discord:${space}:${channel}` satisfies Audience,
];

async function world(wanted: Wanted = {}): Promise<World> {
  const opened = await connected({ clearanceOf: own, ...wanted });
  worlds.push(opened);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

afterEach(() => {
  for (const { emulator } of worlds.splice(0)) expect(emulator.transcript.violations).toEqual([]);
});

/** What a command says to the person alone, once it does. */
async function says(here: World, use: Parameters<World["emulator"]["slash"]>[0]): Promise<string> {
  const used = here.emulator.slash(use);
  const content = await here.emulator.until(() => used.content);
  expect(used.ephemeral).toBe(true);
  return content;
}

describe("/memory", () => {
  it("is switched on and off by who manages the channel, and by nobody else", async () => {
    const here = await world();
    const on = { name: "memory", path: ["on"], options: { days: 30, backfill: 7 }, in: here.channel };
    expect(await says(here, { ...on, by: here.ann })).toMatch(/Manage Channels/);
    expect(here.talk.done).toEqual([]);
    expect(await says(here, { ...on, by: here.mod })).toMatch(/kept[^]*30 days/);
    const place = { platform: "discord", space: here.guild, channel: here.channel };
    expect(here.talk.done).toEqual([["on", { place, by: here.mod, days: 30, backfillDays: 7 }]]);
    const off = { name: "memory", path: ["off"], in: here.channel };
    expect(await says(here, { ...off, by: here.ann })).toMatch(/Manage Channels/);
    expect(await says(here, { ...off, by: here.mod })).toMatch(/no longer kept/);
    expect(here.talk.done.at(-1)).toEqual(["off", place]);
  });

  it("goes by the rights in the channel, not in the server", async () => {
    const here = await world();
    const { world: there } = here.emulator;
    const other = there.channel({ guild: here.guild, name: "other" });
    there.setOverwrite({ channel: other, of: here.ann, allow: ["MANAGE_CHANNELS"] });
    there.setOverwrite({ channel: other, of: here.mod, deny: ["MANAGE_CHANNELS"] });
    const on = { name: "memory", path: ["on"], in: other };
    expect(await says(here, { ...on, by: here.mod })).toMatch(/Manage Channels/);
    expect(await says(here, { ...on, by: here.ann })).toMatch(/kept/);
  });

  it("is of a public thread its channel's, and of a private thread its own", async () => {
    const here = await world();
    const { world: there } = here.emulator;
    const open = there.thread({ in: here.channel, name: "open", by: here.mod });
    const hidden = there.thread({ in: here.channel, name: "hidden", by: here.mod, private: true, members: [here.mod] });
    const on = { name: "memory", path: ["on"], by: here.mod };
    expect(await says(here, { ...on, in: hidden })).toMatch(/I am not in this thread/);
    there.addToThread({ thread: hidden, user: here.emulator.bot });
    await says(here, { ...on, in: open });
    await says(here, { ...on, in: hidden });
    expect(here.talk.done.map(([, of]) => of)).toMatchObject([
      { place: { channel: here.channel } },
      { place: { channel: hidden } },
    ]);
  });

  it("says what is to be done where Discord shows no more than mentions", async () => {
    const here = await world({
      settings: { messageContent: false },
      prepare: (emulator) => emulator.world.setApplicationFlags(0),
    });
    const text = await says(here, { name: "memory", path: ["on"], by: here.mod, in: here.channel });
    expect(text).toMatch(/cannot hear[^]*Message Content Intent[^]*discord\.messageContent/);
    expect(here.talk.done).toEqual([]);
  });

  it("says which rights Hearth lacks to hear and to tell everybody, and keeps nothing", async () => {
    const here = await world();
    const { world: there, bot } = here.emulator;
    const on = { name: "memory", path: ["on"], in: here.channel };
    there.setOverwrite({ channel: here.channel, of: bot, deny: ["SEND_MESSAGES", "READ_MESSAGE_HISTORY"] });
    expect(await says(here, { ...on, by: here.ann })).toMatch(/Manage Channels/);
    expect(await says(here, { ...on, by: here.mod })).toMatch(/I lack Send Messages, Read Message History\./);
    const members = [here.mod, bot];
    const hidden = there.thread({ in: here.channel, name: "hidden", by: here.mod, private: true, members });
    expect(await says(here, { ...on, in: hidden, by: here.mod })).toMatch(/I lack Read Message History\./);
    expect(here.talk.done).toEqual([]);
    there.removeOverwrite({ channel: here.channel, of: bot });
    expect(await says(here, { ...on, by: here.mod })).toMatch(/kept/);
  });

  it("is not of a forum, where nobody could be told, and no digest is posted there by the clock", async () => {
    const here = await world();
    const { world: there } = here.emulator;
    const forum = there.channel({ guild: here.guild, name: "help", type: "forum" });
    const post = there.thread({ in: forum, name: "Broken", by: here.ann });
    const use = { by: here.mod, in: post };
    expect(await says(here, { ...use, name: "memory", path: ["on"] })).toMatch(/forum[^]*keep nothing/);
    const schedule = { ...use, name: "digest", path: ["schedule"] };
    expect(await says(here, { ...schedule, options: { when: "weekdays 9:00" } })).toMatch(/in a forum[^]*`channel`/);
    expect(await says(here, { ...schedule, options: { when: "weekdays 9:00", direct: true } })).toMatch(/\/memory on/);
    expect(here.talk.done).toEqual([]);
  });

  it("lets everybody opt out and in again, and see what is kept", async () => {
    const outs: object[] = [];
    const here = await world({
      brain: {
        keptTalk: async () => [],
        optOut: async (person, { isOut }) => {
          outs.push({ ...person, isOut });
          return { messages: 0, answers: 0, ratings: 0, talk: 4, lines: 0 };
        },
      },
    });
    const use = (path: string) => says(here, { name: "memory", path: [path], by: here.ann, in: here.channel });
    expect(await use("status")).toMatch(/not kept/);
    expect(await use("opt-out")).toMatch(/4 messages/);
    expect(await use("opt-in")).toMatch(/kept again/);
    const ann = { platform: "discord", space: here.guild, personId: here.ann };
    expect(outs).toEqual([
      { ...ann, isOut: true },
      { ...ann, isOut: false },
    ]);
  });
});

describe("/digest and /catchup", () => {
  const switchOn = (here: World) => says(here, { name: "memory", path: ["on"], by: here.mod, in: here.channel });

  it("say how talk is kept where it is not", async () => {
    const here = await world();
    const digest = await says(here, { name: "digest", path: ["now"], by: here.ann, in: here.channel });
    expect(digest).toContain("/memory on");
    expect(await says(here, { name: "catchup", by: here.ann, in: here.channel })).toContain("/memory on");
    expect(here.asked).toEqual([]);
  });

  it("are handed to the desk with what is wanted, a catch-up for the asker alone", async () => {
    const here = await world();
    await switchOn(here);
    const thread = here.emulator.world.thread({ in: here.channel, name: "plans", by: here.ann });
    const digest = here.emulator.slash({
      by: here.ann,
      in: thread,
      name: "digest",
      path: ["now"],
      options: { since: "2h" },
    });
    const catchUp = here.emulator.slash({ by: here.ann, in: here.channel, name: "catchup" });
    await here.emulator.until(() => digest.deferred && catchUp.deferred);
    expect([digest.ephemeral, catchUp.ephemeral]).toEqual([false, true]);
    const place = { platform: "discord", space: here.guild, channel: here.channel };
    expect(here.asked).toMatchObject([
      {
        id: digest.id,
        seenBy: "place",
        wanted: { kind: "digest", place, thread, from: expect.any(String) },
        message: { text: "/digest", author: { id: here.ann }, conversation: { ...place, thread } },
        route: { interaction: digest.id, token: digest.token },
      },
      { id: catchUp.id, seenBy: "asker", wanted: { kind: "catch-up", place } },
    ]);
    expect(here.asked[1]?.wanted).not.toHaveProperty("thread");
    const wrong = await says(here, { by: here.ann, in: here.channel, name: "catchup", options: { since: "whenever" } });
    expect(wrong).toMatch(/`whenever` is no time/);
  });

  it("are summaries from a message on, where nothing is kept too", async () => {
    const here = await world();
    const message = here.emulator.say({ by: here.bob, in: here.channel, text: "so it began", at: Date.now() - 60_000 });
    const used = here.emulator.messageCommand({ by: here.ann, in: here.channel, name: SUMMARISE, message });
    await here.emulator.until(() => used.deferred);
    expect(used.ephemeral).toBe(true);
    const [asked] = here.asked;
    expect(asked).toMatchObject({ seenBy: "asker", wanted: { kind: "summary", place: { channel: here.channel } } });
    const from = Date.parse(asked?.wanted?.from ?? "");
    expect(Math.abs(from - (Date.now() - 60_000))).toBeLessThan(30_000);
  });

  it("come by the clock where who manages the channel wants them", async () => {
    const here = await world();
    await switchOn(here);
    const schedule = {
      name: "digest",
      path: ["schedule"],
      options: { when: "weekdays 9:00", zone: "Europe/Berlin", quiet: "say" },
      in: here.channel,
    };
    expect(await says(here, { ...schedule, by: here.ann })).toMatch(/Manage Channels/);
    expect(await says(here, { ...schedule, by: here.mod })).toMatch(/Done[^]*weekdays 9:00 \(Europe\/Berlin\)/);
    const direct = { when: "daily 18:30", direct: true };
    expect(await says(here, { ...schedule, by: here.mod, options: direct })).toMatch(/one person/);
    const place = { platform: "discord", space: here.guild, channel: here.channel } as const;
    expect(here.talk.schedules.of(place)).toMatchObject([
      { cron: "0 9 * * 1-5", quiet: "say", target: { kind: "here" }, by: here.mod },
      { target: { kind: "people", ids: [here.mod] }, quiet: "skip" },
    ]);
    expect(await says(here, { name: "digest", path: ["list"], by: here.ann, in: here.channel })).toMatch(/#1[^]*#2/);
    const remove = { name: "digest", path: ["remove"], options: { schedule: "1" }, in: here.channel };
    expect(await says(here, { ...remove, by: here.ann })).toMatch(/Manage Channels/);
    expect(await says(here, { ...remove, by: here.mod })).toMatch(/Removed/);
    expect(here.talk.schedules.of(place)).toHaveLength(1);
  });

  it("go to another channel only where the person manages that too, and all its readers read this one", async () => {
    const readable: string[] = [];
    const here = await world({
      clearanceOf: async ({ conversation: { space } }) => readable.map((id): Audience => `discord:${space}:${id}`),
    });
    readable.push(here.channel);
    await switchOn(here);
    const { world: there } = here.emulator;
    const theirs = there.channel({ guild: here.guild, name: "theirs" });
    there.setOverwrite({ channel: theirs, of: here.mod, deny: ["MANAGE_CHANNELS"] });
    const hidden = there.channel({
      guild: here.guild,
      name: "hidden",
      overwrites: [{ of: here.mod, deny: ["VIEW_CHANNEL"] }],
    });
    const open = there.channel({ guild: here.guild, name: "open" });
    const schedule = (channel: string) =>
      says(here, {
        name: "digest",
        path: ["schedule"],
        options: { when: "weekdays 9:00", channel },
        in: here.channel,
        by: here.mod,
      });
    for (const channel of [theirs, hidden])
      expect(await schedule(channel)).toMatch(/In the channel[^]*Manage Channels/);
    expect(await schedule(open)).toMatch(/another channel/);
    readable.length = 0;
    expect(await schedule(open)).toMatch(/Not everybody who reads that channel/);
  });

  it("are suggested while somebody types: times, zones, and schedules to remove", async () => {
    const here = await world();
    await switchOn(here);
    const schedule = { when: "weekdays 9:00", zone: "UTC" };
    await says(here, { name: "digest", path: ["schedule"], options: schedule, in: here.channel, by: here.mod });
    const typed = async (path: string, option: string, value: string) => {
      const used = here.emulator.type({ by: here.mod, in: here.channel, name: "digest", path: [path], option, value });
      return (await here.emulator.until(() => used.choices)).map((choice) => [choice.name, choice.value]);
    };
    expect(await typed("schedule", "when", "week")).toContainEqual(["weekdays 9:00", "weekdays 9:00"]);
    expect(await typed("schedule", "zone", "berl")).toEqual([["Europe/Berlin", "Europe/Berlin"]]);
    expect(await typed("schedule", "zone", "")).toHaveLength(25);
    expect(await typed("remove", "schedule", "")).toEqual([["1: weekdays 9:00, UTC", "1"]]);
  });
});
