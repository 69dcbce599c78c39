import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/bots/discord/api.ts";
import { createDeleted, followChanges } from "../../../src/bots/discord/follow-changes.ts";
import { hearEdited } from "../../../src/bots/discord/heard.ts";
import type { DiscordMessage } from "../../../src/bots/discord/message.ts";
import { createPlaces } from "../../../src/bots/discord/places.ts";
import { createNewest } from "../../../src/bots/newest.ts";
import type { TalkMessage } from "../../../src/chat.ts";
import { silentLog } from "../../../src/log.ts";
import { connected } from "./connected.ts";
import { eventually, openDiscordWorld, recordingDesk } from "./discord-world.ts";

describe("Hearth hears", () => {
  it("all that people and other bots say in a place whose talk is kept, its public threads too, and nothing elsewhere", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    const robot = emulator.world.member({ guild: acme.guild, name: "robot", bot: true });
    const thread = emulator.world.thread({ in: acme.general, name: "plans", by: acme.ann });
    const first = emulator.say({ by: acme.ann, in: acme.general, text: `hello <@${acme.bob}>` });
    emulator.say({ by: acme.bob, in: acme.leads, text: "not here" });
    const reply = emulator.say({ by: acme.bob, in: acme.general, text: "hello yourself", replyTo: first });
    const inside = emulator.say({ by: acme.carl, in: thread, text: "in the thread" });
    emulator.say({ by: robot, in: acme.general, text: "build 7 is green" });
    emulator.say({ by: acme.ann, in: acme.general, text: "how much leave?", mentionsBot: true });
    await eventually(() => desk.heard.some(({ text }) => text.includes("how much leave")));
    expect(desk.heard.map(({ text, author }) => [text, author.isBot])).toEqual([
      ["hello @bob", false],
      ["hello yourself", false],
      ["in the thread", false],
      ["build 7 is green", true],
      ["@hearth how much leave?", false],
    ]);
    expect(desk.heard.find(({ id }) => id === reply)).toMatchObject({
      replyTo: first,
      author: { id: acme.bob, name: "bob" },
      conversation: { platform: "discord", space: acme.guild, channel: acme.general },
      url: `https://discord.com/channels/${acme.guild}/${acme.general}/${reply}`,
    });
    expect(desk.heard.find(({ id }) => id === inside)?.conversation).toEqual({
      platform: "discord",
      space: acme.guild,
      channel: acme.general,
      thread,
    });
    expect(desk.asked.map(({ message }) => message.text)).toEqual(["how much leave?"]);
  });

  it("a private thread as a place of its own, and not with its channel", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const thread = emulator.world.thread({
      in: acme.general,
      name: "quiet",
      by: acme.ann,
      private: true,
      members: [acme.ann, emulator.bot],
    });
    desk.kept.add(acme.general);
    emulator.say({ by: acme.ann, in: thread, text: "before the switch" });
    const marker = emulator.say({ by: acme.ann, in: acme.general, text: "meanwhile in the channel" });
    await eventually(() => desk.heard.length > 0);
    desk.kept.add(thread);
    const id = emulator.say({ by: acme.ann, in: thread, text: "after the switch" });
    await eventually(() => desk.heard.length > 1);
    expect(desk.heard.map((message) => [message.id, message.conversation])).toEqual([
      [marker, { platform: "discord", space: acme.guild, channel: acme.general }],
      [id, { platform: "discord", space: acme.guild, channel: thread }],
    ]);
  });

  it("neither what Discord writes itself nor what Hearth says, but webhooks as bots", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    emulator.say({ by: acme.ann, in: acme.general, text: "pinned", type: 6 });
    emulator.say({ by: acme.ann, in: acme.general, text: "first", mentionsBot: true });
    await world.discord
      .reply(await world.question("first"))
      .finish({ markdown: "An answer.", buttons: [] }, { signal: AbortSignal.timeout(5_000) });
    emulator.say({ by: acme.ann, in: acme.general, text: "deployed", webhook: "4242" });
    await eventually(() => desk.heard.length === 2);
    expect(desk.heard.map(({ text, author }) => [text, author.isBot])).toEqual([
      ["@hearth first", false],
      ["deployed", true],
    ]);
  });

  it("what was said while it was away, once it is back", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    const before = emulator.say({ by: acme.ann, in: acme.general, text: "before" });
    await eventually(() => desk.heard.length > 0);
    let meanwhile = "";
    await world.restart({
      meanwhile: () => (meanwhile = emulator.say({ by: acme.bob, in: acme.general, text: "meanwhile" })),
    });
    await eventually(() => desk.heard.some(({ id }) => id === meanwhile));
    expect(desk.heard.map(({ id }) => id)).toEqual(expect.arrayContaining([before, meanwhile]));
  });

  it("what was said long ago, where it was away that long, without answering what was asked then", async () => {
    const ago = (days: number) => Date.now() - days * 24 * 60 * 60_000;
    await using world = await openDiscordWorld({
      prepare: (there, { ann, general }) => void there.say({ by: ann, in: general, text: "the last", at: ago(10) }),
    });
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    await world.restart({
      meanwhile() {
        const said = { by: acme.ann, in: acme.general, mentionsBot: true };
        emulator.say({ ...said, text: "old?", at: ago(8) });
        emulator.say({ ...said, text: "young?" });
      },
    });
    await world.question("young?");
    expect(desk.heard.map(({ text }) => text)).toEqual(["@hearth old?", "@hearth young?"]);
    expect(desk.asked.map(({ message }) => message.text)).toEqual(["young?"]);
  });

  it("again what was edited while it was away", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    const message = emulator.say({ by: acme.ann, in: acme.general, text: "on Monday" });
    await eventually(() => desk.heard.length > 0);
    await world.restart({ meanwhile: () => emulator.edit({ message, in: acme.general, text: "on Tuesday" }) });
    const again = await eventually(() => desk.heard.find(({ text }) => text === "on Tuesday"));
    expect(again).toMatchObject({ id: message, editedAt: expect.any(String) });
  });

  it("what was said in a thread that was archived again meanwhile", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    await world.restart({
      meanwhile() {
        const thread = emulator.world.thread({ in: acme.general, name: "short", by: acme.ann });
        emulator.say({ by: acme.ann, in: thread, text: "quickly" });
        emulator.world.archive({ thread });
      },
    });
    await eventually(() => desk.heard.some(({ text }) => text === "quickly"));
  });

  it("again what could not be written down", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    let isFull = true;
    Object.assign(desk, {
      hear(message: TalkMessage) {
        if (isFull) throw new Error("database or disk is full");
        desk.heard.push(message);
      },
    });
    const id = emulator.say({ by: acme.ann, in: acme.general, text: "important" });
    emulator.say({ by: acme.ann, in: acme.general, text: "Hearth?", mentionsBot: true });
    isFull = false;
    await world.restart();
    await eventually(() => desk.heard.some((message) => message.id === id));
  });

  it("nothing where Discord shows it no more than mentions", async () => {
    await using world = await openDiscordWorld({
      settings: { messageContent: false },
      prepare: ({ world: there }) => there.setApplicationFlags(0),
    });
    const { emulator, acme, desk } = world;
    desk.kept.add(acme.general);
    emulator.say({ by: acme.ann, in: acme.general, text: "among us" });
    emulator.say({ by: acme.ann, in: acme.general, text: "to you", mentionsBot: true });
    await world.question("to you");
    expect(desk.heard).toEqual([]);
  });
});

