import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { Undeliverable } from "../../src/bots/undeliverable.ts";
import { silentLog } from "../../src/log.ts";
import { PLACE, talkingBrain, talkingWorld } from "./talking.ts";

const signal = AbortSignal.timeout(30_000);

describe("the configuration", () => {
  const memory = { days: 180, channels: [{ ...PLACE, days: 180, backfillDays: 30 }] };

  it("switches nothing on where people of elsewhere read too", async () => {
    const brain = talkingBrain();
    const asked: unknown[] = [];
    const clearance = async (of: { readonly message: unknown }) => {
      asked.push(of.message);
      return ["public"] as const;
    };
    await using world = await talkingWorld({ brain, memory, platform: { clearance } });
    await expect.poll(() => asked).toMatchObject([{ conversation: PLACE }]);
    await new Promise((waited) => setTimeout(waited, 50));
    expect(brain.calls).toEqual([]);
    expect(world.platform.posts).toEqual([]);
    expect(world.desk.keeps(PLACE)).toBe(false);
  });

  it("has people told and reads back where an earlier run was killed before it did", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    await using world = await talkingWorld({ brain, memory, isTold: false });
    await expect.poll(() => world.platform.posts.length).toBe(1);
    expect(world.platform.posts[0]?.[1].markdown).toMatch(/last 30 days is read back/);
    await expect.poll(() => world.desk.talk.reading(PLACE)?.isDone).toBe(true);
  });

  it("does not undo what was switched off while the core was asked", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const [isAsked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const before = { ...brain };
    brain.keptTalk = async (...given) => {
      const found = await before.keptTalk(...given);
      isAsked.resolve();
      await go.promise;
      return found;
    };
    await using world = await talkingWorld({ brain, memory, isTold: false });
    await isAsked.promise;
    await world.desk.talk.switchOff(PLACE, { signal });
    go.resolve();
    await new Promise((waited) => setTimeout(waited, 50));
    expect(world.desk.keeps(PLACE)).toBe(false);
    expect(world.platform.posts).toEqual([]);
    expect(brain.calls.at(-1)).toBe("drop C1");
  });
});

describe("the notice", () => {
  it("comes after a kill before it, of a place that the core keeps already", async () => {
    await using world = await talkingWorld({ isTold: false });
    await expect.poll(() => world.platform.posts.map(([, { markdown }]) => /180 days/.test(markdown))).toEqual([true]);
  });

  it("comes each time that the days change, and where more is read back", async () => {
    await using world = await talkingWorld();
    for (const days of [90, 180, 90]) await world.desk.talk.switchOn(PLACE, { by: "U1", days, signal });
    await world.desk.talk.switchOn(PLACE, { by: "U1", days: 90, backfillDays: 30, signal });
    await world.desk.talk.switchOn(PLACE, { by: "U1", days: 90, backfillDays: 30, signal });
    await world.desk.talk.switchOn(PLACE, { by: "U1", days: 90, signal });
    await expect.poll(() => world.inbox.open("discord").length).toBe(0);
    const told = world.platform.posts.map(([, { markdown }]) =>
      /for (\d+ days)(?:[^]*last (\d+ days))?/.exec(markdown),
    );
    expect(told.map((found) => found?.slice(1))).toEqual([
      ["90 days", undefined],
      ["180 days", undefined],
      ["90 days", undefined],
      ["90 days", "30 days"],
    ]);
  });

  it("that can never be posted takes the switch back; one of other days does not", async () => {
    const isShut = { now: true };
    const beforeFinish = () => {
      if (isShut.now) throw new Undeliverable("It may not write there");
    };
    await using world = await talkingWorld({ brain: talkingBrain(), platform: { beforeFinish } });
    await world.desk.talk.switchOn(PLACE, { by: "U1", signal });
    await expect.poll(() => world.brain.calls.at(-1)).toBe("drop C1");
    expect(world.desk.keeps(PLACE)).toBe(false);
    await using other = await talkingWorld({ platform: { beforeFinish } });
    await expect.poll(() => other.desk.keeps(PLACE)).toBe(true);
    await other.desk.talk.switchOn(PLACE, { by: "U1", days: 90, signal });
    await expect.poll(() => other.inbox.open("discord").length).toBe(0);
    expect(other.desk.keeps(PLACE)).toBe(true);
    expect(other.brain.calls).toEqual(["keep C1 90 U1"]);
  });

  it("is posted once for a switch, and again where the days change", async () => {
    using inbox = openInbox({ path: ":memory:", log: silentLog() });
    const brain = talkingBrain();
    const memory = { days: 180, channels: [{ ...PLACE, days: 90, backfillDays: 7 }] };
    {
      await using world = await talkingWorld({ brain, inbox, memory });
      await expect.poll(() => world.platform.posts.length).toBe(1);
      const [, content] = world.platform.posts[0] ?? [];
      expect(content?.markdown).toMatch(
        /From now on Hearth keeps[^]*90 days[^]*7 days is read back[^]*`\/memory opt-out`/,
      );
      await expect.poll(() => inbox.open("discord").length).toBe(0);
    }
    await using world = await talkingWorld({ brain, inbox, memory });
    await world.desk.talk.switchOn(PLACE, { by: "U1", days: 90, signal });
    expect(world.platform.posts).toEqual([]);
    await world.desk.talk.switchOn(PLACE, { by: "U1", days: 365, signal });
    await expect.poll(() => world.platform.posts.map(([, { markdown }]) => /365 days/.test(markdown))).toEqual([true]);
  });
});
