import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { beforeEach, describe, expect, it } from "vitest";
import { discordSchema } from "../src/config-discord.ts";
import { readSettings, type Place } from "../src/config.ts";
import { UserError } from "../src/user-error.ts";

const home = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
/** Made up, in the form of a bot's token. */
const TOKEN = `${"A".repeat(24)}.${"B".repeat(6)}.${"C".repeat(38)}`;
let folder: string;

function configure(text: string): void {
  mkdirSync(join(folder, "config"), { recursive: true });
  writeFileSync(join(folder, "config/hearth.yaml"), text);
}

function read(environment: Place["environment"] = { DISCORD_TOKEN: TOKEN }) {
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

describe("the token", () => {
  it("is what switches Discord on", () => {
    expect(read({}).discord).toBeUndefined();
    expect(read().discord).toMatchObject({ token: TOKEN, answerIn: "reply", api: "https://discord.com/api" });
  });

  it("is read from a file, with whatever an editor put behind it", () => {
    const file = join(folder, "token");
    writeFileSync(file, `${TOKEN}\n`);
    expect(read({ DISCORD_TOKEN_FILE: file }).discord?.token).toBe(TOKEN);
  });

  it("may carry the word that stands before it in requests", () => {
    expect(read({ DISCORD_TOKEN: `Bot ${TOKEN}` }).discord?.token).toBe(TOKEN);
  });

  it("is refused in a sentence that does not repeat it where it is none", () => {
    const sentence = refusal({ DISCORD_TOKEN: "a-client-secret" });
    expect(sentence).toMatch(/^DISCORD_TOKEN holds no bot token .* Bot, Reset Token$/);
    expect(sentence).not.toContain("a-client-secret");
  });

  it("has to be in the file that is named", () => {
    const file = join(folder, "missing");
    expect(refusal({ DISCORD_TOKEN_FILE: file })).toBe(
      `DISCORD_TOKEN_FILE names "${file}", which cannot be read (ENOENT); correct the path`,
    );
  });
});

describe("the key discord", () => {
  it("takes everything that the example shows, and each of its keys is there", () => {
    const example = readFileSync(join(home, "config/hearth.example.yaml"), "utf8");
    const { discord, links } = parse(example);
    expect(discordSchema.parse(discord)).toEqual(discordSchema.parse({}));
    expect(links).toEqual({ hosts: [] });
    const missing = Object.keys(discordSchema.shape).filter(
      (key) => !new RegExp(`^  (?:# )?${key}:`, "m").test(example),
    );
    expect(missing).toEqual([]);
  });

  it("is explained by the manual, each key of it with its default", () => {
    const manual = readFileSync(join(home, "docs/discord.md"), "utf8");
    const rows = manual.split("\n").filter((line) => line.startsWith("| `discord."));
    const explained = Object.keys(discordSchema.shape).filter((key) =>
      rows.some((row) => row.includes(`\`discord.${key}\``)),
    );
    expect(explained).toEqual(Object.keys(discordSchema.shape));
    for (const [key, value] of Object.entries(discordSchema.parse({}))) {
      const row = rows.find((one) => one.includes(`\`discord.${key}\``));
      const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
      if (isPlain && !["api", "cdn", "version"].includes(key)) expect(row).toMatch(new RegExp(`\\| \`${value}\` \\|$`));
    }
  });

  it("takes the example's lines that are commented out", () => {
    const example = readFileSync(join(home, "config/hearth.example.yaml"), "utf8");
    const section = /^discord:\n(?:(?: .*)?\n)*/m.exec(example)?.[0] ?? "";
    const shown = section
      .replaceAll(/^ {2}# (team:.*)$/gm, "  $1")
      .replace("askHuman: []", "askHuman:")
      .replaceAll(/^ {2}# {3}(.*)$/gm, "    $1");
    expect(discordSchema.parse(parse(shown).discord)).toMatchObject({
      team: ["112233445566778899"],
      askHuman: [{ channel: "112233445566778899", mention: ["user:112233445566778899", "role:112233445566778899"] }],
    });
  });

  it("says file, line and key of an id without its quotes", () => {
    configure("discord:\n  admins: [112233445566778899]\n");
    expect(refusal()).toMatch(/^config\/hearth\.yaml:2: discord\.admins\[0\] cannot be used/);
  });

  it("names the keys that there are for one that it does not know", () => {
    configure("discord:\n  answersIn: thread\n");
    expect(refusal()).toMatch(
      /^config\/hearth\.yaml:2: discord\.answersIn is not a key Hearth knows; keys here are answerIn, team,/,
    );
    configure(
      'discord:\n  askHuman:\n    - chanel: "112233445566778899"\n      mention: ["user:112233445566778899"]\n',
    );
    expect(refusal()).toMatch(
      /discord\.askHuman\[0\]\.chanel is not a key Hearth knows; keys here are channel, mention$/,
    );
    configure("links:\n  host: []\n");
    expect(refusal()).toMatch(/links\.host is not a key Hearth knows; keys here are hosts$/);
  });

  it.each(["api", "cdn"])("lets %s be unencrypted on this machine only", (key) => {
    configure(`discord:\n  ${key}: "http://127.0.0.1:4000"\n`);
    expect(read().discord).toMatchObject({ [key]: "http://127.0.0.1:4000" });
    configure(`discord:\n  ${key}: "http://discord.example"\n`);
    expect(refusal()).toMatch(new RegExp(`^config/hearth\\.yaml:2: discord\\.${key} is not encrypted`));
  });
});

describe("the hosts of links", () => {
  it("are those written down and those of the documents' addresses, each once", () => {
    mkdirSync(join(folder, "handbook"));
    configure(
      'documents:\n  - folder: handbook\n    url: "https://docs.acme.example/{path}"\nlinks:\n  hosts: ["wiki.acme.example", "docs.acme.example"]\n',
    );
    expect(read().linkHosts).toEqual(["wiki.acme.example", "docs.acme.example"]);
  });
});
