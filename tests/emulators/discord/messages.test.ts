import { AttachmentBuilder, Events, type Message, type SendableChannels } from "discord.js";
import { describe, expect, it } from "vitest";
import { next, openClient, openEmulator } from "./bot.ts";
import type { Client } from "discord.js";
import type { DiscordEmulator } from "../../../emulators/discord/emulator.ts";

function scene(emulator: DiscordEmulator) {
  const guild = emulator.world.guild({ name: "Hearth" });
  const ada = emulator.world.member({ guild, name: "Ada" });
  const channel = emulator.world.channel({ guild, name: "general" });
  return { guild, ada, channel };
}

async function place(client: Client, id: string): Promise<SendableChannels> {
  const channel = await client.channels.fetch(id);
  if (channel?.isSendable() !== true) throw new Error("The channel takes no messages");
  return channel;
}

describe("messages", () => {
  it("go both ways between people and the real client", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const heard = next<Message>(bot.client, Events.MessageCreate);
    const asked = emulator.say({ by: ada, in: channel, text: "where is the key?", mentionsBot: true });
    const message = await heard;
    expect(message.id).toBe(asked);
    expect(message.mentions.has(bot.client.user)).toBe(true);
    const reply = await message.reply({ content: "Under the mat." });
    await reply.edit("Under the *mat*.");
    const [, shown] = emulator.history(channel);
    expect(shown).toMatchObject({ content: "Under the *mat*.", edits: 1, replyTo: asked, author: emulator.bot });
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("are told of when people edit and delete them", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const first = emulator.say({ by: ada, in: channel, text: "one" });
    const others = ["two", "three"].map((text) => emulator.say({ by: ada, in: channel, text }));
    const edited = new Promise<string>((resolve) =>
      bot.client.on(Events.MessageUpdate, (_, after) => resolve(after.content)),
    );
    emulator.edit({ message: first, in: channel, text: "uno" });
    expect(await edited).toBe("uno");
    const removed = next<Message>(bot.client, Events.MessageDelete);
    emulator.remove({ message: first, in: channel });
    expect((await removed).id).toBe(first);
    const many = next<{ size: number }>(bot.client, Events.MessageBulkDelete);
    emulator.removeMany({ messages: others, in: channel });
    expect((await many).size).toBe(2);
    expect(emulator.history(channel)).toEqual([]);
  });

  it("give the first message again when a nonce is repeated", async () => {
    await using emulator = await openEmulator();
    const { channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const there = await place(bot.client, channel);
    const first = await there.send({ content: "once", nonce: "job-1:0", enforceNonce: true });
    const second = await there.send({ content: "once", nonce: "job-1:0", enforceNonce: true });
    const other = await there.send({ content: "other", nonce: "job-1:1", enforceNonce: true });
    expect(second.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
    expect(emulator.history(channel).map(({ content }) => content)).toEqual(["once", "other"]);
  });

  it("page through history by before, after and around", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    const ids = Array.from({ length: 250 }, (_, i) => emulator.say({ by: ada, in: channel, text: `m${i}` }));
    await using bot = await openClient(emulator);
    const there = await place(bot.client, channel);
    const read = async (options: { limit: number; before?: string; after?: string; around?: string }) =>
      [...(await there.messages.fetch({ cache: false, ...options })).values()].map(({ content }) => content);
    expect(await read({ limit: 3 })).toEqual(["m249", "m248", "m247"]);
    expect(await read({ limit: 2, before: ids[10] ?? "" })).toEqual(["m9", "m8"]);
    expect(await read({ limit: 2, after: ids[10] ?? "" })).toEqual(["m12", "m11"]);
    expect(await read({ limit: 3, around: ids[10] ?? "" })).toEqual(["m11", "m10", "m9"]);
    expect((await read({ limit: 100, after: "1" })).at(-1)).toBe("m0");
  });

  it("carry files to the CDN and from it", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const heard = next<Message>(bot.client, Events.MessageCreate);
    emulator.say({
      by: ada,
      in: channel,
      text: "see",
      files: [{ name: "notes.md", content: "# Notes", type: "text/markdown" }],
    });
    const url = (await heard).attachments.first()?.url ?? "";
    expect(url.startsWith(emulator.cdn)).toBe(true);
    expect(await (await fetch(url)).text()).toBe("# Notes");
    const there = await place(bot.client, channel);
    await there.send({ content: "mine", files: [new AttachmentBuilder(Buffer.from("a,b"), { name: "t.csv" })] });
    expect(emulator.history(channel).at(-1)?.attachments).toEqual([{ name: "t.csv", text: "a,b" }]);
    expect(emulator.transcript.violations).toEqual([]);
  });
});
