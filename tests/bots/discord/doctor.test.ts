import { once } from "node:events";
import { Events } from "discord.js";
import { expect, describe, it, onTestFinished } from "vitest";
import { checkConnected, checkDiscord, logChecks } from "../../../src/bots/discord/doctor.ts";
import { discordSchema, type DiscordSettings } from "../../../src/config-discord.ts";
import { createLog } from "../../../src/log.ts";
import {
  openDiscordEmulator,
  type DiscordEmulator,
  type EmulatorOptions,
} from "../../../emulators/discord/emulator.ts";
import { surroundings } from "../../helpers/surroundings.ts";
import { connected } from "./connected.ts";

const signal = new AbortController().signal;
/** Those that the settings need, and no more. */
const NEEDED = ["VIEW_CHANNEL", "SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS", "READ_MESSAGE_HISTORY"] as const;

async function emulator(options: EmulatorOptions = {}): Promise<DiscordEmulator> {
  const opened = await openDiscordEmulator({ rates: "wide", ...options });
  onTestFinished(async () => {
    const { violations } = opened.transcript;
    await opened[Symbol.asyncDispose]();
    expect(violations).toEqual([]);
  });
  return opened;
}

const settingsFor = (discord: DiscordEmulator, given: Partial<DiscordSettings> = {}): DiscordSettings => ({
  ...discordSchema.parse({}),
  token: discord.token,
  api: discord.api,
  cdn: discord.cdn,
  ...given,
});

async function examine(discord: DiscordEmulator, given: Partial<DiscordSettings> = {}) {
  const { checks, invite } = await checkDiscord(settingsFor(discord, given), { signal });
  // The emulator's application can be added by anybody.
  const unwell = checks.filter(({ level, what }) => level !== "ok" && !what.startsWith("anybody"));
  return { checks, invite, unwell, what: unwell.map((check) => check.what) };
}

describe("the token", () => {
  it("tells whose it is, and with it comes the link that invites the bot", async () => {
    const discord = await emulator();
    const guild = discord.world.guild({ name: "Acme", botRights: NEEDED });
    discord.world.channel({ guild, name: "general" });
    const { checks, invite, unwell } = await examine(discord);
    expect(checks[0]).toMatchObject({ level: "ok", says: expect.stringContaining("the bot hearth#") });
    expect(new URL(invite ?? "").searchParams.get("client_id")).toBe(discord.application);
    expect(unwell).toEqual([]);
  });

  it("that is refused is a problem, with the clicks that cure it", async () => {
    const discord = await emulator();
    const { unwell, invite } = await examine(discord, { token: "another.bot.token" });
    expect(unwell).toMatchObject([{ level: "problem", cure: expect.stringContaining("Bot, Reset Token") }]);
    expect(invite).toBeUndefined();
    expect(JSON.stringify(unwell)).not.toContain("another.bot.token");
  });

  it("cannot be looked at where Discord is not reached", async () => {
    const discord = await emulator();
    const { unwell } = await examine(discord, { api: "http://127.0.0.1:9" });
    expect(unwell).toMatchObject([{ level: "problem", says: expect.stringContaining("127.0.0.1:9 cannot be asked") }]);
  });
});

describe("the application", () => {
  it("lacks an intent that the settings need", async () => {
    const discord = await emulator({ flags: 0 });
    discord.world.channel({ guild: discord.world.guild({ name: "Acme", botRights: NEEDED }), name: "general" });
    expect((await examine(discord)).unwell).toMatchObject([
      { level: "problem", ids: { intent: "Message Content Intent" } },
    ]);
    expect((await examine(discord, { messageContent: false })).unwell).toEqual([]);
  });
});

