import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSlackEmulator, type SlackEmulator, type SlackOptions } from "../../../emulators/slack/emulator.ts";
import { checkSlack, type DoctorSettings } from "../../../src/bots/slack/doctor.ts";
import { scopesNeeded } from "../../../src/bots/slack/scopes-needed.ts";
import { populate, settingsFor } from "./slack-world.ts";

const { signal } = new AbortController();

async function emulator(options: SlackOptions = {}): Promise<SlackEmulator> {
  const opened = await openSlackEmulator({ rates: "wide", scopes: scopesNeeded(), ...options });
  onTestFinished(async () => {
    const { violations } = opened.transcript;
    await opened[Symbol.asyncDispose]();
    expect(violations).toEqual([]);
  });
  return opened;
}

async function examine(
  slack: SlackEmulator,
  tokens: readonly string[],
  {
    channels = [],
    ...given
  }: Partial<DoctorSettings> & { channels?: Parameters<typeof checkSlack>[1]["channels"] } = {},
) {
  const checks = await checkSlack({ ...settingsFor(slack, tokens), ...given }, { channels, signal });
  return { checks, unwell: checks.filter(({ level }) => level !== "ok") };
}

describe("the tokens", () => {
  it("tell whose they are, and nothing is connected or changed", async () => {
    const slack = await emulator();
    const { acme } = populate(slack);
    const { checks, unwell } = await examine(slack, [acme.token]);
    expect(unwell).toEqual([]);
    expect(checks.map(({ says }) => says)).toEqual([
      "Slack: the token in SLACK_BOT_TOKEN_0 is that of hearth in Acme",
      "Slack: in Acme the app has the scopes that it needs, and no more",
      "Slack: in Acme the bot is in 1 channel",
      "Slack: Socket Mode is switched on, and the app-level token is taken",
    ]);
    expect(slack.sockets.open()).toEqual([]);
  });

  it("that are refused are problems, with the clicks that cure them, and are not repeated", async () => {
    const slack = await emulator();
    populate(slack);
    const { unwell } = await examine(slack, ["xoxb-another-token"], { appToken: "xapp-another-token" });
    expect(unwell).toMatchObject([
      { level: "problem", what: "a bot's token is refused", cure: expect.stringContaining("OAuth & Permissions") },
      { level: "problem", what: "Slack gives no connection", cure: expect.stringContaining("app-level token") },
    ]);
    expect(JSON.stringify(unwell)).not.toContain("another-token");
  });

  it("cannot be looked at where Slack is not reached", async () => {
    const slack = await emulator();
    const { acme } = populate(slack);
    const { unwell } = await examine(slack, [acme.token], { api: "http://127.0.0.1:9/api/" });
    expect(unwell).toHaveLength(2);
    for (const check of unwell) expect(check.says).toMatch(/^Slack: 127\.0\.0\.1:9 cannot be asked/);
  });

  it("have to be of one app", async () => {
    const slack = await emulator();
    const { acme } = populate(slack);
    const { unwell } = await examine(slack, [acme.token], { appToken: "xapp-1-A0OTHERAPP-1-abcdef" });
    expect(unwell[0]).toMatchObject({ level: "problem", what: "two tokens of different apps" });
  });
});

describe("the scopes", () => {
  it("that are missing are problems, each with what it is for", async () => {
    const slack = await emulator({
      scopes: scopesNeeded().filter((one) => one !== "files:read" && one !== "commands"),
    });
    const { acme } = populate(slack);
    const { unwell } = await examine(slack, [acme.token]);
    expect(unwell.map(({ ids }) => ids?.["scope"])).toEqual(["commands", "files:read"]);
    expect(unwell[1]).toMatchObject({
      level: "problem",
      says: expect.stringContaining("to read files that come with a question"),
      cure: expect.stringContaining("Reinstall"),
    });
  });

  it('that are needless are "more rights than needed"', async () => {
    const slack = await emulator({ scopes: [...scopesNeeded(), "files:write", "channels:join"] });
    const { acme } = populate(slack);
    expect((await examine(slack, [acme.token])).unwell).toMatchObject([
      {
        what: "more rights than needed",
        level: "warning",
        says: "Slack: in Acme the app has more rights than needed: channels:join, files:write",
      },
    ]);
  });

  it("that a look itself needs do not hide the others where they are missing", async () => {
    const slack = await emulator({ scopes: ["chat:write"] });
    const { acme, ada } = populate(slack);
    const { unwell } = await examine(slack, [acme.token], { askHuman: [{ mention: [`user:${ada}`] }] });
    const missing = unwell.filter(({ what }) => what === "a scope is missing");
    expect(missing).toHaveLength(scopesNeeded().length - 1);
    expect(unwell.filter(({ what }) => what === "Slack cannot be asked")).toEqual([]);
  });
});

