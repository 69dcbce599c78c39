import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../src/bots/inbox.ts";
import { openScheduleLedger } from "../../src/bots/schedule-ledger.ts";
import type { Audience, Question } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { asked, START } from "../contracts/inbox.ts";
import { pagesOf } from "../helpers/fake-platform.ts";
import { quoted } from "../helpers/scripted-brain.ts";
import { PLACE, said, talkingBrain, talkingWorld, wants, type TalkingWorld } from "./talking.ts";

const HOUR = 60 * 60_000;

async function whenDone(inbox: Inbox): Promise<void> {
  await expect.poll(() => inbox.open("discord").length, { timeout: 10_000 }).toBe(0);
}

/** The desk knows that the place is kept, and the core has these messages. */
async function filled(world: TalkingWorld, ...ids: readonly string[]): Promise<void> {
  await expect.poll(() => world.desk.keeps(PLACE)).toBe(true);
  for (const id of ids) world.desk.hear(said({ id, text: `Words of ${id}.` }));
  await world.desk.talk.handedOver({ signal: AbortSignal.timeout(10_000) });
}

describe("a digest that somebody asks for", () => {
  it("has what was said a moment ago, is kept for follow-ups and for deletions, and is done", async () => {
    await using world = await talkingWorld();
    await expect.poll(() => world.desk.keeps(PLACE)).toBe(true);
    world.desk.hear(said());
    world.desk.ask(wants());
    const { markdown, buttons } = await world.platform.whenFinished("D1");
    expect(markdown).toMatch(/^\*\*Digest, 27 Nov 2026, 09:00, to 28 Nov 2026, 09:00 \(UTC\)\*\*/);
    expect(markdown).toContain("- Ann: We ship on Monday. [1](https://discord.com/channels/G1/C1/M1)");
    expect(buttons).toEqual([]);
    await whenDone(world.inbox);
    expect(world.brain.requests).toEqual([
      { place: PLACE, from: "2026-11-27T09:00:00.000Z", to: "2026-11-28T09:00:00.000Z" },
    ]);
    expect(world.inbox.given({ answerId: "digest-1" })).toMatchObject({
      askedId: "D1",
      digest: { wanted: wants().wanted },
    });
    expect(world.brain.remembered.map(({ author, text }) => [author.isBot, text])).toEqual([
      [true, "Topics:\n- Ann: We ship on Monday."],
    ]);
    expect(world.platform.shown("D1").map((content) => content.buttons[0]?.kind)).toEqual(["stop"]);
  });

  it("says so where nothing is kept, and how to switch it on", async () => {
    await using world = await talkingWorld({ brain: talkingBrain() });
    world.desk.ask(wants());
    expect((await world.platform.whenFinished("D1")).markdown).toMatch(/is not kept[^]*`\/memory on`/);
    expect(world.brain.requests).toEqual([]);
  });

  it("of a catch-up is for its asker, and kept nowhere", async () => {
    await using world = await talkingWorld();
    await filled(world, "M1");
    world.desk.ask(wants({ wanted: { kind: "catch-up" }, seenBy: "asker" }));
    await world.platform.whenFinished("D1");
    await whenDone(world.inbox);
    expect(world.brain.requests[0]?.reader).toEqual({ id: "U1", name: "Ann" });
    expect(world.brain.remembered).toEqual([]);
  });

  it("says that something broke where the core cannot make it", async () => {
    const brain = talkingBrain({
      places: [PLACE],
      script: {
        digest: async () => {
          throw new Error("broken");
        },
      },
    });
    await using world = await talkingWorld({ brain });
    await filled(world);
    world.desk.ask(wants());
    expect((await world.platform.whenFinished("D1")).markdown).toMatch(/something broke/);
  });

  it("leaves out what was deleted while it was made", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const before = { ...brain };
    brain.digest = async (...given) => {
      const made = await before.digest(...given);
      brain.kept.delete("M1");
      return made;
    };
    await using world = await talkingWorld({ brain });
    await filled(world, "M1", "M2");
    world.desk.ask(wants());
    const { markdown } = await world.platform.whenFinished("D1");
    expect(markdown).toContain("Words of M2.");
    expect(markdown).not.toContain("Words of M1.");
  });
});

