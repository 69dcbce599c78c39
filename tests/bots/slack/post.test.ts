import { describe, expect, it } from "vitest";
import { jobOf } from "../../../src/bots/inbox-questions.ts";
import type { Asked, Content, Given } from "../../../src/bots/platform.ts";
import { Undeliverable } from "../../../src/bots/undeliverable.ts";
import { connected } from "./slack-world.ts";

const soon = () => ({ signal: AbortSignal.timeout(15_000) });
const plain = (markdown: string): Content => ({ markdown, buttons: [] });
const long = Array.from({ length: 400 }, (_, i) => `Line ${i} of a long digest about annual leave.`).join("\n\n");

type World = Awaited<ReturnType<typeof connected>>;

/** A digest as the clock asks for one. */
function digest({ acme, general, ada }: World, post: "here" | "direct", thread?: string): Asked {
  const id = `digest:1@2026-11-27T09:00:${post}${thread ?? ""}`;
  const place = { platform: "slack", space: acme.id, channel: general } as const;
  return {
    id,
    platform: "slack",
    message: {
      id,
      conversation: { ...place, ...(thread !== undefined && { thread }) },
      author: { id: post === "direct" ? `${acme.id}:${ada}` : "hearth", name: "Hearth", isBot: true },
      text: "",
      sentAt: "2026-11-27T09:00:00.000Z",
    },
    seenBy: post === "direct" ? "asker" : "place",
    files: [],
    wanted: { kind: "digest", place },
    route: { post },
  };
}

function givenOf(asked: Asked, posted: Given["posted"]): Given {
  return {
    answerId: "00000000-0000-4000-8000-0000000000d1",
    job: jobOf(asked),
    platform: "slack",
    conversation: asked.message.conversation,
    askedId: asked.id,
    askerId: asked.message.author.id,
    seenBy: asked.seenBy,
    posted,
    givenAt: Date.now(),
  };
}

describe("what nobody asked, such as a digest by the clock", { timeout: 30_000 }, () => {
  it("stands in the channel by itself, or in the thread, and nothing is shown of it before", async () => {
    await using world = await connected();
    const { slack, ada, ben, general } = world;
    const root = slack.say({ by: ada, in: general, text: "A thread" });
    const reply = world.hearth().reply(digest(world, "here"));
    reply.show({ markdown: "> so far\n\n*Reading …*", grows: "> so far", buttons: [] });
    const [posted] = await reply.finish(plain("**Decided**\n- Friday"), soon());
    await world
      .hearth()
      .reply(digest(world, "here", root))
      .finish(plain("In the thread."), soon());
    const seen = slack.visible({ to: ben, in: general }).slice(1);
    expect(seen.map(({ text, thread, edits }) => [text, thread, edits])).toEqual([
      ["**Decided**\n- Friday", undefined, 0],
      ["In the thread.", root, 0],
    ]);
    expect(posted).toMatchObject({ id: seen[0]?.ts, url: expect.stringContaining(general) });
    for (const method of ["chat.startStream", "assistant.threads.setStatus"])
      expect(slack.transcript.calls(method)).toEqual([]);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("goes to a person directly, and to nobody else", async () => {
    await using world = await connected();
    const { slack, ada, general } = world;
    const asked = digest(world, "direct");
    const [posted] = await world.hearth().reply(asked).finish(plain("For you."), soon());
    const { channel } = posted.conversation;
    expect(slack.visible({ to: ada, in: channel }).map(({ text }) => text)).toEqual(["For you."]);
    expect(slack.history(general)).toEqual([]);
    expect(await world.hearth().clearance(asked, soon())).toContain(`slack:${world.acme.id}:${general}`);
    // The owner may name people without their workspace.
    const author = { ...asked.message.author, id: ada };
    const named = { ...asked, id: "digest:c1", message: { ...asked.message, id: "digest:c1", author } };
    await world.hearth().reply(named).finish(plain("And again."), soon());
    expect(slack.visible({ to: ada, in: channel }).at(-1)?.text).toBe("And again.");
    expect(await world.hearth().clearance(named, soon())).toContain(`slack:${world.acme.id}:${general}`);
  });

  it.each(["here", "direct"] as const)(
    "is there once after a kill between its post and its record (%s)",
    async (post) => {
      await using world = await connected();
      const { slack, inbox, ada, general } = world;
      const asked = digest(world, post);
      await world.hearth().reply(asked).finish(plain("Once."), soon());
      const sendings = inbox.sendings(jobOf(asked));
      await world.stop();
      const forgetful = {
        ...inbox,
        sendings: () => sendings.map(({ job, part, plannedAt }) => ({ job, part, plannedAt })),
      };
      await world.start({}, { inbox: forgetful });
      const [again] = await world.hearth().reply(asked).finish(plain("Once."), soon());
      const where = post === "here" ? general : again.conversation.channel;
      expect(slack.visible({ to: ada, in: where }).map(({ text }) => text)).toEqual(["Once."]);
      expect(slack.transcript.violations).toEqual([]);
    },
  );

  it("ends where Hearth may not write, and nobody is told who asked nothing", async () => {
    await using world = await connected();
    const { slack, acme, general } = world;
    slack.world.leave({ channel: general, user: acme.bot });
    const reply = world.hearth().reply(digest(world, "here"));
    await expect(reply.finish(plain("Lost."), soon())).rejects.toThrow(Undeliverable);
    expect(slack.transcript.calls("conversations.open")).toEqual([]);
  });

  it("is edited later, in fewer messages too, and the ones that are left are told", async () => {
    await using world = await connected();
    const { slack, ben, general } = world;
    const asked = digest(world, "here");
    const posted = await world.hearth().reply(asked).finish(plain(long), soon());
    expect(posted).toHaveLength(2);
    const fewer = await world.hearth().amend(givenOf(asked, posted), plain("Only this is left."), soon());
    expect(fewer).toEqual([posted[0]]);
    const again = await world.hearth().amend(givenOf(asked, fewer ?? posted), plain("Nothing is left."), soon());
    expect(again).toEqual([posted[0]]);
    expect(slack.visible({ to: ben, in: general }).map(({ text }) => text)).toEqual(["Nothing is left."]);
    const more = await world.hearth().amend(givenOf(asked, again ?? posted), plain(long), soon());
    expect(more).toHaveLength(2);
    expect(await world.hearth().recall(givenOf(asked, posted), soon())).toBeUndefined();
    expect(slack.transcript.violations).toEqual([]);
  });
});
