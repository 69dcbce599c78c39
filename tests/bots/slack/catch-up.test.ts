import { describe, expect, it } from "vitest";
import { connected, eventually } from "./slack-world.ts";

describe("what was said while Hearth was away", () => {
  it("is read back in order and once: in channels, in threads, and in direct messages", async () => {
    await using world = await connected();
    const { slack, acme, ada, ben, general, desk } = world;
    const dm = slack.world.dm({ with: [ben] });
    const old = slack.say({ by: ben, in: general, text: "An old thread" });
    const root = slack.say({ by: ada, in: general, text: `<@${acme.bot}> before` });
    await eventually(() => desk.asked.length === 1);
    await world.stop();
    const said = [
      slack.say({ by: ada, in: general, text: `<@${acme.bot}> in the channel` }),
      slack.say({ by: ben, in: general, text: "follow-up in a thread that Hearth is in", thread: root }),
      slack.say({ by: ben, in: general, text: `<@${acme.bot}> first mention in an old thread`, thread: old }),
      slack.say({ by: ben, in: dm, text: "a first direct message" }),
    ];
    slack.say({ by: ben, in: general, text: "nothing for Hearth" });
    await world.start();
    expect(desk.asked.map(({ message }) => message.id)).toEqual(expect.arrayContaining([root, ...said]));
    expect(desk.asked).toHaveLength(5);
    await world.stop();
    await world.start();
    expect(desk.asked).toHaveLength(5);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("is not read of channels that were there before Hearth came", async () => {
    await using world = await connected();
    const { slack, acme, ada, desk, inbox } = world;
    await world.stop();
    inbox.note("slack", "here", "");
    const random = slack.world.channel({ team: acme.id, name: "random", members: [ada] });
    slack.say({ by: ada, in: random, text: `<@${acme.bot}> long ago` });
    await world.start();
    expect(desk.asked).toEqual([]);
  });

  it("is read over several pages", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    slack.say({ by: ada, in: general, text: "seen" });
    await eventually(() => slack.transcript.entries.some((one) => one.kind === "delivery" && one.ackedAt));
    await world.stop();
    for (let i = 0; i < 450; i++)
      slack.say({ by: ada, in: general, text: i % 100 === 0 ? `<@${acme.bot}> ${i}` : `chatter ${i}` });
    await world.start();
    expect(desk.asked.map(({ message }) => message.text)).toEqual(["0", "100", "200", "300", "400"]);
  });

  it("changes what was asked before: edits and deletions are followed", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const [edited, removed] = ["one", "two"].map((text) =>
      slack.say({ by: ada, in: general, text: `<@${acme.bot}> ${text}` }),
    );
    slack.say({ by: ada, in: general, text: "three" });
    if (edited === undefined || removed === undefined) return;
    await eventually(() => desk.asked.length === 2);
    await world.stop();
    slack.edit({ in: general, message: edited, text: `<@${acme.bot}> one, in May` });
    slack.remove({ in: general, message: removed });
    await world.start();
    expect(desk.revisions).toMatchObject([{ ids: [edited], text: "one, in May" }, { ids: [removed] }]);
    expect(desk.revisions[1]).not.toHaveProperty("text");
  });

  it("is read another time where it cannot be read, and meanwhile nothing waits for it", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    await world.stop();
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> missed` });
    slack.rest.fail({ method: "conversations.history", sequence: [500] });
    await world.start();
    expect(desk.asked).toEqual([]);
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> live` });
    await eventually(() => desk.asked.length === 1);
    await world.stop();
    await world.start();
    expect(desk.asked.map(({ message }) => message.text)).toEqual(["live", "missed"]);
  });
});
