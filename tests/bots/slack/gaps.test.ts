import { describe, expect, it } from "vitest";
import { connected, eventually } from "./slack-world.ts";

const alone = { emulator: { bounds: { redeliverMs: [] } } };

describe("what was missed", () => {
  it("is read back where Slack failed to list the channels at first", async () => {
    await using world = await connected({ ...alone, options: { readAgainMs: 50 } });
    const { slack, acme, ada, general, desk } = world;
    slack.say({ by: ada, in: general, text: "seen" });
    await world.stop();
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> missed` });
    slack.rest.fail({ method: "users.conversations", sequence: [500, 503] });
    await world.start();
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> live` });
    await eventually(() => desk.asked.length === 2);
    expect(desk.asked.map(({ message }) => message.text).toSorted()).toEqual(["live", "missed"]);
  });

  it("is read back in a place that is seen first, though reading failed and Hearth was killed meanwhile", async () => {
    await using world = await connected(alone);
    const { slack, ben, desk, inbox } = world;
    await world.stop();
    const away = inbox.noted("slack", "here");
    const dm = slack.world.dm({ with: [ben] });
    slack.say({ by: ben, in: dm, text: "a first direct message" });
    const history = slack.rest.fail({
      method: "conversations.history",
      sequence: Array.from({ length: 9 }, () => 500),
    });
    await world.start();
    await world.stop();
    expect(inbox.noted("slack", "here")).toBe(away);
    history.stop();
    await world.start();
    expect(desk.asked.map(({ message }) => message.text)).toEqual(["a first direct message"]);
  });
});
