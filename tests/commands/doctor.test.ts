import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDiscordEmulator } from "../../emulators/discord/emulator.ts";
import { openSlackEmulator } from "../../emulators/slack/emulator.ts";
import { runDoctor } from "../../src/commands/doctor.ts";
import type { CommandLine } from "../../src/config.ts";
import { root, scratch } from "../helpers/hearth.ts";
import { surroundings } from "../helpers/surroundings.ts";

async function doctor(
  cwd: string,
  {
    commandLine = {},
    environment = {},
    json = false,
    platform = process.platform,
  }: {
    commandLine?: CommandLine;
    environment?: Record<string, string>;
    json?: boolean;
    platform?: string;
  } = {},
) {
  const around = surroundings();
  const world = { place: { cwd, home: root, environment }, platform, surroundings: around };
  const code = await runDoctor({ json, commandLine }, world);
  return { code, said: around.said() };
}

describe("hearth doctor", () => {
  it("needs no token, says what to do for one, and makes nothing", async () => {
    using place = scratch();
    const { code, said } = await doctor(place.folder);
    expect(code).toBe(0);
    expect(said).toMatch(/^ok +Configuration: there is no config\/hearth\.yaml; the defaults are used$/m);
    expect(said).toMatch(/^ok +Data: .*\/data will be made$/m);
    expect(said).toMatch(/^ok +Discord: not connected, .*docs\/discord\.md.*DISCORD_TOKEN/m);
    expect(said).toMatch(/^ok +Slack: not connected, .*docs\/slack\.md.*SLACK_BOT_TOKEN/m);
    expect(said).not.toContain("problem");
  });

  it("looks at Slack, and at the channels that documents are for", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const acme = slack.world.workspace({ name: "Acme" });
    slack.world.channel({ team: acme.id, name: "general" });
    const leads = slack.world.channel({ team: acme.id, name: "leads", kind: "private", bot: false });
    const documents = `documents:\n  - folder: docs\n    audience: "slack:${acme.id}:${leads}"\n`;
    using place = scratch({
      "config/hearth.yaml": `${documents}slack:\n  api: "${slack.api}"\n`,
      "docs/leave.md": "# Leave\n",
    });
    const environment = { SLACK_BOT_TOKEN: acme.token, SLACK_APP_TOKEN: slack.appToken };
    const { code, said } = await doctor(place.folder, { environment });
    expect(said).toMatch(/^ok +Slack: the token in SLACK_BOT_TOKEN is that of hearth in Acme$/m);
    expect(said).toMatch(/^warning +Slack: in Acme the app has more rights than needed: [^\n]+\n +Cure: .*Reinstall$/m);
    expect(said).toMatch(new RegExp(`^warning +Slack: documents\\[0\\]\\.audience names the channel ${leads}`, "m"));
    expect(said).not.toContain("problem  Slack");
    expect(code).toBe(said.includes("problem") ? 1 : 0);
  });

  it("shows a mistake in the configuration with its line, and the exit code is 1", async () => {
    using place = scratch({ "config/hearth.yaml": "discord:\n  answerIn: channel\n" });
    const { code, said } = await doctor(place.folder);
    expect(code).toBe(1);
    expect(said).toMatch(/^problem +Configuration: config\/hearth\.yaml:2: discord\.answerIn cannot be used/m);
  });

  it("shows a data folder that cannot be one", async () => {
    using place = scratch({ data: "a file" });
    const { code, said } = await doctor(place.folder);
    expect(code).toBe(1);
    expect(said).toMatch(/^problem +Data: .*\/data cannot be written \(ENOTDIR\)\n +Cure: .*--data/m);
    const named = await doctor(place.folder, { commandLine: { data: "elsewhere" } });
    expect(named.code).toBe(0);
  });

  it("warns of a core that the owner wants unsealed", async () => {
    using place = scratch({ "config/hearth.yaml": "seal: off\n" });
    // On a system that can seal nothing, so that it is the same wherever this runs.
    const { code, said } = await doctor(place.folder, { platform: "darwin" });
    expect(code).toBe(0);
    expect(said).toMatch(/^warning +Seal: .*seal: off\n +Cure: remove seal: off/m);
  });

  it("does not repeat what is no token", async () => {
    using place = scratch();
    const { code, said } = await doctor(place.folder, { environment: { DISCORD_TOKEN: "CANARY" } });
    expect(code).toBe(1);
    expect(said).toMatch(/^problem +Configuration: DISCORD_TOKEN holds no bot token/m);
    expect(said).not.toContain("CANARY");
  });

  it("prints one JSON object where that is asked for", async () => {
    using place = scratch();
    mkdirSync(join(place.folder, "handbook"));
    writeFileSync(join(place.folder, "data"), "");
    const { code, said } = await doctor(place.folder, { json: true, commandLine: { docs: ["handbook"] } });
    expect(code).toBe(1);
    const { ok, checks } = JSON.parse(said);
    expect(ok).toBe(false);
    expect(checks).toContainEqual(
      expect.objectContaining({ what: "the data folder cannot be written", level: "problem" }),
    );
    expect(checks).toContainEqual(
      expect.objectContaining({ what: "the documents", says: `Documents: ${join(place.folder, "handbook")}` }),
    );
  });

  it("looks at Discord with the token of a file, and prints the link that invites the bot", async () => {
    const token = `${"A".repeat(24)}.${"B".repeat(6)}.${"C".repeat(38)}`;
    await using discord = await openDiscordEmulator({ rates: "wide", token });
    const guild = discord.world.guild({ name: "Acme", botRights: ["VIEW_CHANNEL", "ADMINISTRATOR"] });
    discord.world.channel({ guild, name: "general" });
    using place = scratch({
      "config/hearth.yaml": `discord:\n  api: "${discord.api}"\n  cdn: "${discord.cdn}"\n`,
      token: `${token}\n`,
    });
    const environment = { DISCORD_TOKEN_FILE: join(place.folder, "token") };
    const { code, said } = await doctor(place.folder, { environment });
    expect(said).toMatch(/^ok +Discord: the token is that of the bot hearth#/m);
    expect(said).toMatch(
      /^warning +Discord, Acme \(\d+\): the bot has more rights than needed: Administrator\n +Cure: /m,
    );
    expect(said).toMatch(/exactly the rights that it needs:\nhttps:\/\/discord\.com\/oauth2\/authorize\?client_id=\d+/);
    expect(said).not.toContain(token);
    expect(code).toBe(0);
    discord.world.setApplicationFlags(0);
    const json = await doctor(place.folder, { environment, json: true });
    expect(JSON.parse(json.said)).toMatchObject({ ok: false, invite: expect.stringContaining(discord.application) });
    expect(json.code).toBe(1);
    expect(discord.transcript.violations).toEqual([]);
  });
});
