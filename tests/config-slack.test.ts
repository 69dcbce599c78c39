import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { beforeEach, describe, expect, it } from "vitest";
import { slackSchema } from "../src/config-slack.ts";
import { childEnvironment, readSettings, type Place } from "../src/config.ts";
import { UserError } from "../src/user-error.ts";

const home = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
/** Made up, in the form of Slack's. */
const BOT = `xoxb-${"1".repeat(20)}`;
const APP = `xapp-${"2".repeat(20)}`;
const SECRET = "3".repeat(32);
let folder: string;

function configure(text: string): void {
  mkdirSync(join(folder, "config"), { recursive: true });
  writeFileSync(join(folder, "config/hearth.yaml"), text);
}

function read(environment: Place["environment"] = { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP }) {
  return readSettings({}, { cwd: folder, home, environment });
}

function refusal(environment?: Place["environment"]): string {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "nothing was refused";
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "hearth-test-")));
});

describe("Slack's tokens", () => {
  it("switch Slack on", () => {
    expect(read({}).slack).toBeUndefined();
    expect(read().slack).toMatchObject({ botTokens: [{ token: BOT }], appToken: APP, mode: "socket" });
  });

  it("are read from files", () => {
    const file = join(folder, "token");
    writeFileSync(file, `${BOT}\n`);
    expect(read({ SLACK_BOT_TOKEN_FILE: file, SLACK_APP_TOKEN: APP }).slack?.botTokens).toEqual([
      { variable: "SLACK_BOT_TOKEN", token: BOT },
    ]);
    expect(refusal({ SLACK_BOT_TOKEN_FILE: join(folder, "missing") })).toContain("cannot be read (ENOENT)");
  });

  it("are one for each workspace where the configuration names their variables", () => {
    configure("slack:\n  tokens: [SLACK_BOT_TOKEN, SLACK_BOT_TOKEN_SALES, SLACK_BOT_TOKEN_LAB]\n");
    const settings = read({ SLACK_BOT_TOKEN: BOT, SLACK_BOT_TOKEN_SALES: `${BOT}5`, SLACK_APP_TOKEN: APP });
    expect(settings.slack?.botTokens.map(({ variable }) => variable)).toEqual([
      "SLACK_BOT_TOKEN",
      "SLACK_BOT_TOKEN_SALES",
    ]);
  });

  it("reach the edge, and no other process", () => {
    const environment = { SLACK_BOT_TOKEN_SALES: BOT, SLACK_BOT_TOKEN_LAB_FILE: "/run/lab", SLACK_SIGNING_SECRET: "s" };
    expect(childEnvironment(environment, { tokens: "kept" })).toMatchObject(environment);
    expect(Object.keys(childEnvironment(environment, { tokens: "left out" })).join()).not.toContain("SLACK");
  });

  it.each([
    ["a user's token", { SLACK_BOT_TOKEN: "xoxp-123456789", SLACK_APP_TOKEN: APP }, /^SLACK_BOT_TOKEN .* no bot token/],
    ["a bot's token as the app's", { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: BOT }, /^SLACK_APP_TOKEN .* no app-level/],
    ["no app token in Socket Mode", { SLACK_BOT_TOKEN: BOT }, /needs SLACK_APP_TOKEN/],
    ["an app token alone", { SLACK_APP_TOKEN: APP }, /but no bot token/],
  ])("are refused where there is %s, without repeating them", (_case, environment, says) => {
    expect(refusal(environment)).toMatch(says);
    expect(refusal(environment)).not.toMatch(/1{4}|2{4}|123456789/);
  });

  it("are with the signing secret where Slack comes by HTTP", () => {
    configure("slack:\n  mode: http\n");
    expect(refusal()).toContain("needs SLACK_SIGNING_SECRET");
    const settings = read({ SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SECRET });
    expect(settings.slack).toMatchObject({ mode: "http", host: "127.0.0.1", signingSecret: SECRET });
  });
});

describe("the key slack", () => {
  const example = readFileSync(join(home, "config/hearth.example.yaml"), "utf8");
  const section = /^slack:\n(?:(?: .*)?\n)*/m.exec(example)?.[0] ?? "";

  it("takes everything that the example shows, and each of its keys is there", () => {
    expect(slackSchema.parse(parse(section).slack)).toEqual(slackSchema.parse({}));
    const missing = Object.keys(slackSchema.shape).filter((key) => !new RegExp(`^  (?:# )?${key}:`, "m").test(section));
    expect(missing).toEqual([]);
  });

  it("takes the example's lines that are commented out", () => {
    const shown = section
      .replaceAll(/^ {2}# (team:.*)$/gm, "  $1")
      .replace("askHuman: []", "askHuman:")
      .replaceAll(/^ {2}# {3}(.*)$/gm, "    $1");
    expect(slackSchema.parse(parse(shown).slack)).toMatchObject({
      team: ["T0123ABCD"],
      askHuman: [{ channel: "C0123ABCD", mention: ["user:U0123ABCD", "group:S0123ABCD"] }],
    });
  });

  it("says where an api is no address", () => {
    configure('slack:\n  api: "https://:99999"\n');
    expect(read).toThrow(UserError);
  });

  it("refuses an api that is neither encrypted nor on this machine", () => {
    configure("slack:\n  api: http://slack.example/api/\n");
    expect(refusal()).toBe(
      'config/hearth.yaml:2: slack.api is not encrypted and not on this machine; write "https://" before it',
    );
    configure("slack:\n  api: http://127.0.0.1:9/api\n");
    expect(read().slack?.api).toBe("http://127.0.0.1:9/api/");
  });
});
