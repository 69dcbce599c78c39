import { Client, DiscordAPIError, Routes, type Guild } from "discord.js";
import { codeOf } from "../../error-code.ts";
import type { Log } from "../../log.ts";
import type { Check } from "../check.ts";
import { checkApplication, type OwnApplication } from "./application-checks.ts";
import { checkGuilds, type GuildSettings, type Membership } from "./guild-checks.ts";
import { inviteLink } from "./rights-needed.ts";

/** What of the settings it takes to look at Discord from outside. */
export interface DoctorSettings extends GuildSettings {
  readonly token: string;
  readonly api: string;
  readonly version: number;
  readonly cdn: string;
}

/** What was found, and the link that invites the bot, where the token tells whose it is. */
export interface DiscordReport {
  readonly checks: readonly Check[];
  readonly invite?: string;
}

/** Sentences at the start; whoever wants all asks for them. */
const MOST_SENTENCES = 5;
/** How long one request may take, and how often it is tried again. */
const PATIENCE = { timeout: 10_000, retries: 1 };

/** Looks at the token, the application in the portal, and the bot's servers, without connecting. Rejects only when the signal comes. */
export async function checkDiscord(
  settings: DoctorSettings,
  { signal }: { readonly signal: AbortSignal },
): Promise<DiscordReport> {
  const { api, version, cdn, token } = settings;
  const client = new Client({ intents: [], rest: { api, version: String(version), cdn, ...PATIENCE } });
  client.rest.setToken(token);
  try {
    const application = readApplication(await client.rest.get(Routes.currentApplication(), { signal }));
    const self = await client.users.fetch("@me");
    const known: Check = { what: "the token", level: "ok", says: `Discord: the token is that of the bot ${self.tag}` };
    const invite = inviteLink(application.id, settings);
    const checks = [known, ...checkApplication(application, settings)];
    return { invite, checks: [...checks, ...(await checkServers(client, { self: self.id, settings, signal }))] };
  } catch (error) {
    signal.throwIfAborted();
    return { checks: [failureOf(error, settings)] };
  } finally {
    await client.destroy();
  }
}

/** The same looks at the servers of a client that is connected; asks Discord nothing. */
export function checkConnected(client: Client, settings: GuildSettings): Check[] {
  const memberships = [...client.guilds.cache.values()].flatMap((guild) =>
    guild.members.me ? [{ guild, self: guild.members.me }] : [],
  );
  return checkGuilds(memberships, settings);
}

/** Writes what is not well into the log, by ids alone. */
export function logChecks(log: Log, checks: readonly Check[]): void {
  for (const { what, ids, level } of checks) {
    if (level !== "ok") log.warn({ ...ids }, what);
  }
}

/** What is not well, in sentences for the owner with their cures; of many the first few. */
export function sentencesOf(checks: readonly Check[]): string[] {
  const unwell = checks.filter(({ level }) => level !== "ok");
  const rest = unwell.length - MOST_SENTENCES;
  const said = unwell
    .slice(0, MOST_SENTENCES)
    .map(({ says, cure }) => (cure === undefined ? says : `${says}; ${cure}`));
  return rest > 0 ? [...said, `Discord: and ${rest} more; npx hearth doctor names them`] : said;
}

async function checkServers(
  client: Client,
  {
    self,
    settings,
    signal,
  }: { readonly self: string; readonly settings: DoctorSettings; readonly signal: AbortSignal },
): Promise<Check[]> {
  const guilds = await client.guilds.fetch();
  if (guilds.size === 0) {
    return [
      {
        what: "the bot is in no server",
        level: "warning",
        says: "Discord: the bot is in no server yet",
        cure: "open the invite link below and choose your server",
      },
    ];
  }
  const memberships: Membership[] = [];
  for (const { id } of guilds.values()) {
    signal.throwIfAborted();
    const guild = await client.guilds.fetch(id);
    await guild.channels.fetch();
    memberships.push({ guild, self: await guild.members.fetch(self) });
  }
  await fetchHumanThreads(client, settings);
  return [...checkGuilds(memberships, settings), ...(await checkPeople(memberships, settings))];
}

/** An entry of askHuman may be for a thread, which no list of channels has. */
async function fetchHumanThreads(client: Client, { askHuman }: GuildSettings): Promise<void> {
  for (const { channel } of askHuman) {
    if (channel !== undefined) await client.channels.fetch(channel).catch(() => null);
  }
}

async function checkPeople(memberships: readonly Membership[], { askHuman }: GuildSettings): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [index, { channel, mention }] of askHuman.entries()) {
    const guilds = memberships
      .map(({ guild }) => guild)
      .filter((guild) => channel === undefined || guild.channels.cache.has(channel));
    const people = mention.filter((one) => one.startsWith("user:")).map((one) => one.slice(5));
    for (const id of guilds.length === 0 ? [] : people) {
      if (await isMemberOfAny(guilds, id)) continue;
      checks.push({
        what: "a person of askHuman is not known",
        level: "warning",
        says: `Discord: discord.askHuman[${index}] names the person ${id}, who is in no server that the entry is for`,
        cure: "correct the id (right-click the person, Copy User ID)",
        ids: { person: id },
      });
    }
  }
  return checks;
}

async function isMemberOfAny(guilds: readonly Guild[], id: string): Promise<boolean> {
  for (const guild of guilds) {
    if (await guild.members.fetch(id).catch(() => undefined)) return true;
  }
  return false;
}

function readApplication(value: unknown): OwnApplication {
  const raw: Readonly<Record<string, unknown>> = typeof value === "object" && value !== null ? { ...value } : {};
  const { id, flags } = raw;
  if (typeof id !== "string") throw new TypeError("Discord describes the application without its id");
  const endpoint = raw["interactions_endpoint_url"];
  return {
    id,
    flags: typeof flags === "number" ? flags : 0,
    bot_public: raw["bot_public"] === true,
    bot_require_code_grant: raw["bot_require_code_grant"] === true,
    interactions_endpoint_url: typeof endpoint === "string" ? endpoint : null,
  };
}

function failureOf(error: unknown, { api }: DoctorSettings): Check {
  if (error instanceof DiscordAPIError && error.status === 401) {
    return {
      what: "the token is refused",
      level: "problem",
      says: "Discord: the token is refused; it was reset, or is not a bot's",
      cure: "in the Discord Developer Portal, Bot, Reset Token; then give the new one to Hearth",
    };
  }
  const code = error instanceof DiscordAPIError ? `status ${error.status}, code ${error.code}` : codeOf(error);
  return {
    what: "Discord cannot be asked",
    level: "problem",
    says: `Discord: ${new URL(api).host} cannot be asked (${code})`,
    cure: "look whether this machine reaches it, and try again",
    ids: { code },
  };
}