describe("a summary", () => {
  const pages = [
    [said({ id: "M3", at: START - 1000, thread: "T1" }), said({ id: "M2", at: START - 2000 })],
    [said({ id: "T1", at: START - 3000 }), said({ id: "M0", at: START - 30 * 24 * HOUR })],
  ];

  it("of a place that is not kept reads the messages, and nothing of it is kept", async () => {
    await using world = await talkingWorld({ brain: talkingBrain(), platform: { history: () => pagesOf(pages) } });
    world.desk.ask(wants({ wanted: { kind: "summary" }, seenBy: "asker" }));
    expect((await world.platform.whenFinished("D1")).markdown).toMatch(/^\*\*Summary/);
    await whenDone(world.inbox);
    expect(world.brain.requests[0]?.messages?.map(({ id }) => id)).toEqual(["T1", "M2", "M3"]);
    expect(world.inbox.given({ answerId: "digest-1" })?.digest).toBeUndefined();
    expect(world.brain.kept.size).toBe(0);
  });

  it("of a thread has its messages and the one that it began with", async () => {
    await using world = await talkingWorld({ brain: talkingBrain(), platform: { history: () => pagesOf(pages) } });
    world.desk.ask(wants({ wanted: { kind: "summary", thread: "T1", from: "2026-11-01T00:00:00.000Z" } }));
    await world.platform.whenFinished("D1");
    expect(world.brain.requests[0]?.messages?.map(({ id }) => id)).toEqual(["T1", "M3"]);
  });

  it("reads no more than the last five hundred messages", async () => {
    const many = Array.from({ length: 9 }, (_, page) =>
      Array.from({ length: 100 }, (_one, index) =>
        said({ id: `M${page}-${index}`, at: START - page * 100_000 - index * 1000 }),
      ),
    );
    let read = 0;
    const history = async function* () {
      for await (const page of pagesOf(many)) {
        read++;
        yield page;
      }
    };
    await using world = await talkingWorld({ brain: talkingBrain(), platform: { history } });
    world.desk.ask(wants({ wanted: { kind: "summary" } }));
    await world.platform.whenFinished("D1");
    expect([read, world.brain.requests[0]?.messages?.length]).toEqual([5, 500]);
    expect(world.brain.requests[0]?.messages?.at(-1)?.id).toBe("M0-0");
  });
});

