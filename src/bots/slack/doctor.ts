import { webApi } from "@slack/bolt";
import type { SlackSettings, SlackToken } from "../../config-slack.ts";
import { codeOf as systemCodeOf } from "../../error-code.ts";
import { silentLog } from "../../log.ts";
import type { Check } from "../check.ts";
import { clientOptions } from "./call.ts";
import { checkPlaces, checkTeams, type NamedChannel } from "./doctor-places.ts";
import { whyNoBot, whyNoSocket } from "./fatal.ts";
import { identify, type Install } from "./installs.ts";
import { isObject, textOf, textsOf } from "./read.ts";
import { codeOf, refusalOf } from "./refusal.ts";
import { compareScopes } from "./scopes-needed.ts";

/** What of the settings it takes to look at Slack from outside. */
export type DoctorSettings = Pick<
  SlackSettings,
  "mode" | "host" | "port" | "botTokens" | "appToken" | "api" | "team" | "askHuman"
>;

/** What it is looked at with. `channels`: those that documents are for. */
interface Looking {
  readonly channels: readonly NamedChannel[];
  readonly signal: AbortSignal;
}

/** Looks at the tokens, the scopes, Socket Mode and the channels, without connecting. Rejects only when the signal comes. */
export async function checkSlack(settings: DoctorSettings, looking: Looking): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const installs: Install[] = [];
  for (const bot of settings.botTokens) {
    looking.signal.throwIfAborted();
    const found = await checkBot(bot, settings, looking);
    checks.push(...found.checks);
    if (found.install) installs.push(found.install);
  }
  checks.push(...(await checkSocket(settings, looking)));
  return [...checks, ...checkTeams(installs, settings)];
}

async function checkBot(
  bot: SlackToken,
  settings: DoctorSettings,
  looking: Looking,
): Promise<{ readonly checks: readonly Check[]; readonly install?: Install }> {
  const options = clientOptions({ api: settings.api, log: silentLog() });
  try {
    const install = await identify(bot, { options });
    const client = new webApi.WebClient(bot.token, options);
    const own: unknown = await client.auth.test();
    const where = textOf(own, "team") ?? install.key;
    const known: Check = {
      what: "a bot's token",
      level: "ok",
      says: `Slack: the token in ${bot.variable} is that of ${textOf(own, "user") ?? "a bot"} in ${where}`,
    };
    const scopes = checkScopes(own, { where, team: install.key });
    const places = await unlessUnscoped(async () => [
      ...(await checkApp(client, { install, bot, settings })),
      ...(await checkPlaces(client, { install, where, settings }, looking)),
    ]);
    return { install, checks: [known, ...scopes, ...places] };
  } catch (error) {
    looking.signal.throwIfAborted();
    const why = whyNoBot(error, bot.variable);
    return { checks: [why === undefined ? unreached(error, settings) : toProblem("a bot's token is refused", why)] };
  }
}

/** What cannot be looked at for want of a scope is left out: that the scope is missing is said already. */
async function unlessUnscoped(look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    if (codeOf(error) !== "missing_scope") throw error;
    return [];
  }
}

/** What the app may, as Slack says with each answer. */
function checkScopes(own: unknown, { where, team }: { readonly where: string; readonly team: string }): Check[] {
  const granted = textsOf(isObject(own) ? own["response_metadata"] : undefined, "scopes");
  if (granted.length === 0) return [];
  const { missing, needless } = compareScopes(granted);
  const cure =
    "in the app's settings, App Manifest, paste config/slack-manifest.yaml anew, Save Changes, then Reinstall";
  const lacks = missing.map(({ scope, what }): Check => {
    return {
      what: "a scope is missing",
      level: "problem",
      says: `Slack: in ${where} the app lacks the scope ${scope}, which it needs ${what}`,
      cure,
      ids: { team, scope },
    };
  });
  if (needless.length === 0) {
    const says = `Slack: in ${where} the app has the scopes that it needs, and no more`;
    return missing.length > 0 ? lacks : [{ what: "the scopes", level: "ok", says }];
  }
  const says = `Slack: in ${where} the app has more rights than needed: ${needless.join(", ")}`;
  return [...lacks, { what: "more rights than needed", level: "warning", says, cure, ids: { team, scopes: needless } }];
}

/** Events come by the app-level token, and answers go by the bot's: both have to be of one app. */
async function checkApp(
  client: webApi.WebClient,
  {
    install,
    bot,
    settings,
  }: { readonly install: Install; readonly bot: SlackToken; readonly settings: DoctorSettings },
): Promise<Check[]> {
  const [, app] = /^xapp-\d+-(A[A-Z0-9]+)-/.exec(settings.appToken ?? "") ?? [];
  if (settings.mode !== "socket" || app === undefined) return [];
  const info: unknown = await client.apiCall("bots.info", { bot: install.botId }).catch((error: unknown) => {
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  });
  const own = textOf(isObject(info) ? info["bot"] : undefined, "app_id");
  if (own === undefined || own === app) return [];
  return [
    {
      what: "two tokens of different apps",
      level: "problem",
      says: `Slack: the token in ${bot.variable} is of the app ${own}, and SLACK_APP_TOKEN of ${app}`,
      cure: "take both from the settings of one app",
      ids: { apps: [own, app] },
    },
  ];
}

/** Asks for an address to connect to, and leaves it unused: it passes away by itself. */
async function checkSocket(settings: DoctorSettings, { signal }: Looking): Promise<Check[]> {
  const { mode, host, port, appToken, api } = settings;
  if (mode === "http") {
    const says = `Slack: events are to come to http://${host}:${port}/slack/events; whether Slack reaches that cannot be seen from here`;
    return [{ what: "HTTP mode", level: "ok", says }];
  }
  try {
    const client = new webApi.WebClient(appToken, clientOptions({ api, log: silentLog() }));
    await client.apiCall("apps.connections.open");
    return [
      { what: "Socket Mode", level: "ok", says: "Slack: Socket Mode is switched on, and the app-level token is taken" },
    ];
  } catch (error) {
    signal.throwIfAborted();
    const why = whyNoSocket(error);
    return [why === undefined ? unreached(error, settings) : toProblem("Slack gives no connection", why)];
  }
}

/** A sentence for the owner as a check: what comes behind its first stop is the cure. */
function toProblem(what: string, why: string): Check {
  const [, says = why, cure] = /^(.+?)(?:; |\. )(.+)$/s.exec(why) ?? [];
  return {
    what,
    level: "problem",
    says: says.startsWith("Slack") ? says : `Slack: ${says}`,
    ...(cure !== undefined && { cure }),
  };
}

function unreached(error: unknown, { api }: DoctorSettings): Check {
  const code = codeOf(error) ?? systemCodeOf(error);
  return {
    what: "Slack cannot be asked",
    level: "problem",
    says: `Slack: ${new URL(api).host} cannot be asked (${code})`,
    cure: "look whether this machine reaches it, and try again",
    ids: { code },
  };
}
