import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ConfigFile } from "./config-file.ts";
import { codeOf } from "./error-code.ts";
import { UserError } from "./user-error.ts";

const team = z.string().regex(/^T[A-Z0-9]{2,20}$/, {
  error: "is a workspace's id such as \"T0123ABCD\" (in a browser: the part of Slack's address after /client/)",
});
const channel = z.string().regex(/^[CG][A-Z0-9]{2,20}$/, {
  error: "is a channel's id such as \"C0123ABCD\" (in Slack: the channel's name, About, at the bottom)",
});
const person = z.string().regex(/^(?:T[A-Z0-9]{2,20}:)?[UWB][A-Z0-9]{2,20}$/, {
  error:
    'is a member\'s id such as "U0123ABCD" (in Slack: profile, ⋮, Copy member ID), with "T…:" before it where several workspaces have it',
});
const mention = z.string().regex(/^(?:user:[UW]|group:S)[A-Z0-9]{2,20}$/, {
  error: 'is "user:" and a member\'s id, or "group:" and a user group\'s id',
});
const address = z.string().refine((value) => /^https?:\/\/\S+$/.test(value) && URL.canParse(value), {
  error: 'is an address that begins with "https://" and holds no space',
});
const variable = z.string().regex(/^SLACK_BOT_TOKEN(?:_[A-Z0-9]+)*$/, {
  error: "names a variable of the environment that begins with SLACK_BOT_TOKEN, not the token itself",
});

/** Whom "Ask a human" mentions in a channel, or, without one, wherever no other entry does. */
export const askHumanInSlackSchema = z.strictObject({
  channel: channel.optional(),
  mention: z.array(mention).min(1).max(20),
});

/** The key `slack` of the configuration. */
export const slackSchema = z.strictObject({
  mode: z.enum(["socket", "http"]).default("socket"),
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(4781),
  tokens: z.array(variable).min(1).default(["SLACK_BOT_TOKEN"]),
  team: z.array(team).optional(),
  admins: z.array(person).default([]),
  bots: z.array(person).default([]),
  askHuman: z.array(askHumanInSlackSchema).default([]),
  streaming: z.enum(["stream", "edit", "off"]).default("stream"),
  sourceChanged: z.enum(["mark", "update"]).default("mark"),
  apologyHours: z.number().positive().max(168).default(6),
  api: address.default("https://slack.com/api/"),
});

/** A bot's token of one workspace, or of one organisation, and the variable that holds it. */
export interface SlackToken {
  readonly variable: string;
  readonly token: string;
}

/** How Hearth speaks Slack. Nobody logs the tokens. */
export interface SlackSettings extends Readonly<z.output<typeof slackSchema>> {
  readonly botTokens: readonly [SlackToken, ...SlackToken[]];
  /** For Socket Mode. */
  readonly appToken: string | undefined;
  /** For HTTP mode. */
  readonly signingSecret: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);
const WHERE = "copy it from https://api.slack.com/apps, your app,";

/**
 * The settings of Slack where a bot's token is given, in a variable or in the file that `<variable>_FILE` names; else undefined. Throws
 * a UserError for a file that cannot be read, for what is no token, for what the mode lacks, and for an api that is not encrypted.
 */
export function readSlackSettings(file: ConfigFile, environment: Environment): SlackSettings | undefined {
  const { parsed, at } = file;
  const { tokens, api, mode } = parsed.slack;
  const botTokens = tokens.flatMap((name) => {
    const token = read(name, environment);
    return token === undefined ? [] : [{ variable: name, token: checked(name, token, BOT) }];
  });
  const [first, ...others] = botTokens;
  const appToken = read("SLACK_APP_TOKEN", environment);
  if (!first) {
    if (appToken === undefined) return undefined;
    throw new UserError(`SLACK_APP_TOKEN is set, but no bot token; ${WHERE} OAuth & Permissions, into ${tokens[0]}`);
  }
  const url = new URL(api);
  if (url.protocol !== "https:" && !LOOPBACK.has(url.hostname)) {
    throw new UserError(
      `${at(["slack", "api"])}: slack.api is not encrypted and not on this machine; write "https://" before it`,
    );
  }
  const signingSecret = read("SLACK_SIGNING_SECRET", environment);
  if (mode === "socket" && appToken === undefined) throw new UserError(WITHOUT_APP_TOKEN);
  if (mode === "http" && signingSecret === undefined) throw new UserError(WITHOUT_SECRET);
  return {
    ...parsed.slack,
    api: api.endsWith("/") ? api : `${api}/`,
    botTokens: [first, ...others],
    appToken: appToken === undefined ? undefined : checked("SLACK_APP_TOKEN", appToken, APP),
    signingSecret: signingSecret === undefined ? undefined : checked("SLACK_SIGNING_SECRET", signingSecret, SECRET),
  };
}

const WITHOUT_APP_TOKEN = `Slack's Socket Mode needs SLACK_APP_TOKEN; ${WHERE} Basic Information, App-Level Tokens (scope connections:write), or set slack.mode to http`;
const WITHOUT_SECRET = `slack.mode is http, which needs SLACK_SIGNING_SECRET; ${WHERE} Basic Information, Signing Secret`;

interface Form {
  readonly form: RegExp;
  readonly what: string;
}

const BOT: Form = { form: /^xoxb-[\w-]{8,}$/, what: 'no bot token (it begins with "xoxb-"); OAuth & Permissions' };
const APP: Form = {
  form: /^xapp-[\w-]{8,}$/,
  what: 'no app-level token (it begins with "xapp-"); Basic Information, App-Level Tokens',
};
const SECRET: Form = { form: /^\w{16,}$/, what: "no signing secret (letters and digits); Basic Information" };

function checked(name: string, value: string, { form, what }: Form): string {
  if (form.test(value)) return value;
  const [is, place = ""] = what.split("; ");
  throw new UserError(`${name} (or the file that ${name}_FILE names) holds ${is}; ${WHERE} ${place}`);
}

function read(name: string, environment: Environment): string | undefined {
  const named = environment[`${name}_FILE`];
  const value = environment[name] || (named ? readTokenFile(name, named) : undefined);
  return value?.trim() || undefined;
}

function readTokenFile(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${name}_FILE names "${path}", which cannot be read (${codeOf(error)}); correct the path`, {
      cause: error,
    });
  }
}