describe("a digest by the clock", () => {
  const schedule = {
    place: PLACE,
    when: "daily 8:30",
    cron: "30 8 * * *",
    zone: "UTC",
    target: { kind: "here" },
    quiet: "skip",
    by: "U1",
  } as const;

  it("is posted once, and its run is closed with the message, by the next start too", async () => {
    using inbox = openInbox({ path: ":memory:", log: silentLog(), now: () => START });
    using ledger = openScheduleLedger({ path: ":memory:", log: silentLog(), now: START });
    const { id } = ledger.add(schedule, START - 24 * HOUR);
    const brain = talkingBrain({ places: [PLACE] });
    brain.kept.set("M1", said());
    inbox.note("discord", "kept talk", JSON.stringify([PLACE]));
    const name = `digest:${id}@2026-11-28T08:30`;
    {
      await using world = await talkingWorld({ brain, inbox, ledger });
      const { markdown } = await world.platform.whenFinished(name);
      expect(markdown).toMatch(/27 Nov 2026, 08:30, to 28 Nov 2026, 08:30/);
      await whenDone(inbox);
      expect(world.platform.shown(name)).toEqual([]);
    }
    await using world = await talkingWorld({ brain, inbox, ledger });
    await expect
      .poll(() => ledger.runs(id))
      .toMatchObject([{ local: "2026-11-28T08:30", state: "posted", posted: [`P${name}`] }]);
    expect(world.platform.posts).toEqual([]);
  });

  it("waits however many do, takes nobody's turn, and says nothing while it waits", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = { ...brain };
    brain.digest = async (...given) => {
      await promise;
      return before.digest(...given);
    };
    await using world = await talkingWorld({ brain });
    await filled(world, "M1");
    const jobs = Array.from({ length: 12 }, (_, index) => `own-${index}`);
    for (const id of jobs) world.desk.ask(wants({ id, post: "here" }));
    for (const id of ["Q1", "Q2"]) world.desk.ask(asked({ id, by: "U9", channel: "C5" }));
    // Others' questions do not wait for it.
    await world.platform.whenFinished("Q2");
    resolve();
    for (const id of jobs) await world.platform.whenFinished(id);
    expect(jobs.map((id) => world.platform.shown(id).length)).toEqual(jobs.map(() => 0));
    expect(world.platform.posts.filter(([, { markdown }]) => markdown.includes("Words of M1."))).toHaveLength(12);
  });

  it("posts nothing where nothing was said, unless that is to be said", async () => {
    await using world = await talkingWorld();
    await filled(world);
    world.desk.ask(wants({ id: "D1", post: "here", wanted: { isQuiet: true } }));
    world.desk.ask(wants({ id: "D2", post: "here" }));
    expect((await world.platform.whenFinished("D2")).markdown).toContain("Nothing was said.");
    await whenDone(world.inbox);
    expect(world.platform.finished("D1")).toEqual([]);
    expect(world.inbox.given({ answerId: "digest-2" })).toBeUndefined();
  });

  it("goes to another place only if all its readers may read this one, asked at the last moment", async () => {
    const there = { ...PLACE, channel: "C2" };
    let readable: readonly Audience[] = ["public", "discord:G1:C2", "discord:G1:C1"];
    const clearance = async () => readable;
    const brain = talkingBrain({ places: [PLACE] });
    await using world = await talkingWorld({ brain, platform: { clearance } });
    await filled(world, "M1");
    world.desk.ask(wants({ id: "D1", in: there, post: "here" }));
    await world.platform.whenFinished("D1");
    const before = { ...brain };
    brain.digest = async (...given) => {
      readable = ["discord:G1:C2"];
      return before.digest(...given);
    };
    world.desk.ask(wants({ id: "D2", in: there, post: "here" }));
    await whenDone(world.inbox);
    expect(world.platform.posts.map(([id]) => id)).toEqual(["D1"]);
    // Nor to somebody who may no longer read the place.
    world.desk.ask(wants({ id: "D3", seenBy: "asker", post: "direct" }));
    await whenDone(world.inbox);
    expect(world.platform.finished("D3")).toEqual([]);
  });

  it("is tried again while the core is away, and given up after six hours", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    await using world = await talkingWorld({ brain });
    await filled(world, "M1");
    let tries = 0;
    const before = { ...brain };
    brain.digest = async (...given) => {
      tries++;
      if (tries === 1) throw new Error("away");
      return before.digest(...given);
    };
    world.desk.ask(wants({ post: "here" }));
    await world.platform.whenFinished("D1");
    expect(tries).toBe(2);
    brain.digest = async () => {
      world.clock.now += 7 * HOUR;
      throw new Error("away");
    };
    world.desk.ask(wants({ id: "D2", post: "here" }));
    await whenDone(world.inbox);
    expect(world.platform.finished("D2")).toEqual([]);
  });

  it("of a place that is no longer kept posts nothing", async () => {
    await using world = await talkingWorld({ brain: talkingBrain() });
    world.desk.ask(wants({ post: "here" }));
    await whenDone(world.inbox);
    expect(world.platform.posts).toEqual([]);
  });
});

describe("a question", () => {
  const talkOf = async (
    of: Parameters<typeof asked>[0],
    seenBy: "place" | "asker",
    clearance: readonly `discord:${string}`[],
  ) => {
    const questions: Question[] = [];
    const brain = talkingBrain({
      script: {
        answer: async (question) => {
          questions.push(question);
          return quoted();
        },
      },
    });
    await using world = await talkingWorld({ brain, platform: { clearance: async () => ["public", ...clearance] } });
    world.desk.ask({ ...asked(of), seenBy });
    await world.platform.whenFinished("1000");
    return questions[0]?.talk;
  };
  const all = ["discord:G1", "discord:G1:C1", "discord:G1:C2", "discord:G1:C1:T1", "discord:G1:T1"] as const;

  it("in a place may be answered from the talk of that place alone, where all who see it read it", async () => {
    expect(await talkOf({}, "place", all)).toEqual(["discord:G1:C1"]);
    expect(await talkOf({ thread: "T1" }, "place", all)).toEqual(["discord:G1:T1"]);
    expect(await talkOf({ thread: "T1" }, "place", ["discord:G1:C1"])).toEqual(["discord:G1:C1"]);
    expect(await talkOf({}, "place", ["discord:G1", "discord:G1:C2"])).toBeUndefined();
  });

  it("whose answer one person alone sees may be answered from all that they read", async () => {
    const own = ["discord:G1:C1", "discord:G1:C2", "discord:G1:T1"];
    expect(await talkOf({}, "asker", all)).toEqual(own);
    expect(await talkOf({ space: "@me" }, "place", all)).toEqual(own);
  });
});
