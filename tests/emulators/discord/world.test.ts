import {
  ChannelType,
  Events,
  GatewayIntentBits,
  SlashCommandBuilder,
  type GuildMember,
  type Message,
} from "discord.js";
import { describe, expect, it } from "vitest";
import type { DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import { next, openClient, openEmulator } from "./bot.ts";

function scene(emulator: DiscordEmulator) {
  const guild = emulator.world.guild({ name: "Hearth" });
  const ada = emulator.world.member({ guild, name: "Ada" });
  const bea = emulator.world.member({ guild, name: "Bea" });
  const channel = emulator.world.channel({ guild, name: "general" });
  return { guild, ada, bea, channel };
}

/** The names of the events that came, by the transcript. */
const told = (emulator: DiscordEmulator): string[] =>
  emulator.transcript.entries.flatMap((one) =>
    one.kind === "gateway" && one.from === "discord" && one.t !== undefined ? [one.t] : [],
  );

describe("rights", () => {
  it("follow roles, overwrites, ownership and time-outs as Discord computes them", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, bea, channel } = scene(emulator);
    const speak =
      (by: string, place = channel) =>
      () =>
        emulator.say({ by, in: place, text: "x" });
    const role = emulator.world.role({ guild, name: "staff" });
    emulator.world.setOverwrite({ channel, of: guild, deny: ["SEND_MESSAGES"] });
    expect(speak(ada)).toThrow("SEND_MESSAGES");
    emulator.world.setOverwrite({ channel, of: role, allow: ["SEND_MESSAGES"] });
    emulator.world.addRole({ guild, user: ada, role });
    expect(speak(ada)).not.toThrow();
    emulator.world.setOverwrite({ channel, of: ada, deny: ["SEND_MESSAGES"] });
    expect(speak(ada)).toThrow("SEND_MESSAGES");
    const admin = emulator.world.role({ guild, name: "admin", permissions: ["ADMINISTRATOR"] });
    emulator.world.addRole({ guild, user: ada, role: admin });
    expect(speak(ada)).not.toThrow();
    emulator.world.removeOverwrite({ channel, of: guild });
    emulator.world.timeOut({ guild, user: bea, until: Date.now() + 60_000 });
    expect(speak(bea)).toThrow("SEND_MESSAGES");
    emulator.world.kick({ guild, user: ada });
    expect(speak(ada)).toThrow("SEND_MESSAGES");
    expect(emulator.visible({ to: ada, in: channel })).toEqual([]);
  });

  it("in a thread are the parent's, with a right of their own to write", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, bea, channel } = scene(emulator);
    const thread = emulator.world.thread({ in: channel, name: "t", by: ada });
    emulator.world.setOverwrite({ channel, of: guild, deny: ["SEND_MESSAGES"] });
    expect(() => emulator.say({ by: bea, in: thread, text: "x" })).not.toThrow();
    emulator.world.setOverwrite({ channel, of: guild, deny: ["SEND_MESSAGES_IN_THREADS"] });
    expect(() => emulator.say({ by: bea, in: thread, text: "x" })).toThrow("SEND_MESSAGES_IN_THREADS");
  });

  it("to a private thread are its members', and a mention makes a member", async () => {
    await using emulator = await openEmulator();
    const { ada, bea, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const secret = emulator.world.thread({ in: channel, name: "secret", by: ada, private: true });
    emulator.say({ by: ada, in: secret, text: "unheard" });
    expect(emulator.visible({ to: bea, in: secret })).toEqual([]);
    const heard = next<Message>(bot.client, Events.MessageCreate);
    emulator.say({ by: ada, in: secret, text: "come in", mentionsBot: true });
    const message = await heard;
    expect(message.content).toContain("come in");
    expect(message.channel.type).toBe(ChannelType.PrivateThread);
    const left = next(bot.client, Events.ThreadDelete);
    emulator.world.removeFromThread({ thread: secret, user: emulator.bot });
    await left;
  });
});

