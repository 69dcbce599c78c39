import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { childEnvironment, readFolders, readSettings, type Place } from "../src/config.ts";
import { UserError } from "../src/user-error.ts";

const home = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
let place: Place & { cwd: string };

function configure(text: string): void {
  mkdirSync(join(place.cwd, "config"), { recursive: true });
  writeFileSync(join(place.cwd, "config/hearth.yaml"), text);
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "nothing was refused";
}

beforeEach(() => {
  place = { cwd: realpathSync(mkdtempSync(join(tmpdir(), "hearth-test-"))), home, environment: {} };
});

describe("readSettings", () => {
  it("needs no file: the page on 127.0.0.1:4780, state under data, Hearth's own manual", () => {
    expect(readSettings({}, place)).toMatchObject({
      isManual: true,
      data: join(place.cwd, "data"),
      web: { host: "127.0.0.1", port: 4780, allowedHosts: [] },
      seal: "auto",
      log: { level: "info", file: join(place.cwd, "data/hearth.log") },
      platforms: [],
    });
    expect(readFolders({}, place)).toMatchObject([
      { folder: join(home, "docs"), audience: "team", maxBytes: 20_000_000 },
    ]);
  });

  it("lets the command line win over the file", () => {
    configure("data: elsewhere\nweb:\n  port: 5000\n  host: 127.0.0.2\nlog:\n  level: warn\n");
    const settings = readSettings({ data: "here", port: 6000, logLevel: "debug", log: "stderr" }, place);
    expect(settings.data).toBe(join(place.cwd, "here"));
    expect(settings.web).toMatchObject({ port: 6000, host: "127.0.0.2" });
    expect(settings.log).toEqual({ level: "debug", file: "stderr" });
  });

  it("names file, line, key and the known keys for a key it does not know", () => {
    configure("data: data\nweb:\n  prot: 4780\n");
    expect(refusal(() => readSettings({}, place))).toBe(
      "config/hearth.yaml:3: web.prot is not a key Hearth knows; keys here are host, port, allowedHosts",
    );
  });

  it("names the line of a misspelt key inside a list", () => {
    configure("documents:\n  - folder: docs\n  - folder: more\n    exlude: [x]\n");
    expect(refusal(() => readSettings({}, place))).toContain(
      "config/hearth.yaml:4: documents[1].exlude is not a key Hearth knows; keys here are folder, audience, url, exclude",
    );
  });

  it("names file, line and key of a wrong type", () => {
    configure("web:\n  port: many\n");
    expect(refusal(() => readSettings({}, place))).toMatch(
      /^config\/hearth\.yaml:2: web\.port cannot be used \(.*number.*\); correct it/,
    );
  });

  it("names the line of broken YAML", () => {
    configure("web:\n  port: [1\nseal: auto\n");
    expect(refusal(() => readSettings({}, place))).toMatch(/^config\/hearth\.yaml:\d+: this is not valid YAML/);
  });

  it("refuses an alias that leads nowhere, and a port that is none", () => {
    configure("data: *nowhere\n");
    expect(refusal(() => readSettings({}, place))).toMatch(/^config\/hearth\.yaml.*this is not valid YAML/);
    configure("data: data\n");
    expect(refusal(() => readSettings({ port: 70_000 }, place))).toContain("--port 70000 is no port");
  });

  it("refuses a configuration file that is not there only when it was named", () => {
    expect(refusal(() => readSettings({ config: "my.yaml" }, place))).toContain(
      '--config "my.yaml": there is no such file',
    );
  });

  it("refuses an address as data folder", () => {
    expect(refusal(() => readSettings({ data: "s3://bucket/x" }, place))).toContain("is an address");
  });

  it("knows which platforms have a token", () => {
    const environment = {
      DISCORD_TOKEN: `${"A".repeat(24)}.${"B".repeat(6)}.${"C".repeat(38)}`,
      SLACK_BOT_TOKEN: `xoxb-${"1".repeat(20)}`,
      SLACK_APP_TOKEN: `xapp-${"2".repeat(20)}`,
    };
    const settings = readSettings({}, { ...place, environment });
    expect(settings.platforms).toEqual(["Discord", "Slack"]);
    expect(settings.slack?.botTokens).toEqual([{ variable: "SLACK_BOT_TOKEN", token: `xoxb-${"1".repeat(20)}` }]);
  });

  it("reads the example file, which is all defaults", () => {
    const example = readSettings({ config: join(home, "config/hearth.example.yaml") }, place);
    expect({ ...example, file: "", isManual: true }).toEqual({ ...readSettings({}, place), file: "" });
  });
});