describe("the servers", () => {
  it("are none yet", async () => {
    const discord = await emulator();
    expect((await examine(discord)).unwell).toMatchObject([
      { level: "warning", what: "the bot is in no server", cure: expect.stringContaining("invite link") },
    ]);
  });

  it("give more rights than needed", async () => {
    const discord = await emulator();
    const guild = discord.world.guild({ name: "Acme", botRights: [...NEEDED, "ADMINISTRATOR"] });
    discord.world.channel({ guild, name: "general" });
    const { unwell } = await examine(discord);
    expect(unwell).toMatchObject([
      { level: "warning", what: "more rights than needed", ids: { guild, rights: ["Administrator"] } },
    ]);
    expect(unwell[0]?.says).toContain("the bot has more rights than needed: Administrator");
  });

  it("are several and none is the team's", async () => {
    const discord = await emulator();
    const guilds = ["Acme", "Friends"].map((name) => discord.world.guild({ name, botRights: NEEDED }));
    for (const guild of guilds) discord.world.channel({ guild, name: "general" });
    const [acme = ""] = guilds;
    expect((await examine(discord)).unwell).toMatchObject([{ ids: { guilds } }]);
    expect((await examine(discord, { team: [acme] })).unwell).toEqual([]);
    expect((await examine(discord, { team: [acme, "112233445566778899"] })).unwell).toMatchObject([
      { what: "a server of the team's that the bot is not in" },
    ]);
  });

  it("lack rights in a channel, which is named with what is missing", async () => {
    const discord = await emulator();
    const guild = discord.world.guild({ name: "Acme", botRights: NEEDED });
    discord.world.channel({ guild, name: "general" });
    const quiet = discord.world.channel({
      guild,
      name: "quiet",
      overwrites: [{ of: guild, deny: ["SEND_MESSAGES", "READ_MESSAGE_HISTORY"] }],
    });
    discord.world.channel({ guild, name: "hidden", overwrites: [{ of: guild, deny: ["VIEW_CHANNEL"] }] });
    const { unwell, checks } = await examine(discord);
    expect(unwell).toMatchObject([{ ids: { channel: quiet, rights: ["SendMessages", "ReadMessageHistory"] } }]);
    expect(unwell[0]?.says).toMatch(/#quiet: the bot lacks Send Messages, Read Message History$/);
    // What the owner hides from the bot is no defect.
    expect(checks.find(({ what }) => what === "channels of a server")?.says).toContain("sees 2 of 3 channels");
  });

  it("need the right to make threads only where answers make some, and none to post in forums", async () => {
    const discord = await emulator();
    const guild = discord.world.guild({ name: "Acme", botRights: NEEDED, everyone: ["VIEW_CHANNEL"] });
    const channel = discord.world.channel({ guild, name: "general" });
    discord.world.channel({ guild, name: "help", type: "forum" });
    expect((await examine(discord)).unwell).toEqual([]);
    expect((await examine(discord, { answerIn: "thread" })).unwell).toMatchObject([
      { ids: { channel, rights: ["CreatePublicThreads"] } },
    ]);
  });

  it("show the bot no channel at all", async () => {
    const discord = await emulator();
    const guild = discord.world.guild({ name: "Acme", botRights: 0n, everyone: 0n });
    discord.world.channel({ guild, name: "general" });
    expect((await examine(discord)).unwell).toMatchObject([{ level: "problem", what: "no channel can be seen" }]);
  });
});

describe("whom Ask a human mentions", () => {
  it("is compared with what there is", async () => {
    const discord = await emulator();
    const { world } = discord;
    const guild = world.guild({ name: "Acme", botRights: NEEDED });
    const channel = world.channel({ guild, name: "general" });
    const ann = world.member({ guild, name: "ann" });
    const thread = world.thread({ in: channel, name: "Leave", by: ann });
    const [open, closed] = [true, false].map((mentionable) => world.role({ guild, name: "people team", mentionable }));
    const stranger = world.user({ name: "zoe" });
    const none = "112233445566778899";
    const well = [
      { channel, mention: [`user:${ann}`, `role:${open}`] },
      { channel: thread, mention: [`user:${ann}`] },
    ];
    expect((await examine(discord, { askHuman: well })).what).toEqual([]);
    const askHuman = [
      { channel: none, mention: [`user:${ann}`] },
      { channel, mention: [`role:${none}`, `role:${closed}`] },
      { mention: [`user:${stranger}`] },
    ];
    expect((await examine(discord, { askHuman })).what).toEqual([
      "a channel of askHuman is not known",
      "a role of askHuman is not known",
      "a role of askHuman cannot be mentioned",
      "a person of askHuman is not known",
    ]);
  });
});

describe("at the start", () => {
  it("the same is looked at without asking Discord, and the log has ids and no names", async () => {
    await using here = await connected();
    const { emulator: discord, client, guild } = here;
    const updated = once(client, Events.GuildRoleUpdate);
    discord.world.setRole({
      guild,
      role: client.guilds.cache.get(guild)?.members.me?.roles.botRole?.id ?? "",
      permissions: [...NEEDED, "MANAGE_MESSAGES"],
    });
    await updated;
    const before = discord.transcript.entries.filter(({ kind }) => kind === "rest").length;
    const checks = checkConnected(client, here.settings);
    expect(discord.transcript.entries.filter(({ kind }) => kind === "rest")).toHaveLength(before);
    const { out, said } = surroundings();
    logChecks(createLog({ level: "info", process: "edge", to: out }), checks);
    expect(said()).toContain("more rights than needed");
    expect(said()).toContain(guild);
    expect(said()).not.toContain("Acme");
  });
});