describe("Socket Mode", () => {
  it("that is switched off is a problem", async () => {
    const slack = await emulator();
    const { acme } = populate(slack);
    slack.world.setSocketMode(false);
    expect((await examine(slack, [acme.token])).unwell).toMatchObject([
      { level: "problem", says: expect.stringContaining("Socket Mode is switched off") },
    ]);
  });

  it("is not asked for where events come by HTTP", async () => {
    const slack = await emulator();
    const { acme } = populate(slack);
    const { checks, unwell } = await examine(slack, [acme.token], { mode: "http", appToken: undefined, port: 4781 });
    expect(unwell).toEqual([]);
    expect(checks.at(-1)?.says).toContain("http://127.0.0.1:4781/slack/events");
  });
});

describe("the channels", () => {
  it("are looked at: none, and those that are named and that the bot is not in", async () => {
    const slack = await emulator();
    const { acme } = populate(slack);
    const quiet = slack.world.channel({ team: acme.id, name: "quiet", bot: false });
    const hidden = slack.world.channel({ team: acme.id, name: "hidden", kind: "private", bot: false });
    const channels = [
      { team: acme.id, channel: hidden, by: "documents[0]" },
      { team: "T0ELSEWHERE", channel: "C0ELSEWHERE", by: "documents[1]" },
    ];
    const askHuman = [{ channel: quiet, mention: ["group:S0AAAA"] }];
    const { unwell } = await examine(slack, [acme.token], { channels, askHuman });
    expect(unwell.map(({ level, says }) => `${level} ${says}`)).toEqual([
      "warning Slack: slack.askHuman[0] names #quiet, which the bot is not in",
      `warning Slack: documents[0] names the channel ${hidden}, which the bot is not in, or which is not there`,
    ]);
  });

  it("are none where nobody has invited it, and a person who is gone cannot be asked", async () => {
    const slack = await emulator();
    const lonely = slack.world.workspace({ name: "Lonely" });
    const eve = slack.world.user({ team: lonely.id, name: "eve" });
    slack.world.setUser({ user: eve, deleted: true });
    const askHuman = [{ mention: [`user:${eve}`, "user:U0NOBODY"] }];
    const { unwell } = await examine(slack, [lonely.token], { askHuman });
    expect(unwell.map(({ what }) => what)).toEqual([
      "the bot is in no channel",
      "a person of askHuman is not known",
      "a person of askHuman is not known",
    ]);
  });
});

describe("several workspaces", () => {
  it("need to be told which are the team's", async () => {
    const slack = await emulator();
    const { acme } = populate(slack);
    const other = slack.world.workspace({ name: "Other" });
    slack.world.channel({ team: other.id, name: "general" });
    const tokens = [acme.token, other.token];
    expect((await examine(slack, tokens)).unwell).toMatchObject([
      { what: "several workspaces and none of them is the team's", cure: expect.stringContaining(other.id) },
    ]);
    expect((await examine(slack, tokens, { team: [acme.id] })).unwell).toEqual([]);
    expect((await examine(slack, tokens, { team: ["T0NOWHERE"] })).unwell).toMatchObject([
      { ids: { team: "T0NOWHERE" } },
    ]);
  });
});

it("an organisation's one token is looked at in all its workspaces", async () => {
  const slack = await emulator();
  const enterprise = slack.world.enterprise({ name: "Acme Group" });
  const [north, south] = ["North", "South"].map((name) =>
    slack.world.workspace({ name, enterprise, orgInstall: true }),
  );
  if (!north || !south) throw new Error("There are no workspaces");
  for (const { id: team } of [north, south]) slack.world.channel({ team, name: "general" });
  const { checks, unwell } = await examine(slack, [north.token], { team: [north.id, south.id] });
  expect(unwell).toEqual([]);
  expect(checks.map(({ says }) => says)).toContain("Slack: in Acme Group the bot is in 2 channels");
});

it("the manual tells of what the doctor says", () => {
  const manual = readFileSync(new URL("../../../docs/slack.md", import.meta.url), "utf8");
  expect(manual).toContain('"more rights than needed"');
});

it("a channel whose talk is to be kept is looked at: whether the bot is in it, and whether it is shared with another company", async () => {
  const slack = await emulator();
  const { acme, ada, general } = populate(slack);
  const far = slack.world.channel({ team: acme.id, name: "far", members: [ada], bot: false });
  const shared = slack.world.channel({ team: acme.id, name: "shared", members: [ada] });
  const other = slack.world.workspace({ name: "Partner", installed: false });
  slack.world.share({ channel: shared, with: other.id });
  const channels = [general, far, shared].map((channel, index) => {
    return { team: acme.id, channel, by: `memory.channels[${index}]`, isKept: true };
  });
  const { unwell } = await examine(slack, [acme.token], { channels });
  expect(unwell).toMatchObject([
    { what: "a channel that the bot is not in", says: expect.stringContaining("memory.channels[1] names #far") },
    { what: "a channel that is shared with another company", says: expect.stringContaining(shared) },
  ]);
});