describe("readFolders", () => {
  it("names file, line and key of a folder that is not there", () => {
    configure("documents:\n  - folder: missing\n");
    expect(refusal(() => readFolders({}, place))).toBe(
      'config/hearth.yaml:2: documents[0].folder "missing": there is no such folder; create it or correct the path',
    );
  });

  it("names the option of a folder that is not there, and of a file", () => {
    expect(refusal(() => readFolders({ docs: ["nowhere"] }, place))).toContain(
      '--docs "nowhere": there is no such folder',
    );
    writeFileSync(join(place.cwd, "page.md"), "# Page");
    expect(refusal(() => readFolders({ docs: ["page.md"] }, place))).toContain(
      '--docs "page.md" is a file, not a folder',
    );
  });

  it("refuses a folder that is written down twice, and takes one that is given twice once", () => {
    mkdirSync(join(place.cwd, "handbook"));
    configure("documents:\n  - folder: handbook\n  - folder: ./handbook/\n");
    expect(refusal(() => readFolders({}, place))).toBe(
      'config/hearth.yaml:3: documents[1].folder "./handbook/" is the folder of documents[0] too; leave one out',
    );
    expect(readFolders({ docs: ["handbook", "handbook"] }, place)).toHaveLength(1);
  });

  it("refuses a link template with a brace it does not know", () => {
    configure('documents:\n  - folder: handbook\n    url: "https://docs.acme.example/{file}"\n');
    expect(refusal(() => readFolders({}, place))).toMatch(
      /^config\/hearth\.yaml:3: documents\[0\]\.url cannot be used \(knows only \{path\}, \{stem\} and \{anchor\}/,
    );
  });

  it("puts excludes of the command line on top of the file's", () => {
    mkdirSync(join(place.cwd, "handbook"));
    configure(
      'documents:\n  - folder: handbook\n    audience: public\n    url: "https://docs.acme.example/{path}#{anchor}"\n    exclude: ["drafts/**"]\nlimits:\n  fileMegabytes: 0.5\n',
    );
    expect(readFolders({ exclude: ["*.txt"] }, place)).toEqual([
      {
        folder: join(place.cwd, "handbook"),
        audience: "public",
        url: "https://docs.acme.example/{path}#{anchor}",
        exclude: ["drafts/**", "*.txt"],
        maxBytes: 500_000,
      },
    ]);
  });
});

describe("childEnvironment", () => {
  const environment = { PATH: "/bin", DISCORD_TOKEN: "CANARY", AWS_SECRET_ACCESS_KEY: "CANARY", HTTPS_PROXY: "CANARY" };

  it("gives the core no secret, and telemetry switched off", () => {
    const given = childEnvironment(environment, { tokens: "left out" });
    expect(given).toMatchObject({ PATH: "/bin", ORT_DISABLE_TELEMETRY: "1" });
    expect(JSON.stringify(given)).not.toContain("CANARY");
  });

  it("gives the edge the tokens and nothing else", () => {
    expect(childEnvironment(environment, { tokens: "kept" })).toMatchObject({ DISCORD_TOKEN: "CANARY" });
    expect(childEnvironment(environment, { tokens: "kept" })).not.toHaveProperty("AWS_SECRET_ACCESS_KEY");
  });
});
