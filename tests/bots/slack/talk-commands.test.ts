import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { SUMMARISE } from "../../../src/bots/slack/commands.ts";
import { homeView } from "../../../src/bots/slack/app-home.ts";
import { readyStatus } from "../../helpers/scripted-brain.ts";
import { interacting, type Wanted } from "./interacting.ts";
import { eventually } from "./slack-world.ts";

type World = Awaited<ReturnType<typeof interacting>>;
const worlds: World[] = [];

/** The place's readers may read what was said there. */
async function world(wanted: Wanted = {}): Promise<World> {
  const opened = await interacting({
    clearanceOf: ({ conversation: { space, channel } }) => ["public", `slack:${space}:${channel}`],
    ...wanted,
  });
  worlds.push(opened);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

afterEach(() => {
  for (const { slack } of worlds.splice(0)) {
    expect(slack.transcript.violations).toEqual([]);
    const late = slack.transcript.entries.filter((entry) => entry.kind === "delivery" && entry.failed !== undefined);
    expect(late).toEqual([]);
  }
});

const type = ({ slack, general }: World, by: string, command: string, text = "") =>
  slack.slash({ by, in: general, command, text });

/** What a person alone is told, once it is there. */
const told = ({ slack, general }: World, to: string, words: RegExp) =>
  slack.until(() => slack.visible({ to, in: general }).find(({ ephemeral, text }) => ephemeral && words.test(text)));

describe("/hearth memory", { timeout: 30_000 }, () => {
  it("is switched on and off by who may, and by nobody else", async () => {
    const here = await world();
    await type(here, here.ben, "/hearth", "memory on");
    await told(here, here.ben, /^That takes an admin of the workspace/);
    expect(here.kept.size).toBe(0);
    await type(here, here.ada, "/hearth", "memory on 90 days");
    await told(here, here.ada, /From now on what is said here is kept,\*\* each message for 90 days/);
    expect([...here.kept]).toEqual([here.general]);
    await type(here, here.ada, "/hearth", "memory off");
    await told(here, here.ada, /no longer kept/);
    expect(here.kept.size).toBe(0);
    await type(here, here.ben, "/hearth", "memory maybe");
    await told(here, here.ben, /It is `\/hearth memory on`/);
  });

  it("is refused in a channel that is shared with another company", async () => {
    const here = await world();
    const { slack, ada, general } = here;
    const other = slack.world.workspace({ name: "Partner", installed: false });
    slack.world.share({ channel: general, with: other.id });
    await type(here, ada, "/hearth", "memory on");
    await told(here, ada, /People of other companies are in this channel/);
    expect(here.kept.size).toBe(0);
  });

  it("is refused where Hearth is not, and in direct messages", async () => {
    const here = await world();
    const { slack, acme, ada } = here;
    const far = slack.world.channel({ team: acme.id, name: "far", members: [ada], bot: false });
    await slack.slash({ by: ada, in: far, command: "/hearth", text: "memory on" });
    await slack.until(() => slack.visible({ to: ada, in: far }).find(({ text }) => /invite @Hearth/.test(text)));
    const own = slack.openHome(ada);
    await slack.slash({ by: ada, in: own, command: "/hearth", text: "memory on" });
    await slack.until(() => slack.visible({ to: ada, in: own }).find(({ text }) => /for follow-ups/.test(text)));
    expect(here.kept.size).toBe(0);
  });

  it("leaves out, or no longer, whoever wants that", async () => {
    const outs: unknown[] = [];
    const nothing = { messages: 0, answers: 0, ratings: 0, talk: 4, lines: 1 };
    const here = await world({
      brain: { optOut: async (person, { isOut }) => (outs.push({ ...person, isOut }), nothing) },
    });
    await type(here, here.ben, "/hearth", "memory opt-out");
    await told(here, here.ben, /4 messages/);
    await type(here, here.ben, "/hearth", "memory opt-in");
    await told(here, here.ben, /kept again/);
    const person = { platform: "slack", space: here.acme.id, personId: `${here.acme.id}:${here.ben}` };
    expect(outs).toEqual([
      { ...person, isOut: true },
      { ...person, isOut: false },
    ]);
  });
});

describe("/digest", { timeout: 30_000 }, () => {
  it("is asked for before it is acknowledged: for the channel, or for one person alone", async () => {
    const here = await world();
    const { acme, general, ben } = here;
    await type(here, ben, "/digest");
    await told(here, ben, /not kept[^]*`\/hearth memory on`/);
    here.kept.add(general);
    expect(await type(here, ben, "/digest")).toMatchObject({ kind: "acked", answer: { response_type: "in_channel" } });
    expect(await type(here, ben, "/digest", "private: since 2h")).toMatchObject({
      answer: { text: expect.stringContaining("for you alone") },
    });
    const place = { platform: "slack", space: acme.id, channel: general };
    expect(here.asked).toMatchObject([
      { seenBy: "place", message: { text: "/digest" }, wanted: { kind: "digest", place } },
      { seenBy: "asker", wanted: { kind: "digest", place, from: expect.stringMatching(/^20/) } },
    ]);
    await type(here, ben, "/digest", "since never");
    await told(here, ben, /no time that I know/);
    await type(here, ben, "/digest", "tomorrow");
    await told(here, ben, /It is `\/digest`/);
    expect(here.asked).toHaveLength(2);
  });

  it("is made by the clock where who may has asked for it, in the time zone that they set on Slack", async () => {
    const here = await world();
    const { slack, acme, ada, ben, carl, general } = here;
    here.kept.add(general);
    const place = { platform: "slack", space: acme.id, channel: general } as const;
    await type(here, ben, "/digest", "schedule weekdays 9:00");
    await told(here, ben, /^That takes/);
    await type(here, ada, "/digest", "schedule weekdays 9:00 quiet say");
    await told(here, ada, /weekdays 9:00 \(Europe\/Berlin\), posted here/);
    await type(here, ada, "/digest", `schedule daily 8:00 in UTC to <@${ben}|ben>, <@${carl}|carl>`);
    await told(here, ada, /daily 8:00 \(UTC\), by direct message to 2 people/);
    expect(here.schedules.of(place)).toMatchObject([
      { when: "weekdays 9:00", zone: "Europe/Berlin", target: { kind: "here" }, quiet: "say" },
      { zone: "UTC", target: { kind: "people", ids: [`${acme.id}:${ben}`, `${acme.id}:${carl}`] }, quiet: "skip" },
    ]);
    await type(here, ben, "/digest", "list");
    await told(here, ben, /Digests by the clock here/);
    await type(here, ada, "/digest", "remove 1");
    await told(here, ada, /^\*\*Removed:/);
    expect(here.schedules.of(place)).toHaveLength(1);
    const random = slack.world.channel({ team: acme.id, name: "random", members: [ada, ben] });
    await type(here, ada, "/digest", `schedule daily 8:00 to <#${random}|random>`);
    await told(here, ada, /Not everybody who reads that channel/);
  });
});

describe("/catchup", { timeout: 30_000 }, () => {
  it("is for who asks alone, under the name that their messages have", async () => {
    const here = await world();
    const { acme, ben, general } = here;
    here.kept.add(general);
    expect(await type(here, ben, "/catchup", "since monday")).toMatchObject({
      kind: "acked",
      answer: { text: expect.stringContaining("for you alone") },
    });
    const [asked] = here.asked;
    expect(asked).toMatchObject({
      seenBy: "asker",
      message: { author: { id: `${acme.id}:${ben}`, name: "ben" } },
      wanted: { kind: "catch-up", place: { channel: general }, from: expect.stringMatching(/^20/) },
    });
  });
});

describe("Summarise thread", { timeout: 30_000 }, () => {
  const choose = ({ slack, general }: World, by: string, message: string) =>
    slack.shortcut({ by, callback: SUMMARISE.callback_id, message: { in: general, message } });

  it("asks for the whole thread of any of its messages, for the person alone, where nothing is kept too", async () => {
    const here = await world();
    const { slack, acme, ada, ben, general } = here;
    const root = slack.say({ by: ada, in: general, text: "Where do we eat?" });
    const reply = slack.say({ by: ben, in: general, thread: root, text: "Pizza" });
    expect(await choose(here, ben, reply)).toMatchObject({ kind: "acked" });
    const lone = slack.say({ by: ada, in: general, text: "alone" });
    expect(await choose(here, ben, lone)).toMatchObject({ kind: "acked" });
    const place = { platform: "slack", space: acme.id, channel: general };
    expect(here.asked).toMatchObject([
      {
        seenBy: "asker",
        message: { conversation: { ...place, thread: root } },
        wanted: { kind: "summary", place, thread: root },
        route: { thread: root, user: ben },
      },
      { wanted: { kind: "summary", place, thread: lone } },
    ]);
    expect(here.asked[1]?.route).not.toHaveProperty("thread");
    await told(here, ben, /for you alone/);
  });

  it("says so where Hearth cannot read", async () => {
    const here = await world();
    const { slack, acme, ada } = here;
    const far = slack.world.channel({ team: acme.id, name: "far", members: [ada], bot: false });
    const message = slack.say({ by: ada, in: far, text: "hello" });
    await slack.shortcut({ by: ada, callback: SUMMARISE.callback_id, message: { in: far, message } });
    await slack.until(() => slack.visible({ to: ada, in: far }).find(({ text }) => /invite @Hearth/.test(text)));
    expect(here.asked).toEqual([]);
  });

  it("that cannot be written down is said not to have worked", async () => {
    const here = await world({
      ask: () => {
        throw new Error("The disk is full");
      },
    });
    const message = here.slack.say({ by: here.ada, in: here.general, text: "hello" });
    await choose(here, here.ada, message);
    await told(here, here.ada, /That did not work/);
  });
});

describe("Hearth's own tabs", { timeout: 30_000 }, () => {
  it("show the channels whose talk is kept and the digests by the clock, of those that the person is in", async () => {
    const kept = (channel: string, space: string) =>
      ({
        platform: "slack",
        space,
        channel,
        since: "2026-11-24T09:00:00.000Z",
        by: "x",
        days: 180,
        messages: 7,
      }) as const;
    const places: ReturnType<typeof kept>[] = [];
    const here = await world({ brain: { keptTalk: async () => places } });
    const { slack, acme, ada, ben, carl, general } = here;
    const secret = slack.world.channel({ team: acme.id, name: "secret", kind: "private", members: [ben] });
    places.push(kept(general, acme.id), kept(secret, acme.id));
    for (const channel of [general, secret]) {
      const place = { platform: "slack", space: acme.id, channel } as const;
      const when = { when: "weekdays 9:00", cron: "0 9 * * 1-5", zone: "UTC" };
      here.schedules.add({ place, ...when, target: { kind: "here" }, quiet: "skip", by: "x" });
    }
    slack.openHome(ada);
    const home = await slack.until(() => slack.home(ada));
    expect(home.text).toContain(`<#${general}>: 7 messages, each for 180 days`);
    expect(home.text).toMatch(/Digests by the clock[^]*weekdays 9:00 \(UTC\)/);
    expect(home.text).not.toContain(secret);
    expect(home.text).toContain("What is said in the channels that are named above");
    expect(home.text).not.toContain("What is said in this channel");
    const pane = slack.openHome(ada, "messages");
    const prompts = await eventually(() => slack.around({ in: pane }).prompts?.prompts);
    expect(prompts.map(({ message }) => message)).toEqual([
      "What can you do?",
      "What was decided in #general last week?",
    ]);
    slack.openHome(carl);
    expect((await slack.until(() => slack.home(carl))).text).toContain("Of no channel that you are in");
  });

  it("names as many channels and digests as Slack takes, each whole", () => {
    const since = "2026-11-24T09:00:00.000Z";
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    const placeOf = (number: number) => ({ platform: "slack", space: "T1", channel: `C0CHANNEL${number}` }) as const;
    const kept = numbers.map((number) => ({ ...placeOf(number), since, by: "x", days: 180, messages: 7 }));
    const schedules = numbers.map((number) => ({
      id: String(number),
      place: placeOf(number),
      cron: "0 9 * * *",
      zone: "America/Argentina/Buenos_Aires",
      when: `on ${"and ".repeat(80)}daily 9:00`,
      target: { kind: "place", place: placeOf(number + 1) } as const,
      quiet: "skip" as const,
      by: "x",
      isConfigured: false,
      createdAt: 0,
      next: since,
    }));
    const { blocks } = homeView(readyStatus, { version: "0.1.0", talk: { kept, schedules } });
    expect(blocks.length).toBeLessThanOrEqual(100);
    const texts = blocks.flatMap((block) =>
      "text" in block && typeof block.text === "object" ? [block.text.text] : [],
    );
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(3_000);
    const lists = texts.filter((text) => text.includes("<#C0CHANNEL0>"));
    expect(lists).toHaveLength(2);
    for (const list of lists) expect(list).toMatch(/\n• and 2\d\d more$/);
    expect(texts.join("\n").match(/What is said in/g)).toHaveLength(1);
  });
});
