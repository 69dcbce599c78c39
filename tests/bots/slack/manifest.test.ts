import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createEmulator } from "emulate";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { COMMANDS } from "../../../src/bots/slack/commands.ts";
import { compareScopes, SCOPES_NEEDED, scopesNeeded, WITHOUT_SCOPE } from "../../../src/bots/slack/scopes-needed.ts";
import { slackSchema } from "../../../src/config-slack.ts";
import { makeOurCalls } from "./our-calls.ts";
import { populate } from "./slack-world.ts";

interface Manifest {
  readonly features: { readonly agent_view?: object; readonly slash_commands: readonly object[] };
  readonly oauth_config: { readonly scopes: Readonly<Record<string, readonly string[]>> };
  readonly settings: {
    readonly event_subscriptions: { readonly bot_events: readonly string[] };
    readonly socket_mode_enabled: boolean;
    readonly token_rotation_enabled: boolean;
  };
}

const home = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, home), "utf8");
const manifest: Manifest = parse(read("config/slack-manifest.yaml"));
const scopes = manifest.oauth_config.scopes["bot"] ?? [];

/** Every method that the adapter's source names. */
function methodsNamed(): string[] {
  const sources = readdirSync(new URL("src/bots/slack/", home)).filter((name) => name !== "scopes-needed.ts");
  const found = sources.flatMap((name) => [
    ...read(`src/bots/slack/${name}`).matchAll(
      /"((?:chat|conversations|users|views|files|assistant|bots|reactions|team)\.[a-zA-Z.]+)"/g,
    ),
  ]);
  return [...new Set(found.map(([, method = ""]) => method))].toSorted();
}

describe("the manifest", () => {
  it("has the commands that there is something behind, and no other", () => {
    expect(manifest.features.slash_commands).toEqual(COMMANDS);
  });

  it("asks for exactly the scopes and events that are needed, by the bot alone", () => {
    expect(Object.keys(manifest.oauth_config.scopes)).toEqual(["bot"]);
    expect(scopes).toEqual(scopesNeeded());
    const events = [...SCOPES_NEEDED.flatMap((needed) => needed.events), ...WITHOUT_SCOPE.events];
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(events.toSorted());
  });

  it("has the agent's pane and Socket Mode, and no rotation of tokens", () => {
    expect(manifest.features.agent_view).toBeDefined();
    expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, token_rotation_enabled: false });
  });

  it("is explained in the manual, scope by scope", () => {
    const manual = read("docs/slack.md");
    for (const scope of scopes) expect(manual).toContain(`| \`${scope}\` |`);
    for (const { command } of COMMANDS) expect(manual).toContain(`\`${command}`);
  });
});

it("the manual explains each key of the settings with its default", () => {
  const rows = read("docs/slack.md")
    .split("\n")
    .filter((line) => line.startsWith("| `slack."));
  for (const [key, value] of Object.entries({ ...slackSchema.parse({}), team: undefined })) {
    const row = rows.find((one) => one.includes(`\`slack.${key}\``));
    expect(row, key).toBeDefined();
    const isPlain = typeof value === "string" || typeof value === "number";
    if (isPlain && key !== "api") expect(row).toMatch(new RegExp(`\\| \`${value}\` \\|$`));
  }
});

describe("the scopes that are needed", () => {
  it("are for methods that the adapter calls, each of them", () => {
    const known = [...SCOPES_NEEDED.flatMap(({ methods }) => methods), ...WITHOUT_SCOPE.methods];
    const library = ["auth.test", "auth.teams.list", "bots.info"];
    expect([...new Set(known)].filter((one) => !library.includes(one)).toSorted()).toEqual(
      methodsNamed().filter((one) => !library.includes(one)),
    );
  });

  const specs = new URL("../shared/specs/slack-methods.json", home);
  it.skipIf(!existsSync(specs))("are those that Slack's own descriptions name", () => {
    const described: Readonly<Record<string, { scopes: { bot?: readonly { name: string }[] } }>> = JSON.parse(
      readFileSync(specs, "utf8"),
    );
    for (const { scope, methods } of SCOPES_NEEDED) {
      for (const method of methods) {
        const names = described[method]?.scopes.bot?.map(({ name }) => name);
        if (names) expect(names, method).toContain(scope);
      }
    }
  });

  it("are compared with those that are granted", () => {
    expect(compareScopes(scopes)).toEqual({ missing: [], needless: [] });
    const { missing, needless } = compareScopes([...scopes.filter((one) => one !== "chat:write"), "files:write"]);
    expect(missing.map(({ scope }) => scope)).toEqual(["chat:write"]);
    expect(needless).toEqual(["files:write"]);
  });
});

