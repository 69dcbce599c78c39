import { describe, expect, it } from "vitest";
import { START } from "../contracts/inbox.ts";
import { forgetConversation, forgetPerson } from "../../src/bots/forget-kept.ts";
import type { Desk } from "../../src/bots/platform.ts";
import { Undeliverable } from "../../src/bots/undeliverable.ts";
import { PLACE, said, talkingBrain, talkingWorld, wants, type TalkingWorld } from "./talking.ts";

/** Others may need the processor too. */
const SOON = { timeout: 10_000 };

const signal = AbortSignal.timeout(30_000);

/** A world with a digest of three messages, two people's, that stands in the place. */
async function withDigest(given: Parameters<typeof talkingWorld>[0] = {}): Promise<TalkingWorld> {
  const world = await talkingWorld({ brain: talkingBrain({ places: [PLACE] }), ...given });
  const before = { ...world.brain };
  let looks = 0;
  world.brain.digestNow = async (...asked) => {
    looks++;
    return before.digestNow(...asked);
  };
  await expect.poll(() => world.desk.keeps(PLACE), SOON).toBe(true);
  for (const [id, by] of [
    ["M1", "U1"],
    ["M2", "U2"],
    ["M3", "U1"],
  ] as const)
    world.desk.hear(said({ id, by, text: `Words of ${id}.` }));
  world.desk.ask(wants());
  await world.platform.whenFinished("D1");
  await expect.poll(() => world.inbox.open("discord").length, SOON).toBe(0);
  // It is looked at before it is posted, and once more a moment later.
  await expect.poll(() => looks, SOON).toBe(2);
  return world;
}

const forgetting = ({ brain, desk, inbox }: TalkingWorld) =>
  ({ platform: "discord", brain, desk, inbox, signal }) as const;
const amended = ({ platform }: TalkingWorld) =>
  platform.amended.map(([, { markdown }]) => [...markdown.matchAll(/Words of (M\d)/g)].map(([, id]) => id));

describe("a digest that stands", { timeout: 30_000 }, () => {
  it("loses the line of a message that is deleted, and says what one says that is edited", async () => {
    await using world = await withDigest();
    world.desk.revised({ conversation: PLACE, ids: ["M2"] });
    await expect.poll(() => amended(world), SOON).toEqual([["M1", "M3"]]);
    expect(world.platform.amended[0]?.[0]).toMatchObject({ answerId: "digest-1", posted: [{ id: "PD1" }] });
    world.desk.revised({ conversation: PLACE, ids: ["M3"], text: "Other words." });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown, SOON).toContain("Other words.");
    expect(world.brain.remembered.at(-1)?.text).toBe("Topics:\n- Ann: Words of M1.\nTopics:\n- Ann: Other words.");
  });

  it("stays as it is where nothing of it has changed", async () => {
    await using world = await withDigest();
    world.desk.revised({ conversation: PLACE, ids: ["M9"] });
    world.desk.revised({ conversation: { ...PLACE, channel: "C2" }, ids: ["M8"] });
    await expect.poll(() => world.brain.calls.includes("revise M8"), SOON).toBe(true);
    await new Promise((waited) => setTimeout(waited, 600));
    expect(world.platform.amended).toEqual([]);
  });

  it("is taken away where all that it was made of is gone", async () => {
    await using world = await withDigest();
    world.desk.revised({ conversation: PLACE, ids: ["M1", "M2", "M3"] });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown, SOON).toMatch(/was taken away/);
  });

  it("is mended however often the platform cannot be reached, and left where it is no longer there", async () => {
    let tries = 0;
    await using world = await withDigest({
      platform: {
        amend: async () => {
          tries++;
          if (tries === 1) throw new Error("not now");
        },
      },
    });
    world.desk.revised({ conversation: PLACE, ids: ["M1"] });
    await expect.poll(() => amended(world), { timeout: 10_000 }).toEqual([["M2", "M3"]]);
    await using other = await withDigest({
      platform: {
        amend: async () => {
          tries = 10;
          throw new Undeliverable("gone");
        },
      },
    });
    other.desk.revised({ conversation: PLACE, ids: ["M1"] });
    await expect.poll(() => tries, SOON).toBe(10);
    expect(other.platform.amended).toEqual([]);
  });

  it("loses what was forgotten of a person", async () => {
    await using world = await withDigest();
    const receipt = await forgetPerson({ askerId: "U2", spaces: ["@me", "G1"] }, forgetting(world));
    expect(receipt).toMatchObject({ talk: 1, digests: 1 });
    await expect.poll(() => amended(world), SOON).toEqual([["M1", "M3"]]);
  });

  it("of somebody's own asking is mended too when that person is forgotten", async () => {
    await using world = await withDigest();
    await forgetPerson({ askerId: "U1", spaces: ["G1"] }, forgetting(world));
    await expect.poll(() => amended(world), SOON).toEqual([["M2"]]);
    world.desk.revised({ conversation: PLACE, ids: ["M2"] });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown, SOON).toMatch(/was taken away/);
  });

  it("of a place that is forgotten is taken away, and nothing is known of it any more", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    await using world = await withDigest({ brain });
    brain.forget = async () => {
      brain.digestNow = async () => undefined;
      return { messages: 0, answers: 0, ratings: 0, talk: 3, lines: 3 };
    };
    expect(await forgetConversation(PLACE, forgetting(world))).toMatchObject({ talk: 3, lines: 3, digests: 1 });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown, SOON).toMatch(/was taken away/);
    expect(world.inbox.given({ answerId: "digest-1" })).toBeUndefined();
  });

  it("is left alone where the core does not know it any more, though nothing was forgotten", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    await using world = await withDigest({ brain });
    let looks = 0;
    brain.digestNow = async () => void looks++;
    world.desk.revised({ conversation: PLACE, ids: ["M1"] });
    await expect.poll(() => looks, SOON).toBe(1);
    expect(world.platform.amended).toEqual([]);
  });
});

