import { describe, expect, it } from "vitest";
import { forgetConversation, forgetPerson } from "../../src/bots/forget-kept.ts";
import { Undeliverable } from "../../src/bots/undeliverable.ts";
import { PLACE, said, talkingBrain, talkingWorld, wants, type TalkingWorld } from "./talking.ts";

const signal = AbortSignal.timeout(30_000);

/** A world with a digest of three messages, two people's, that stands in the place. */
async function withDigest(given: Parameters<typeof talkingWorld>[0] = {}): Promise<TalkingWorld> {
  const world = await talkingWorld({ brain: talkingBrain({ places: [PLACE] }), ...given });
  await expect.poll(() => world.desk.keeps(PLACE)).toBe(true);
  for (const [id, by] of [
    ["M1", "U1"],
    ["M2", "U2"],
    ["M3", "U1"],
  ] as const)
    world.desk.hear(said({ id, by, text: `Words of ${id}.` }));
  world.desk.ask(wants());
  await world.platform.whenFinished("D1");
  await expect.poll(() => world.inbox.open("discord").length).toBe(0);
  return world;
}

const forgetting = ({ brain, desk, inbox }: TalkingWorld) =>
  ({ platform: "discord", brain, desk, inbox, signal }) as const;
const amended = ({ platform }: TalkingWorld) =>
  platform.amended.map(([, { markdown }]) => [...markdown.matchAll(/Words of (M\d)/g)].map(([, id]) => id));

describe("a digest that stands", () => {
  it("loses the line of a message that is deleted, and says what one says that is edited", async () => {
    await using world = await withDigest();
    world.desk.revised({ conversation: PLACE, ids: ["M2"] });
    await expect.poll(() => amended(world)).toEqual([["M1", "M3"]]);
    expect(world.platform.amended[0]?.[0]).toMatchObject({ answerId: "digest-1", posted: [{ id: "PD1" }] });
    world.desk.revised({ conversation: PLACE, ids: ["M3"], text: "Other words." });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown).toContain("Other words.");
    expect(world.brain.remembered.at(-1)?.text).toBe("Topics:\n- Ann: Words of M1.\nTopics:\n- Ann: Other words.");
  });

  it("stays as it is where nothing of it has changed", async () => {
    await using world = await withDigest();
    world.desk.revised({ conversation: PLACE, ids: ["M9"] });
    world.desk.revised({ conversation: { ...PLACE, channel: "C2" }, ids: ["M8"] });
    await expect.poll(() => world.brain.calls.includes("revise M8")).toBe(true);
    await new Promise((waited) => setTimeout(waited, 600));
    expect(world.platform.amended).toEqual([]);
  });

  it("is taken away where all that it was made of is gone", async () => {
    await using world = await withDigest();
    world.desk.revised({ conversation: PLACE, ids: ["M1", "M2", "M3"] });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown).toMatch(/was taken away/);
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
    await expect.poll(() => tries).toBe(10);
    expect(other.platform.amended).toEqual([]);
  });

  it("loses what was forgotten of a person", async () => {
    await using world = await withDigest();
    const receipt = await forgetPerson({ askerId: "U2", spaces: ["@me", "G1"] }, forgetting(world));
    expect(receipt).toMatchObject({ talk: 1, digests: 1 });
    await expect.poll(() => amended(world)).toEqual([["M1", "M3"]]);
  });

  it("of somebody's own asking is mended too when that person is forgotten", async () => {
    await using world = await withDigest();
    await forgetPerson({ askerId: "U1", spaces: ["G1"] }, forgetting(world));
    await expect.poll(() => amended(world)).toEqual([["M2"]]);
    world.desk.revised({ conversation: PLACE, ids: ["M2"] });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown).toMatch(/was taken away/);
  });

  it("of a place that is forgotten is taken away, and nothing is known of it any more", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    await using world = await withDigest({ brain });
    brain.forget = async () => {
      brain.digestNow = async () => undefined;
      return { messages: 0, answers: 0, ratings: 0, talk: 3, lines: 3 };
    };
    expect(await forgetConversation(PLACE, forgetting(world))).toMatchObject({ talk: 3, lines: 3, digests: 1 });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown).toMatch(/was taken away/);
    expect(world.inbox.given({ answerId: "digest-1" })).toBeUndefined();
  });

  it("is left alone where the core does not know it any more, though nothing was forgotten", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    await using world = await withDigest({ brain });
    let looks = 0;
    brain.digestNow = async () => void looks++;
    world.desk.revised({ conversation: PLACE, ids: ["M1"] });
    await expect.poll(() => looks).toBe(1);
    expect(world.platform.amended).toEqual([]);
  });
});

describe("what is forgotten", () => {
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
    await expect.poll(() => world.desk.keeps(thread)).toBe(true);
    world.desk.hear(said({ channel: "T1" }));
    await world.desk.talk.handedOver({ signal });
    expect(await forgetConversation({ ...PLACE, thread: "T1" }, forgetting(world))).toMatchObject({ talk: 1 });
    expect(world.brain.kept.size).toBe(0);
  });
});
