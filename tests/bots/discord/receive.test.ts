import { describe, expect, it } from "vitest";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { eventually, openDiscordWorld } from "./discord-world.ts";

describe("Hearth on Discord asks", () => {
  it("what it is mentioned in, with files and without its mention", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const files = [{ name: "plan.md", content: "# Plan" }];
    const id = emulator.say({ by: acme.ann, in: acme.general, text: "how do I deploy?", mentionsBot: true, files });
    const asked = await world.question();
    expect(asked).toMatchObject({
      id,
      seenBy: "place",
      message: {
        id,
        text: "how do I deploy?",
        conversation: { platform: "discord", space: acme.guild, channel: acme.general },
        author: { id: acme.ann, name: "ann", isBot: false },
        url: `https://discord.com/channels/${acme.guild}/${acme.general}/${id}`,
      },
    });
    expect(asked.files.map(({ name, bytes }) => [name, bytes])).toEqual([["plan.md", 6]]);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("what replies to it, what is written to it directly, and what a forum post asks", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    emulator.say({ by: acme.ann, in: acme.general, text: "first", mentionsBot: true });
    const [posted] = await world.discord
      .reply(await world.question("first"))
      .finish({ markdown: "An answer.", buttons: [] }, { signal: AbortSignal.timeout(5_000) });
    emulator.say({ by: acme.bob, in: acme.general, text: "and why?", replyTo: posted.id, replyPings: false });
    const dm = emulator.world.dm({ with: acme.carl });
    emulator.say({ by: acme.carl, in: dm, text: "privately" });
    const forum = emulator.world.channel({ guild: acme.guild, name: "help", type: "forum" });
    const post = emulator.world.thread({ in: forum, name: "Broken", by: acme.ann });
    emulator.say({ by: acme.ann, in: post, text: "what now?", mentionsBot: true });
    expect((await world.question("and why?")).message.replyTo).toBe(posted.id);
    expect((await world.question("privately")).message.conversation).toEqual({
      platform: "discord",
      space: "@me",
      channel: dm,
    });
    expect((await world.question("what now?")).message.conversation).toEqual({
      platform: "discord",
      space: acme.guild,
      channel: forum,
      thread: post,
    });
  });

  it("follow-ups only in threads that it was asked into", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const [mine, other] = ["mine", "other"].map((name) =>
      emulator.world.thread({ in: acme.general, name, by: acme.ann }),
    );
    if (mine === undefined || other === undefined) throw new Error("no threads");
    emulator.say({ by: acme.ann, in: mine, text: "one", mentionsBot: true });
    emulator.say({ by: acme.bob, in: mine, text: "two" });
    emulator.say({ by: acme.bob, in: other, text: "elsewhere" });
    emulator.say({ by: acme.bob, in: acme.general, text: "not for you" });
    emulator.say({ by: acme.ann, in: acme.general, text: "three", mentionsBot: true });
    await world.question("three");
    expect(world.desk.asked.map(({ message }) => message.text)).toEqual(["one", "two", "three"]);
  });

  it("no other bot, unless it may, and then three times in a row", async () => {
    await using world = await openDiscordWorld({
      prepare(emulator, acme) {
        const friend = emulator.world.member({ guild: acme.guild, name: "friend", bot: true });
        return { bots: [friend] };
      },
    });
    const { emulator, acme } = world;
    const stranger = emulator.world.member({ guild: acme.guild, name: "stranger", bot: true });
    const [friend = ""] = world.settings.bots;
    const speak = (by: string, text: string) => emulator.say({ by, in: acme.general, text, mentionsBot: true });
    speak(stranger, "stranger");
    for (const text of ["1", "2", "3", "4", "5"]) speak(friend, text);
    emulator.say({ by: acme.ann, in: acme.general, text: "a person speaks" });
    speak(friend, "6");
    await world.question("6");
    expect(world.desk.asked.map(({ message }) => message.text)).toEqual(["1", "2", "3", "6"]);
  });

  it("no webhook, no system message, and not itself", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    emulator.say({ by: acme.ann, in: acme.general, text: "webhook", mentionsBot: true, webhook: "300000000000000009" });
    emulator.say({ by: acme.ann, in: acme.general, text: "system", mentionsBot: true, type: 6 });
    emulator.say({ by: emulator.bot, in: acme.general, text: "self", mentionsBot: true });
    emulator.say({ by: acme.ann, in: acme.general, text: "last", mentionsBot: true });
    await world.question("last");
    expect(world.desk.asked.map(({ message }) => message.text)).toEqual(["last"]);
  });

  it("mentions alone where it may not read the rest, without asking for more", async () => {
    await using world = await openDiscordWorld({ emulator: { flags: 0 }, settings: { messageContent: false } });
    const { emulator, acme } = world;
    const thread = emulator.world.thread({ in: acme.general, name: "mine", by: acme.ann });
    emulator.say({ by: acme.ann, in: thread, text: "one", mentionsBot: true });
    emulator.say({ by: acme.ann, in: thread, text: "unread" });
    const dm = emulator.world.dm({ with: acme.carl });
    emulator.say({ by: acme.carl, in: dm, text: "privately" });
    await world.question("privately");
    expect(world.desk.asked.map(({ message }) => message.text)).toEqual(["one", "privately"]);
  });

  it("what arrives again only once", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    for (let n = 0; n < 50; n++) emulator.say({ by: acme.ann, in: acme.general, text: `q${n}`, mentionsBot: true });
    await world.question("q49");
    emulator.gateway.redeliver(50);
    emulator.gateway.reconnect();
    emulator.say({ by: acme.ann, in: acme.general, text: "after", mentionsBot: true });
    await world.question("after");
    expect(world.desk.asked).toHaveLength(51);
  });
});