async function emulated(granted: readonly string[]) {
  const slack = await openSlackEmulator({ rates: "wide", scopes: granted });
  onTestFinished(() => slack[Symbol.asyncDispose]());
  const { acme, ada, ben, general } = populate(slack);
  const lounge = slack.world.channel({ team: acme.id, name: "lounge", kind: "private", members: [ada] });
  const [direct, group] = [slack.world.dm({ with: [ada] }), slack.world.dm({ with: [ada, ben] })];
  slack.say({ by: ada, in: general, text: "See this", files: [{ name: "leave.txt", content: "28 days" }] });
  const channels = [general, lounge, direct, group];
  const trigger = async () => (await slack.shortcut({ by: ada, callback: "any" })).triggerId;
  const said = await makeOurCalls({
    api: slack.api,
    token: acme.token,
    user: ada,
    channels,
    trigger,
    isWhole: true,
  });
  return { said, slack };
}

describe("with exactly these scopes", () => {
  it("each of our calls is taken", async () => {
    const { said, slack } = await emulated(scopes);
    expect([...said].filter(([, answer]) => answer !== "ok")).toEqual([]);
    expect(slack.transcript.violations).toEqual([]);
    const made = new Set([...said.keys()].map((name) => name.split(" ")[0]));
    const inDoctor = "bots.info";
    for (const method of methodsNamed()) if (method !== inDoctor) expect(made).toContain(method);
  });

  it.each(SCOPES_NEEDED.filter(({ methods }) => methods.some((one) => one !== "bots.info")))(
    "and without $scope some are refused, and only those that it is for",
    async ({ scope, methods }) => {
      const { said } = await emulated(scopes.filter((one) => one !== scope));
      const refused = [...said]
        .filter(([, answer]) => answer === "missing_scope")
        .map(([name]) => name.split(" ")[0] ?? "");
      expect(refused).not.toEqual([]);
      for (const name of refused) expect([...methods, "root"]).toContain(name);
    },
  );

  it("each of our calls that another emulator of Slack's knows is taken by it too", async () => {
    const token = "xoxb-of-a-test-alone";
    const bot = { bot_id: "B0HEARTH", bot_user_id: "U0HEARTH" };
    const app = {
      client_id: "1.2",
      client_secret: "none",
      name: "Hearth",
      redirect_uris: [],
      scopes: [...scopes],
      ...bot,
    };
    const tokens = [{ token, type: "bot", user: "U0HEARTH", scopes: [...scopes], ...bot }];
    const channels = [{ name: "lounge", is_private: true }];
    const seed = { slack: { strict_scopes: true, oauth_apps: [app], tokens, channels } };
    const other = await createEmulator({ service: "slack", port: 0, seed });
    onTestFinished(() => other.close());
    const ask = async (
      method: string,
      body: Readonly<Record<string, string>>,
    ): Promise<Readonly<Record<string, unknown>>> => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${other.url}/api/${method}`, {
        method: "POST",
        headers,
        body: new URLSearchParams(body),
      });
      const answer: Readonly<Record<string, unknown>> = Object(await response.json());
      return answer;
    };
    const trigger = async () => String((await ask("views.generateTriggerId", { user_id: "U000000001" }))["trigger_id"]);
    const ground = { api: `${other.url}/api/`, token, user: "U000000001", channels: ["C000000001"], trigger };
    const said = await makeOurCalls({ ...ground, isWhole: false });
    expect([...said].filter(([, answer]) => answer !== "ok")).toEqual([]);
    expect(said.size).toBeGreaterThan(12);
    expect(await ask("users.profile.set", { profile: "{}" })).toMatchObject({ error: "missing_scope" });
  });
});
