import { describe, expect, it } from "vitest";
import { personId } from "../../../src/bots/slack/ids.ts";
import { connected, eventually } from "./slack-world.ts";

describe("Slack over a socket", () => {
  it("asks a mention once, in its thread, with names in the text", async () => {
    await using world = await connected();
    const { slack, acme, ada, ben, general, desk } = world;
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> what did <@${ben}> say about &lt;b&gt;?` });
    const [asked] = await eventually(() => desk.asked.length > 0 && desk.asked);
    expect(asked).toMatchObject({
      id: `${general}:${ts}`,
      seenBy: "place",
      message: {
        id: ts,
        text: "what did @ben say about <b>?",
        conversation: { platform: "slack", space: acme.id, channel: general, thread: ts },
        author: { id: personId({ team: acme.id, user: ada }), name: "ada", isBot: false },
      },
      route: { team: acme.id, channel: general, thread: ts, user: ada },
    });
    await slack.until(
      () => slack.transcript.entries.filter((one) => one.kind === "delivery" && one.ackedAt).length >= 2,
    );
    expect(desk.asked).toHaveLength(1);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("answers in the thread, by a message that was written down before", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> how much leave?` });
    const [asked] = await eventually(() => desk.asked.length > 0 && desk.asked);
    if (!asked) return;
    const reply = world.hearth().reply(asked);
    const [posted] = await reply.finish(
      { markdown: "28 days. <!here>", buttons: [{ kind: "why", answerId: "a1" }] },
      { signal: AbortSignal.timeout(5_000) },
    );
    const answer = slack.visible({ to: ada, in: general, thread: ts })[1];
    expect(answer).toMatchObject({ ts: posted.id, by: acme.bot, thread: ts, actions: ["h1:why:a1"] });
    expect(answer?.text).toContain("28 days.");
    expect(answer?.pings).toEqual({ users: [], groups: [], everyone: false });
    expect(slack.transcript.calls("chat.postMessage")[0]?.args).toMatchObject({
      unfurl_links: "false",
      unfurl_media: "false",
    });
    expect(slack.transcript.violations).toEqual([]);
  });

  it("streams what grows, and edits once it is closed", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> how much leave?` });
    const [asked] = await eventually(() => desk.asked.length > 0 && desk.asked);
    if (!asked) return;
    const reply = world.hearth().reply(asked);
    const buttons = [{ kind: "stop", job: "j1" }] as const;
    reply.show({ markdown: "> 28 days.\n\n*Writing …*", grows: "> 28 days.", buttons });
    await slack.until(() => slack.visible({ to: ada, in: general, thread: ts })[1]?.streaming);
    reply.show({ markdown: "> 28 days.\n\nEverybody.\n\n*Writing …*", grows: "> 28 days.\n\nEverybody.", buttons });
    await slack.until(() => slack.visible({ to: ada, in: general, thread: ts })[1]?.text.includes("Everybody."));
    await reply.finish({ markdown: "Everybody gets 28 days.", buttons: [] }, { signal: AbortSignal.timeout(5_000) });
    const all = slack.visible({ to: ada, in: general, thread: ts });
    expect(all).toHaveLength(2);
    expect(all[1]).toMatchObject({ text: "Everybody gets 28 days.", streaming: false, actions: [] });
    expect(slack.transcript.violations).toEqual([]);
  });
});