describe("a digest that has just been posted", { timeout: 30_000 }, () => {
  it("loses what was deleted while it was on its way", async () => {
    const started: Desk[] = [];
    const { promise: isRevised, resolve } = Promise.withResolvers<void>();
    const brain = talkingBrain({ places: [PLACE] });
    const before = { ...brain };
    brain.revise = async (...given) => {
      const revised = await before.revise(...given);
      resolve();
      return revised;
    };
    await using world = await withDigest({
      brain,
      platform: {
        start: async (desk) => void started.push(desk),
        async beforeFinish() {
          started[0]?.revised({ conversation: PLACE, ids: ["M2"] });
          await isRevised;
        },
      },
    });
    expect(world.platform.finished("D1")[0]?.markdown).toContain("Words of M2.");
    await expect.poll(() => amended(world), SOON).toEqual([["M1", "M3"]]);
  });
});

describe("digests that stand, of which the core knows no more", { timeout: 30_000 }, () => {
  const without = async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const world = await withDigest({ brain });
    let looks = 0;
    brain.digestNow = async () => void looks++;
    return { world, looks: () => looks };
  };

  it("are left alone when somebody or some hours are forgotten: their messages may have passed their time", async () => {
    const { world, looks } = await without();
    await using _ = world;
    await forgetPerson({ askerId: "U9", spaces: ["G1"] }, forgetting(world));
    await expect.poll(looks, SOON).toBe(1);
    const since = new Date(START).toISOString();
    await forgetConversation(PLACE, { ...forgetting(world), since });
    await expect.poll(looks, SOON).toBe(2);
    expect(world.platform.amended).toEqual([]);
  });

  it("are taken away, and their words too, when memory is switched off", async () => {
    const { world } = await without();
    await using _ = world;
    await world.desk.talk.switchOff(PLACE, { signal });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown, SOON).toMatch(/was taken away/);
    await expect.poll(() => world.brain.remembered.at(-1), SOON).toMatchObject({ id: "PD1", text: "" });
  });
});

describe("a message that was edited while nobody listened", { timeout: 30_000 }, () => {
  it("is in digests that stand as it is now, once the core has it", async () => {
    await using world = await withDigest();
    world.brain.isAway = true;
    const editedAt = new Date(START + 1000).toISOString();
    world.desk.hear({ ...said({ id: "M3", text: "Other words." }), editedAt });
    world.desk.hear({ ...said({ id: "M1", text: "New words." }), editedAt });
    world.brain.isAway = false;
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown, SOON).toMatch(/New words[^]*Other words/);
  });
});

describe("what is forgotten", { timeout: 30_000 }, () => {
  it("does not come back by what waits or is on its way", async () => {
    await using world = await withDigest();
    world.brain.isAway = true;
    world.desk.hear(said({ id: "M4", by: "U2" }));
    const done = forgetPerson({ askerId: "U2", spaces: ["G1"] }, forgetting(world));
    world.brain.isAway = false;
    await done;
    await world.desk.talk.handedOver({ signal });
    expect([...world.brain.kept.keys()]).toEqual(["M1", "M3"]);
  });

  it("of a private thread whose talk is kept is what its place holds too", async () => {
    const thread = { ...PLACE, channel: "T1" };
    await using world = await talkingWorld({ brain: talkingBrain({ places: [thread] }) });
    await expect.poll(() => world.desk.keeps(thread), SOON).toBe(true);
    world.desk.hear(said({ channel: "T1" }));
    await world.desk.talk.handedOver({ signal });
    expect(await forgetConversation({ ...PLACE, thread: "T1" }, forgetting(world))).toMatchObject({ talk: 1 });
    expect(world.brain.kept.size).toBe(0);
  });
});
