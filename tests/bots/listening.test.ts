import { describe, expect, it } from "vitest";
import { aborted } from "../../src/abort.ts";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { silentLog } from "../../src/log.ts";
import { START } from "../contracts/inbox.ts";
import { pagesOf } from "../helpers/fake-platform.ts";
import { PLACE, said, talkingBrain, talkingWorld } from "./talking.ts";

const DAY = 24 * 60 * 60_000;
const signal = AbortSignal.timeout(30_000);
const kept = (world: { readonly brain: { readonly kept: ReadonlyMap<string, unknown> } }) => [
  ...world.brain.kept.keys(),
];

describe("talk", () => {
  it("is kept nowhere until it is switched on, and then from the next message on", async () => {
    await using world = await talkingWorld({ brain: talkingBrain() });
    expect(world.desk.keeps(PLACE)).toBe(false);
    await world.desk.talk.switchOn(PLACE, { by: "U1", signal });
    expect(world.desk.keeps(PLACE)).toBe(true);
    expect(world.desk.keeps({ ...PLACE, channel: "C2" })).toBe(false);
    expect(world.desk.keeps({ ...PLACE, platform: "slack" })).toBe(false);
    world.desk.hear(said());
    await expect.poll(() => kept(world)).toEqual(["M1"]);
    expect(world.inbox.heard("discord", 10)).toEqual([]);
  });

  it("is in the inbox at once, and waits there in order while the core is away", async () => {
    await using world = await talkingWorld();
    await expect.poll(() => world.desk.keeps(PLACE)).toBe(true);
    world.brain.isAway = true;
    for (const id of ["M1", "M2", "M3", "M4"]) world.desk.hear(said({ id }));
    expect(world.inbox.heard("discord", 10).map(({ message }) => message.id)).toEqual(["M1", "M2", "M3", "M4"]);
    // The core cannot be told that these have changed, but what waits can.
    world.desk.revised({ conversation: PLACE, ids: ["M2"], text: "Not on Monday." });
    world.desk.revised({ conversation: PLACE, ids: ["M3"] });
    world.brain.isAway = false;
    await expect.poll(() => kept(world), { timeout: 10_000 }).toEqual(["M1", "M2", "M4"]);
    expect(world.brain.kept.get("M2")?.text).toBe("Not on Monday.");
    expect(world.inbox.heard("discord", 10)).toEqual([]);
  });

  it("of a message that is deleted while it is on its way to the core is deleted after it is there", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = { ...brain };
    brain.hear = async (...given) => {
      await promise;
      return before.hear(...given);
    };
    await using world = await talkingWorld({ brain });
    world.desk.hear(said());
    await new Promise((waited) => setTimeout(waited, 300));
    world.desk.revised({ conversation: PLACE, ids: ["M1"] });
    resolve();
    await expect.poll(() => brain.calls).toEqual(["hear M1", "revise M1"]);
    expect(kept(world)).toEqual([]);
  });

  it("of a private thread is a place of its own, whose changes come as its channel's thread", async () => {
    const thread = { ...PLACE, channel: "T1" };
    await using world = await talkingWorld({ brain: talkingBrain({ places: [thread] }) });
    await expect.poll(() => world.desk.keeps(thread)).toBe(true);
    world.desk.hear(said({ channel: "T1" }));
    await expect.poll(() => kept(world)).toEqual(["M1"]);
    world.desk.revised({ conversation: { ...PLACE, thread: "T1" }, ids: ["M1"] });
    await expect.poll(() => kept(world)).toEqual([]);
  });

  it("is listened to after a restart before the core has said where", async () => {
    using inbox = openInbox({ path: ":memory:", log: silentLog() });
    const brain = talkingBrain();
    {
      await using world = await talkingWorld({ brain, inbox });
      await world.desk.talk.switchOn(PLACE, { by: "U1", signal });
    }
    brain.isAway = true;
    await using world = await talkingWorld({ brain, inbox });
    expect(world.desk.keeps(PLACE)).toBe(true);
    world.desk.hear(said());
    brain.isAway = false;
    await expect.poll(() => kept(world), { timeout: 10_000 }).toEqual(["M1"]);
  });

  it("is no longer kept once it is switched off, and what waits is dropped", async () => {
    await using world = await talkingWorld();
    await expect.poll(() => world.desk.keeps(PLACE)).toBe(true);
    world.desk.hear(said());
    await world.desk.talk.handedOver({ signal });
    world.brain.isAway = true;
    world.desk.hear(said({ id: "M2" }));
    world.brain.isAway = false;
    expect(await world.desk.talk.switchOff(PLACE, { signal })).toMatchObject({ talk: 1 });
    expect(world.desk.keeps(PLACE)).toBe(false);
    expect(world.inbox.heard("discord", 10)).toEqual([]);
    expect(kept(world)).toEqual([]);
  });

  it("is switched on by the configuration at the start, with its days, and not of other platforms", async () => {
    const brain = talkingBrain({ places: [{ ...PLACE, channel: "C3" }] });
    const channel = { ...PLACE, days: 30, backfillDays: 0 };
    const other = { platform: "slack", space: "T1", channel: "C9", days: 30, backfillDays: 0 } as const;
    const channels = [channel, other, { ...channel, channel: "C3", days: 180 }];
    await using world = await talkingWorld({ brain, memory: { days: 180, channels } });
    await expect.poll(() => world.desk.keeps(PLACE)).toBe(true);
    expect(brain.calls).toEqual(["keep C1 30 configuration"]);
    await expect.poll(() => world.platform.posts.length).toBe(1);
  });
});