describe("a deletion", () => {
  it("in a thread that the library has forgotten reaches the conversation of its channel", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const thread = emulator.world.thread({ in: acme.general, name: "old", by: acme.ann });
    const said = emulator.say({ by: acme.ann, in: thread, text: "delete me" });
    emulator.world.archive({ thread });
    // After a restart Discord tells of no archived thread.
    await world.restart();
    emulator.remove({ message: said, in: thread });
    const conversation = { platform: "discord", space: acme.guild, channel: acme.general, thread };
    await eventually(() => desk.revisions.find(({ ids }) => ids.includes(said)));
    expect(desk.revisions).toEqual([{ conversation, ids: [said] }]);
  });
});

describe("a page that was read before something changed", () => {
  it("is heard as it is since, without what was deleted", async () => {
    await using here = await connected({ settings: { messageContent: true } });
    const { client, emulator, channel, ann, inbox, settings } = here;
    const [first, second] = ["on Monday", "a secret"].map((text) => emulator.say({ by: ann, in: channel, text }));
    if (first === undefined || second === undefined) return;
    for (const message of [first, second]) emulator.edit({ in: channel, message, text: "on Tuesday" });
    const desk = recordingDesk(inbox);
    desk.kept.add(channel);
    const [places, deleted] = [createPlaces(client, { settings, inbox }), createDeleted()];
    const edited = createNewest<DiscordMessage>(({ editedAt = "" }) => editedAt);
    followChanges(client, { desk, places, deleted, edited, pass: (work) => work() });
    const api = createApi(client.rest);
    const before: typeof api.before = async (...of) => {
      const page = await api.before(...of);
      emulator.edit({ in: channel, message: first, text: "on Wednesday" });
      emulator.remove({ in: channel, message: second });
      await eventually(() => deleted.has(second));
      return page;
    };
    const parts = { api: { ...api, before }, desk, places, deleted, edited, log: silentLog() };
    await hearEdited(client, parts, { since: 0, signal: AbortSignal.timeout(10_000) });
    expect(desk.heard.map(({ id, text }) => [id, text])).toEqual([[first, "on Wednesday"]]);
  });
});
