import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Events,
  MessageFlags,
  SlashCommandBuilder,
  TextInputBuilder,
  TextInputStyle,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Client,
  type Interaction,
} from "discord.js";
import { describe, expect, it } from "vitest";
import type { DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import { openClient, openEmulator } from "./bot.ts";

const commands = [
  new SlashCommandBuilder()
    .setName("ask")
    .setDescription("Ask the documents")
    .addStringOption((option) => option.setName("question").setDescription("What").setRequired(true))
    .addBooleanOption((option) => option.setName("private").setDescription("Only for me"))
    .toJSON(),
  new SlashCommandBuilder()
    .setName("docs")
    .setDescription("Find a page")
    .addStringOption((option) => option.setName("words").setDescription("Words").setAutocomplete(true))
    .toJSON(),
  { name: "Summarise from here", type: 3 },
];

async function scene(emulator: DiscordEmulator) {
  const guild = emulator.world.guild({ name: "Hearth" });
  const ada = emulator.world.member({ guild, name: "Ada" });
  const bea = emulator.world.member({ guild, name: "Bea" });
  const channel = emulator.world.channel({ guild, name: "general" });
  const bot = await openClient(emulator);
  await bot.client.application.commands.set(commands);
  return { guild, ada, bea, channel, bot };
}

function nextInteraction<T extends Interaction>(client: Client, is: (one: Interaction) => one is T): Promise<T> {
  return new Promise((resolve) => {
    client.on(Events.InteractionCreate, (one) => {
      if (is(one)) resolve(one);
    });
  });
}

const isCommand = (one: Interaction): one is ChatInputCommandInteraction => one.isChatInputCommand();
const isButton = (one: Interaction): one is ButtonInteraction => one.isButton();

describe("commands", () => {
  it("are registered as a whole, and kept by name", async () => {
    await using emulator = await openEmulator();
    const { bot } = await scene(emulator);
    await using _ = bot;
    const before = emulator.commands().map(({ id }) => id);
    await bot.client.application.commands.set(commands);
    expect(emulator.commands().map(({ id }) => id)).toEqual(before);
    expect((await bot.client.application.commands.fetch()).map(({ name }) => name)).toEqual([
      "ask",
      "docs",
      "Summarise from here",
    ]);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("are answered: deferred, edited, followed up, and publicly in the history", async () => {
    await using emulator = await openEmulator();
    const { ada, channel, bot } = await scene(emulator);
    await using _ = bot;
    const came = nextInteraction(bot.client, isCommand);
    const handle = emulator.slash({ by: ada, in: channel, name: "ask", options: { question: "Where?" } });
    const interaction = await came;
    expect(interaction.options.getString("question")).toBe("Where?");
    await interaction.deferReply();
    expect(handle).toMatchObject({ state: "deferred", content: undefined, ephemeral: false });
    expect(emulator.visible({ to: ada, in: channel }).at(-1)?.loading).toBe(true);
    await interaction.editReply("Here.");
    await interaction.followUp("And there.");
    expect(handle.content).toBe("Here.");
    expect(handle.followUps.map(({ content }) => content)).toEqual(["And there."]);
    expect(emulator.history(channel).map(({ content }) => content)).toEqual(["Here.", "And there."]);
    expect(handle.acknowledgedAfter).toBeGreaterThan(0);
    await interaction.deleteReply();
    expect(handle.content).toBeUndefined();
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("are answered privately without a trace in the history", async () => {
    await using emulator = await openEmulator();
    const { ada, bea, channel, bot } = await scene(emulator);
    await using _ = bot;
    const came = nextInteraction(bot.client, isCommand);
    const handle = emulator.slash({
      by: ada,
      in: channel,
      name: "ask",
      options: { question: "Where?", private: true },
    });
    const interaction = await came;
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply("Only you.");
    expect(handle).toMatchObject({ ephemeral: true, content: "Only you." });
    expect(emulator.history(channel)).toEqual([]);
    expect(emulator.visible({ to: ada, in: channel }).map(({ content }) => content)).toEqual(["Only you."]);
    expect(emulator.visible({ to: bea, in: channel })).toEqual([]);
    expect((await interaction.fetchReply()).content).toBe("Only you.");
  });

  it("die when nothing came within the time, and when their token has ended", async () => {
    await using emulator = await openEmulator({ answerMs: 30 });
    const { ada, channel, bot } = await scene(emulator);
    await using _ = bot;
    const came = nextInteraction(bot.client, isCommand);
    const handle = emulator.slash({ by: ada, in: channel, name: "ask", options: { question: "?" } });
    const interaction = await came;
    await emulator.until(() => handle.state === "late");
    await expect(interaction.deferReply()).rejects.toMatchObject({ code: 10_062 });
    const again = nextInteraction(bot.client, isCommand);
    const second = emulator.slash({ by: ada, in: channel, name: "ask", options: { question: "?" } });
    const live = await again;
    await live.reply("in time");
    second.expire();
    await expect(live.editReply("too late")).rejects.toMatchObject({ code: 50_027 });
    await expect(
      live.client.rest.post(`/interactions/${live.id}/${live.token}/callback`, { body: { type: 5 }, auth: false }),
    ).rejects.toMatchObject({ code: 40_060 });
  });

  it("offer choices while somebody types", async () => {
    await using emulator = await openEmulator();
    const { ada, channel, bot } = await scene(emulator);
    await using _ = bot;
    bot.client.on(Events.InteractionCreate, (one) => {
      if (one.isAutocomplete()) void one.respond([{ name: `${one.options.getFocused()}!`, value: "v" }]);
    });
    const handle = emulator.type({ by: ada, in: channel, name: "docs", option: "words", value: "key" });
    expect(await emulator.until(() => handle.choices)).toEqual([{ name: "key!", value: "v" }]);
    expect(handle.acknowledgedAfter).toBeLessThan(3000);
  });

  it("of messages carry the message", async () => {
    await using emulator = await openEmulator();
    const { ada, bea, channel, bot } = await scene(emulator);
    await using _ = bot;
    const message = emulator.say({ by: bea, in: channel, text: "long talk" });
    const came = nextInteraction(bot.client, (one) => one.isMessageContextMenuCommand());
    emulator.messageCommand({ by: ada, in: channel, name: "Summarise from here", message });
    expect((await came).targetMessage.content).toBe("long talk");
  });

  it("are refused to people without the right, and with options that are not there", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, channel, bot } = await scene(emulator);
    await using _ = bot;
    expect(() => emulator.slash({ by: ada, in: channel, name: "ask" })).toThrow("question");
    expect(() => emulator.slash({ by: ada, in: channel, name: "gone" })).toThrow("not registered");
    await bot.client.application.commands.set([{ name: "admin", description: "x", defaultMemberPermissions: "16" }]);
    expect(() => emulator.slash({ by: ada, in: channel, name: "admin" })).toThrow("may not use");
    const role = emulator.world.role({ guild, name: "staff", permissions: ["MANAGE_CHANNELS"] });
    emulator.world.addRole({ guild, user: ada, role });
    expect(() => emulator.slash({ by: ada, in: channel, name: "admin" })).not.toThrow();
  });
});

describe("a DM", () => {
  it("takes commands too", async () => {
    await using emulator = await openEmulator();
    const { ada, bot } = await scene(emulator);
    await using _ = bot;
    const dm = emulator.world.dm({ with: ada });
    const came = nextInteraction(bot.client, isCommand);
    const handle = emulator.slash({ by: ada, in: dm, name: "ask", options: { question: "?" } });
    const interaction = await came;
    expect([interaction.inGuild(), interaction.user.id]).toEqual([false, ada]);
    await interaction.reply("Here.");
    expect(handle.content).toBe("Here.");
    expect(emulator.history(dm).map(({ content }) => content)).toEqual(["Here."]);
  });
});

describe("buttons and modals", () => {
  const row = (label: string, customId: string) =>
    new ActionRowBuilder<ButtonBuilder>().addComponents(
      new ButtonBuilder().setLabel(label).setCustomId(customId).setStyle(ButtonStyle.Secondary),
    );

  it("are pressed, and their message is changed", async () => {
    await using emulator = await openEmulator();
    const { ada, channel, bot } = await scene(emulator);
    await using _ = bot;
    const there = await bot.client.channels.fetch(channel);
    if (there?.isSendable() !== true) throw new Error("No place to write");
    const message = await there.send({ content: "Stop?", components: [row("Stop", "stop:1")] });
    const came = nextInteraction(bot.client, isButton);
    const handle = emulator.press({ by: ada, in: channel, message: message.id, label: "Stop" });
    const pressed = await came;
    expect(pressed.customId).toBe("stop:1");
    expect(pressed.message.id).toBe(message.id);
    await pressed.update({ content: "Stopped.", components: [] });
    expect(handle.state).toBe("answered");
    expect(emulator.history(channel)[0]).toMatchObject({ content: "Stopped.", components: [] });
    expect(() => emulator.press({ by: ada, in: channel, message: message.id, label: "Stop" })).toThrow(
      "no such button",
    );
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("on a private answer are its reader's alone, and change it where it is", async () => {
    await using emulator = await openEmulator();
    const { ada, bea, channel, bot } = await scene(emulator);
    await using _ = bot;
    const came = nextInteraction(bot.client, isCommand);
    const asked = emulator.slash({ by: ada, in: channel, name: "ask", options: { question: "?" } });
    const command = await came;
    await command.reply({ content: "Sure?", components: [row("Why?", "why:1")], flags: MessageFlags.Ephemeral });
    const message = asked.original?.id ?? "";
    expect(() => emulator.press({ by: bea, in: channel, message, label: "Why?" })).toThrow("sees no message");
    const clicked = nextInteraction(bot.client, isButton);
    const pressed = emulator.press({ by: ada, in: channel, message, customId: "why:1" });
    const button = await clicked;
    await button.deferUpdate();
    expect(pressed.state).toBe("deferred");
    await button.editReply({ content: "Because.", components: [] });
    await button.followUp({ content: "More.", flags: MessageFlags.Ephemeral });
    expect(asked.content).toBe("Because.");
    expect(emulator.visible({ to: ada, in: channel }).map(({ content }) => content)).toEqual(["Because.", "More."]);
    expect(emulator.history(channel)).toEqual([]);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("open a modal whose values come back", async () => {
    await using emulator = await openEmulator();
    const { ada, channel, bot } = await scene(emulator);
    await using _ = bot;
    const came = nextInteraction(bot.client, isCommand);
    const handle = emulator.slash({ by: ada, in: channel, name: "ask", options: { question: "?" } });
    const interaction = await came;
    await interaction.showModal({
      customId: "form",
      title: "More",
      components: [
        new ActionRowBuilder<TextInputBuilder>().addComponents(
          new TextInputBuilder().setCustomId("why").setLabel("Why?").setStyle(TextInputStyle.Short),
        ),
      ],
    });
    const submitted = nextInteraction(bot.client, (one) => one.isModalSubmit());
    emulator.submit({ by: ada, in: channel, modal: handle, values: { why: "because" } });
    expect((await submitted).fields.getTextInputValue("why")).toBe("because");
  });
});