describe("events", () => {
  it("of other members need the intent; the bot's own changes do not", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, channel } = scene(emulator);
    await using bot = await openClient(emulator, {
      intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
    });
    const role = emulator.world.role({ guild, name: "staff" });
    emulator.world.addRole({ guild, user: ada, role });
    const own = next<GuildMember>(bot.client, Events.GuildMemberUpdate);
    emulator.world.addRole({ guild, user: emulator.bot, role });
    await own;
    expect(bot.client.guilds.cache.get(guild)?.members.cache.size).toBe(1);
    const last = next<Message>(bot.client, Events.MessageCreate);
    emulator.say({ by: ada, in: channel, text: "end" });
    await last;
    expect(told(emulator)).toEqual([
      "READY",
      "GUILD_CREATE",
      "GUILD_ROLE_CREATE",
      "GUILD_MEMBER_UPDATE",
      "MESSAGE_CREATE",
    ]);
  });

  it("bring the threads of a channel that the bot comes to see", async () => {
    await using emulator = await openEmulator();
    const { guild, ada } = scene(emulator);
    const hidden = emulator.world.channel({
      guild,
      name: "hidden",
      overwrites: [
        { of: guild, deny: ["VIEW_CHANNEL"] },
        { of: ada, allow: ["VIEW_CHANNEL"] },
      ],
    });
    const thread = emulator.world.thread({ in: hidden, name: "inside", by: ada });
    await using bot = await openClient(emulator);
    expect(bot.client.channels.cache.has(thread)).toBe(false);
    const synced = next(bot.client, Events.ThreadListSync);
    emulator.world.setOverwrite({ channel: hidden, of: emulator.bot, allow: ["VIEW_CHANNEL"] });
    await synced;
    expect(bot.client.channels.cache.has(thread)).toBe(true);
  });

  it("tell of a preview without a change of what was written", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const first = next<Message>(bot.client, Events.MessageCreate);
    const message = emulator.say({ by: ada, in: channel, text: "https://example.com/" });
    await first;
    const updated = new Promise<Message>((resolve) => {
      bot.client.on(Events.MessageUpdate, (_, after) => resolve(after));
    });
    emulator.unfurl({ message, in: channel });
    const after = await updated;
    expect([after.editedTimestamp, after.embeds.length, after.content]).toEqual([null, 1, "https://example.com/"]);
  });

  it("show the line where a thread begins, which people's history leaves out", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const asked = emulator.say({ by: ada, in: channel, text: "long", thread: "Long" });
    emulator.say({ by: ada, in: asked, text: "go on" });
    const there = await bot.client.channels.fetch(asked);
    if (there?.isThread() !== true) throw new Error("That is no thread");
    const all = [...(await there.messages.fetch()).values()].map(({ system, content }) => [system, content]);
    expect(all).toEqual([
      [false, "go on"],
      [true, ""],
    ]);
    expect((await there.fetchStarterMessage())?.content).toBe("long");
    expect(emulator.history(asked).map(({ content }) => content)).toEqual(["go on"]);
  });
});

describe("a forum", () => {
  it("takes posts, whose first message has the thread's id, and nothing else", async () => {
    await using emulator = await openEmulator();
    const { guild, ada } = scene(emulator);
    const forum = emulator.world.channel({ guild, name: "help", type: "forum" });
    await using bot = await openClient(emulator);
    const heard = next<Message>(bot.client, Events.MessageCreate);
    const post = emulator.post({ by: ada, in: forum, title: "How?", text: "so", mentionsBot: true });
    const message = await heard;
    expect([message.id, message.channelId, message.channel.isThread()]).toEqual([post, post, true]);
    await message.reply("Like this.");
    expect(emulator.history(post).map(({ content }) => content)).toEqual([`<@${emulator.bot}> so`, "Like this."]);
    expect(() => emulator.say({ by: ada, in: forum, text: "x" })).toThrow("Nothing can be said");
    expect(emulator.transcript.violations).toEqual([]);
  });
});

describe("options", () => {
  it("of a command carry the people and channels that they name", async () => {
    await using emulator = await openEmulator();
    const { ada, bea, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const digest = new SlashCommandBuilder()
      .setName("digest")
      .setDescription("Digests")
      .addSubcommand((sub) =>
        sub
          .setName("add")
          .setDescription("Add one")
          .addChannelOption((option) => option.setName("channel").setDescription("Where").setRequired(true))
          .addUserOption((option) => option.setName("for").setDescription("Whom")),
      );
    await bot.client.application.commands.set([digest]);
    const came = new Promise<unknown[]>((resolve) => {
      bot.client.on(Events.InteractionCreate, (one) => {
        if (one.isChatInputCommand())
          resolve([one.options.getSubcommand(), one.options.getChannel("channel")?.id, one.options.getUser("for")?.id]);
      });
    });
    emulator.slash({ by: ada, in: channel, name: "digest", path: ["add"], options: { channel, for: bea } });
    expect(await came).toEqual(["add", channel, bea]);
  });
});

describe("a long run", () => {
  it("keeps only so much history, and no bodies where it is told to be lean", async () => {
    await using emulator = await openEmulator({ historyCap: 100, lean: true });
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const last = next<Message>(bot.client, Events.MessageCreate, ({ content }) => content === "m999");
    for (let i = 0; i < 1000; i += 1) emulator.say({ by: ada, in: channel, text: `m${i}` });
    await last;
    expect(emulator.history(channel).length).toBeLessThanOrEqual(110);
    expect(emulator.history(channel).at(-1)?.content).toBe("m999");
    const events = emulator.transcript.entries.filter((one) => one.kind === "gateway" && one.t === "MESSAGE_CREATE");
    expect(events.length).toBe(1000);
    expect(events.every((one) => one.kind === "gateway" && one.text === undefined)).toBe(true);
    const numbers = events.map((one) => (one.kind === "gateway" ? one.s : undefined));
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  });
});
