import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ConfigFile } from "./config-file.ts";
import { codeOf } from "./error-code.ts";
import { UserError } from "./user-error.ts";

const id = z.string().regex(/^\d{5,20}$/, {
  error:
    "is an id of 17 to 20 digits in quotes (Discord: Settings, Advanced, Developer Mode, then right-click, Copy ID)",
});
const mention = z.string().regex(/^(?:user|role):\d{5,20}$/, { error: 'is "user:" or "role:" and an id' });
const address = z.string().regex(/^https?:\/\/\S+$/, { error: 'must begin with "https://" and hold no space' });

/** Whom "Ask a human" mentions in a channel, or, without one, wherever no other entry does. */
export const askHumanSchema = z.strictObject({ channel: id.optional(), mention: z.array(mention).min(1).max(20) });

/** The key `discord` of the configuration. */
export const discordSchema = z.strictObject({
  answerIn: z.enum(["reply", "thread"]).default("reply"),
  team: z.array(id).optional(),
  admins: z.array(id).default([]),
  bots: z.array(id).default([]),
  askHuman: z.array(askHumanSchema).default([]),
  messageContent: z.boolean().default(true),
  members: z.boolean().default(false),
  sourceChanged: z.enum(["mark", "update"]).default("mark"),
  apologyHours: z.number().positive().max(168).default(6),
  api: address.default("https://discord.com/api"),
  version: z.int().min(10).max(10).default(10),
  cdn: address.default("https://cdn.discordapp.com"),
});

/** How Hearth speaks Discord. `token` is the bot's; nobody logs it. */
export interface DiscordSettings extends Readonly<z.output<typeof discordSchema>> {
  readonly token: string;
}

const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);
/** Three parts of base64url between dots: the bot's id, a time, and a code. */
const TOKEN = /^[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}$/;

/**
 * The settings of Discord where a token is given, in DISCORD_TOKEN or in the file that DISCORD_TOKEN_FILE names; else undefined.
 * Throws a UserError for a file that cannot be read, for what is no token, and for an endpoint that is not encrypted.
 */
export function readDiscordSettings(
  file: ConfigFile,
  environment: Readonly<Record<string, string | undefined>>,
): DiscordSettings | undefined {
  const token = readToken(environment);
  if (token === undefined) return undefined;
  const { parsed, at } = file;
  for (const key of ["api", "cdn"] as const) {
    const url = new URL(parsed.discord[key]);
    if (url.protocol === "https:" || LOOPBACK.has(url.hostname)) continue;
    throw new UserError(
      `${at(["discord", key])}: discord.${key} is not encrypted and not on this machine; write "https://" before it`,
    );
  }
  return { ...parsed.discord, token };
}

function readToken(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = environment["DISCORD_TOKEN_FILE"];
  const given = environment["DISCORD_TOKEN"] || (named ? readTokenFile(named) : undefined);
  if (given === undefined) return undefined;
  const token = given.trim().replace(/^Bot\s+/i, "");
  if (TOKEN.test(token)) return token;
  const where = environment["DISCORD_TOKEN"] ? "DISCORD_TOKEN" : `The file that DISCORD_TOKEN_FILE names`;
  throw new UserError(
    `${where} holds no bot token (three parts with dots between); copy it from the Discord Developer Portal, Bot, Reset Token`,
  );
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(
      `DISCORD_TOKEN_FILE names "${path}", which cannot be read (${codeOf(error)}); correct the path`,
      {
        cause: error,
      },
    );
  }
}