describe("edits and deletions", () => {
  it("reach the desk, many at once too, and a preview is no edit", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const say = (text: string) => emulator.say({ by: acme.ann, in: acme.general, text });
    const [one, two, three, four] = [say("one https://example.com"), say("two"), say("three"), say("four")];
    emulator.unfurl({ message: one, in: acme.general });
    emulator.edit({ message: two, in: acme.general, text: "zwei" });
    emulator.remove({ message: three, in: acme.general });
    emulator.removeMany({ messages: [one, four], in: acme.general });
    await eventually(() => desk.revisions.length === 3);
    const conversation = { platform: "discord", space: acme.guild, channel: acme.general };
    expect(desk.revisions).toEqual([
      { conversation, ids: [two], text: "zwei" },
      { conversation, ids: [three] },
      { conversation, ids: [one, four] },
    ]);
  });

  it("of a thread are told with its channel", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const thread = emulator.world.thread({ in: acme.general, name: "t", by: acme.ann });
    const id = emulator.say({ by: acme.ann, in: thread, text: "one" });
    emulator.remove({ message: id, in: thread });
    await eventually(() => desk.revisions.length === 1);
    expect(desk.revisions[0]).toEqual({
      conversation: { platform: "discord", space: acme.guild, channel: acme.general, thread },
      ids: [id],
    });
  });
});

describe("a guild", () => {
  it("that takes Hearth out is left, and an outage is not", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const other = emulator.world.guild({ name: "Other" });
    emulator.world.setAvailable({ guild: other, available: false });
    emulator.world.kickBot({ guild: acme.guild });
    await eventually(() => desk.lefts.length > 0);
    expect(desk.lefts).toEqual([acme.guild]);
  });

  it("that takes Hearth out while it is off is left as well", async () => {
    await using world = await openDiscordWorld();
    const { acme, emulator } = world;
    await world.restart({ meanwhile: () => emulator.world.kickBot({ guild: acme.guild }) });
    expect(world.desk.lefts).toEqual([acme.guild]);
  });
});

describe("a place that is gone", () => {
  it("is forgotten, with what waits there and what was said", async () => {
    const forgotten: unknown[] = [];
    const brain = scriptedBrain({
      forget: async (of) => {
        forgotten.push(of);
        return { messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 };
      },
    });
    await using world = await openDiscordWorld({ options: { brain } });
    const { emulator, acme, inbox } = world;
    const thread = emulator.world.thread({ in: acme.leads, name: "mine", by: acme.ann });
    emulator.say({ by: acme.ann, in: acme.general, text: "in general", mentionsBot: true });
    emulator.say({ by: acme.ann, in: thread, text: "in a thread", mentionsBot: true });
    await eventually(() => inbox.open("discord").length === 2);
    expect(inbox.joined("discord").map(({ channel }) => channel)).toEqual([thread]);
    emulator.world.deleteChannel({ channel: acme.general });
    emulator.world.deleteChannel({ channel: thread });
    await eventually(() => forgotten.length === 2);
    expect(forgotten).toEqual([
      { platform: "discord", space: acme.guild, channel: acme.general },
      { platform: "discord", space: acme.guild, channel: acme.leads, thread },
    ]);
    expect(inbox.joined("discord")).toEqual([]);
    // As the desk ends what it is told is gone.
    expect(world.desk.revisions.map(({ ids }) => ids)).toEqual(world.desk.asked.map(({ id }) => [id]));
  });
});
