import { afterEach, describe, expect, it, vi } from "vitest";
import { aborted } from "../../src/abort.ts";
import { forgetConversation } from "../../src/bots/forget-kept.ts";
import { jobOf } from "../../src/bots/inbox-questions.ts";
import { PLACE, said, talkingBrain, talkingWorld, wants, type TalkingWorld } from "./talking.ts";

/** Others may need the processor too. */
const SOON = { timeout: 10_000 };

const signal = AbortSignal.timeout(30_000);

afterEach(() => void vi.restoreAllMocks());

/** What is tried to be sent for half a minute is so for a moment only. */
function hurry(): void {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms === 30_000 ? 50 : ms));
}

async function filled(world: TalkingWorld): Promise<void> {
  await expect.poll(() => world.desk.keeps(PLACE), SOON).toBe(true);
  for (const id of ["M1", "M2"]) world.desk.hear(said({ id, text: `Words of ${id}.` }));
  await world.desk.talk.handedOver({ signal: AbortSignal.timeout(10_000) });
}

const whenDone = ({ inbox }: TalkingWorld) => expect.poll(() => inbox.open("discord"), { timeout: 10_000 }).toEqual([]);

describe("a digest that cannot be sent for long", { timeout: 30_000 }, () => {
  it("is made anew, without what was deleted meanwhile, and posted once", async () => {
    hurry();
    const tried: string[] = [];
    await using world = await talkingWorld({
      platform: {
        async beforeFinish(_asked, { markdown }) {
          tried.push(markdown);
          if (tried.length > 1) return;
          world.platform.desk().revised({ conversation: PLACE, ids: ["M1"] });
          await new Promise((waited) => setTimeout(waited, 200));
        },
      },
    });
    await filled(world);
    world.desk.ask(wants({ post: "here" }));
    expect((await world.platform.whenFinished("D1")).markdown).toContain("Words of M2.");
    await whenDone(world);
    expect(tried[0]).toContain("Words of M1.");
    expect(world.platform.posts.map(([, { markdown }]) => markdown.includes("Words of M1."))).toEqual([false]);
  });

  it("is taken away as far as it was sent, where memory is off by then", async () => {
    hurry();
    let tries = 0;
    await using world = await talkingWorld({
      platform: {
        async beforeFinish(asked) {
          tries++;
          world.inbox.plan(jobOf(asked), 0);
          await world.desk.talk.switchOff(PLACE, { signal });
          await new Promise((waited) => setTimeout(waited, 200));
        },
      },
    });
    await filled(world);
    world.desk.ask(wants({ post: "here" }));
    await whenDone(world);
    expect(world.platform.abandoned).toEqual(["D1"]);
    expect([tries, world.platform.posts.length]).toEqual([1, 0]);
    expect(world.inbox.sendings(jobOf(wants()))).toEqual([]);
  });
});

describe("a digest by the clock whose place is forgotten", { timeout: 30_000 }, () => {
  const forget = ({ brain, desk, inbox }: TalkingWorld) =>
    forgetConversation(PLACE, { platform: "discord", brain, desk, inbox, signal });

  it("is over, also while another is made, and nobody reads a word of either", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    let made = 0;
    brain.digest = async (_request, { signal: stopped }) => {
      made++;
      await aborted(stopped);
      throw stopped.reason;
    };
    await using world = await talkingWorld({ brain });
    await filled(world);
    world.desk.ask(wants({ id: "D1", post: "here" }));
    world.desk.ask(wants({ id: "D2", post: "here" }));
    await expect.poll(() => made, SOON).toBe(1);
    await forget(world);
    await whenDone(world);
    // What would be tried again is so after a second.
    await new Promise((waited) => setTimeout(waited, 1_500));
    expect(made).toBe(1);
    expect(world.platform.posts).toEqual([]);
  });

  it("is not begun where the inbox knows of it no more", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const brain = talkingBrain({ places: [PLACE] });
    const before = { ...brain };
    brain.digest = async (...given) => {
      await promise;
      return before.digest(...given);
    };
    await using world = await talkingWorld({ brain });
    await filled(world);
    world.desk.ask(wants({ id: "D1", post: "here" }));
    world.desk.ask(wants({ id: "D2", post: "here" }));
    world.inbox.done(jobOf({ platform: "discord", id: "D2" }));
    resolve();
    await world.platform.whenFinished("D1");
    await whenDone(world);
    expect(world.platform.posts.map(([id]) => id)).toEqual(["D1"]);
    expect(brain.requests).toHaveLength(1);
  });

  it("leaves alone what has to be said there, such as that talk is kept", async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const { promise, resolve } = Promise.withResolvers<void>();
    brain.digest = async (_request, { signal: stopped }) => {
      await Promise.race([aborted(stopped), promise]);
      throw stopped.reason;
    };
    await using world = await talkingWorld({ brain });
    await filled(world);
    const { wanted: _wanted, ...notice } = wants({ id: "N1", post: "here" });
    world.desk.ask(wants({ id: "D1", post: "here" }));
    world.desk.ask({ ...notice, says: "Talk is kept here." });
    await forget(world);
    resolve();
    expect((await world.platform.whenFinished("N1")).markdown).toBe("Talk is kept here.");
    expect(world.platform.posts).toHaveLength(1);
  });
});