describe("what was said before the switch", () => {
  const pages = [
    [said({ id: "M4", at: START - 1000 }), said({ id: "M3", at: START - 2000, by: "U2" })],
    [said({ id: "M2", at: START - 3000 })],
    [said({ id: "M1", at: START - DAY })],
  ];

  it("is read back page by page, and it is told how far", async () => {
    const asked: unknown[] = [];
    const history = (place: unknown, { since, cursor }: { readonly since: string; readonly cursor?: string }) => {
      asked.push([place, since, cursor]);
      return pagesOf(pages);
    };
    await using world = await talkingWorld({ brain: talkingBrain(), platform: { history } });
    await world.desk.talk.switchOn(PLACE, { by: "U1", backfillDays: 2, signal });
    const since = new Date(START - 2 * DAY).toISOString();
    await expect.poll(() => world.desk.talk.reading(PLACE)).toEqual({ since, read: 4, isDone: true });
    expect(kept(world)).toEqual(["M4", "M3", "M2", "M1"]);
    expect(asked).toEqual([[PLACE, since, undefined]]);
  });

  it("is taken up after a stop where it was left", async () => {
    using inbox = openInbox({ path: ":memory:", log: silentLog() });
    const brain = talkingBrain();
    const stopped = Promise.withResolvers<void>();
    async function* breaksOff(_place: unknown, options: { readonly signal: AbortSignal }) {
      yield* pagesOf(pages.slice(0, 2));
      stopped.resolve();
      await aborted(options.signal);
      options.signal.throwIfAborted();
    }
    {
      await using world = await talkingWorld({ brain, inbox, platform: { history: breaksOff } });
      await world.desk.talk.switchOn(PLACE, { by: "U1", backfillDays: 2, signal });
      await stopped.promise;
      await expect.poll(() => world.desk.talk.reading(PLACE)?.read).toBe(3);
    }
    const cursors: unknown[] = [];
    await using world = await talkingWorld({
      brain,
      inbox,
      platform: {
        history: (_place, { cursor }) => {
          cursors.push(cursor);
          return pagesOf(pages, Number(cursor));
        },
      },
    });
    await expect.poll(() => world.desk.talk.reading(PLACE)?.isDone).toBe(true);
    expect(cursors).toEqual(["2"]);
    expect(world.desk.talk.reading(PLACE)?.read).toBe(4);
    expect(kept(world)).toEqual(["M4", "M3", "M2", "M1"]);
  });

  it("does not bring back what was deleted, edited or forgotten while it is read", async () => {
    const go = Promise.withResolvers<void>();
    async function* slow() {
      yield* pagesOf(pages.slice(0, 1));
      await go.promise;
      yield* pagesOf([
        [
          ...(pages[1] ?? []),
          said({ id: "M0", at: START - 3500, text: "old words" }),
          said({ id: "M9", by: "U2", at: START - 4000 }),
        ],
        ...pages.slice(2),
      ]);
    }
    await using world = await talkingWorld({ brain: talkingBrain(), platform: { history: slow } });
    await world.desk.talk.switchOn(PLACE, { by: "U1", backfillDays: 2, signal });
    await expect.poll(() => kept(world)).toEqual(["M4", "M3"]);
    world.desk.revised({ conversation: PLACE, ids: ["M2"] });
    world.desk.revised({ conversation: PLACE, ids: ["M0"], text: "new words" });
    world.desk.talk.forgot({ platform: "discord", space: "G1", personId: "U2" });
    go.resolve();
    await expect.poll(() => world.desk.talk.reading(PLACE)?.isDone).toBe(true);
    expect(kept(world)).toEqual(["M4", "M3", "M0", "M1"]);
    expect(world.brain.kept.get("M0")?.text).toBe("new words");
  });

  it("ends where the talk is switched off", async () => {
    async function* endless() {
      for (let page = 0; ; page++) {
        yield* pagesOf([[said({ id: `M${page}` })]]);
        await new Promise((next) => setTimeout(next, 5));
      }
    }
    await using world = await talkingWorld({ brain: talkingBrain(), platform: { history: endless } });
    await world.desk.talk.switchOn(PLACE, { by: "U1", backfillDays: 2, signal });
    await expect.poll(() => world.brain.kept.size).toBeGreaterThan(2);
    await world.desk.talk.switchOff(PLACE, { signal });
    expect(world.desk.talk.reading(PLACE)).toBeUndefined();
    expect(world.brain.calls.at(-1)).toBe("drop C1");
    await new Promise((waited) => setTimeout(waited, 100));
    expect(world.brain.calls.at(-1)).toBe("drop C1");
  });
});
