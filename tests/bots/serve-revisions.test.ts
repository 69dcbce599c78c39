import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { silentLog } from "../../src/log.ts";
import { START } from "../contracts/inbox.ts";
import { PLACE, said, talkingBrain, talkingWorld, wants, type TalkingWorld } from "./talking.ts";

/** Others may need the processor too. */
const SOON = { timeout: 10_000 };

const open = () => openInbox({ path: ":memory:", log: silentLog(), now: () => START });

async function hears(world: TalkingWorld, ...ids: readonly string[]): Promise<void> {
  await expect.poll(() => world.desk.keeps(PLACE), SOON).toBe(true);
  for (const id of ids) world.desk.hear(said({ id, text: `Words of ${id}.` }));
  await world.desk.talk.handedOver({ signal: AbortSignal.timeout(10_000) });
}

describe("edits and deletions", { timeout: 30_000 }, () => {
  it("that the core could not be told of are told by the next run, before what comes then", async () => {
    using inbox = open();
    const brain = talkingBrain({ places: [PLACE] });
    {
      await using world = await talkingWorld({ brain, inbox });
      await hears(world, "M1", "M2", "M3");
      brain.isAway = true;
      world.desk.revised({ conversation: PLACE, ids: ["M1"] });
      world.desk.revised({ conversation: PLACE, ids: ["M2"], text: "Other words." });
      // Where no talk is kept, what an edit says is not written down.
      world.desk.revised({ conversation: { ...PLACE, channel: "C2" }, ids: ["M8"], text: "Elsewhere." });
    }
    expect(inbox.revisions("discord").map(({ revision }) => revision.ids)).toEqual([["M1"], ["M2"]]);
    brain.isAway = false;
    await using _ = await talkingWorld({
      brain,
      inbox,
      platform: { start: async (desk) => desk.revised({ conversation: PLACE, ids: ["M3"] }) },
    });
    await expect.poll(() => [...brain.kept.values()].map(({ text }) => text), SOON).toEqual(["Other words."]);
    await expect.poll(() => inbox.revisions("discord"), SOON).toEqual([]);
    expect(brain.calls.filter((call) => call.startsWith("revise"))).toEqual(["revise M1", "revise M2", "revise M3"]);
  });

  it("that the core knows of are in digests that stand after a restart, too", async () => {
    using inbox = open();
    const brain = talkingBrain({ places: [PLACE] });
    {
      const amend = async () => {
        throw new Error("not now");
      };
      await using world = await talkingWorld({ brain, inbox, platform: { amend } });
      await hears(world, "M1", "M2");
      world.desk.ask(wants());
      await world.platform.whenFinished("D1");
      await expect.poll(() => inbox.open("discord"), SOON).toEqual([]);
      world.desk.revised({ conversation: PLACE, ids: ["M1"] });
      await expect.poll(() => brain.kept.has("M1"), SOON).toBe(false);
    }
    await using world = await talkingWorld({ brain, inbox });
    await expect.poll(() => world.platform.amended.at(-1)?.[1].markdown, SOON).toContain("Words of M2.");
    expect(world.platform.amended.at(-1)?.[1].markdown).not.toContain("Words of M1.");
  });

  it("are followed after one that could not be", async () => {
    using real = open();
    let failures = 0;
    const inbox = {
      ...real,
      digests: (of: Parameters<typeof real.digests>[0]) => {
        if (of.channel !== undefined && failures++ === 0) throw new Error("disk I/O error");
        return real.digests(of);
      },
    };
    await using world = await talkingWorld({ inbox });
    await hears(world, "M1", "M2");
    world.desk.revised({ conversation: PLACE, ids: ["M1"] });
    world.desk.revised({ conversation: PLACE, ids: ["M2"] });
    await expect.poll(() => world.brain.kept.size, SOON).toBe(0);
    expect(failures).toBeGreaterThan(0);
  });
});
