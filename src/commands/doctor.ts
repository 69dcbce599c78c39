import { toJsonLine } from "../bots/terminal/plain.ts";
import type { Check } from "../bots/check.ts";
import type { CommandLine, Settings } from "../config.ts";
import type { FolderOptions } from "../knowledge/source.ts";
import { checkConfiguration, checkData, checkSeal } from "./doctor-checks.ts";
import type { World } from "./launch.ts";
import { write } from "./write.ts";

/** What is asked of a platform from outside; each is loaded only when it is needed. */
export interface Examined {
  readonly checks: readonly Check[];
  /** The link that invites the bot. */
  readonly invite?: string;
}

/**
 * `hearth doctor`: looks at the configuration, the data folder, the seal, Discord and Slack, starting nothing, and prints each with its cure.
 * The exit code is 0, or 1 where there is a problem.
 */
export async function runDoctor(
  { json, commandLine }: { readonly json: boolean; readonly commandLine: CommandLine },
  { place, platform, surroundings }: Pick<World, "place" | "platform" | "surroundings">,
): Promise<number> {
  const { out, signal } = surroundings;
  const { checks: first, settings, folders = [] } = checkConfiguration(commandLine, place);
  const discord = settings ? await examineDiscord(settings, signal) : { checks: [] };
  const slack = settings ? await examineSlack(settings, { folders, signal }) : [];
  const checks = [
    ...first,
    ...(settings ? [checkData(settings), checkSeal(settings, { platform })] : []),
    ...discord.checks,
    ...slack,
  ];
  const isWell = checks.every(({ level }) => level !== "problem");
  const invite = "invite" in discord ? discord.invite : undefined;
  await write(out, json ? toJson({ isWell, checks, invite }) : report({ checks, invite }), { signal });
  return isWell ? 0 : 1;
}

async function examineDiscord({ discord }: Settings, signal: AbortSignal): Promise<Examined> {
  if (!discord) {
    const says =
      "Discord: not connected, for there is no token; docs/discord.md says how to make one, and DISCORD_TOKEN or DISCORD_TOKEN_FILE gives it to Hearth";
    return { checks: [{ what: "no token for Discord", level: "ok", says }] };
  }
  const { checkDiscord } = await import("../bots/discord/doctor.ts");
  return checkDiscord(discord, { signal });
}

async function examineSlack(
  { slack, talk }: Settings,
  { folders, signal }: { readonly folders: readonly FolderOptions[]; readonly signal: AbortSignal },
): Promise<readonly Check[]> {
  if (!slack) {
    const says =
      "Slack: not connected, for there is no token; docs/slack.md says how to make an app, and SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or the same with _FILE, give its tokens to Hearth";
    return [{ what: "no token for Slack", level: "ok", says }];
  }
  const { checkSlack } = await import("../bots/slack/doctor.ts");
  return checkSlack(slack, { channels: [...channelsOf(folders), ...talkChannels(talk)], signal });
}

/** The channels of Slack whose readers documents are for. */
function channelsOf(folders: readonly FolderOptions[]): readonly { team: string; channel: string; by: string }[] {
  return folders.flatMap(({ audience }, index) => {
    const [, team, channel] = /^slack:([^:]+):([^:]+)$/.exec(audience) ?? [];
    return team === undefined || channel === undefined ? [] : [{ team, channel, by: `documents[${index}].audience` }];
  });
}

/** The channels of Slack whose talk is kept by the owner's word. */
function talkChannels({ channels }: Settings["talk"]) {
  return channels.flatMap(({ platform, space: team, channel }, index) =>
    platform === "slack" ? [{ team, channel, by: `memory.channels[${index}]`, isKept: true }] : [],
  );
}

interface Report {
  readonly checks: readonly Check[];
  readonly invite: string | undefined;
}

function report({ checks, invite }: Report): string {
  const lines = checks.map(({ level, says, cure }) => {
    const shown = `${level.padEnd(9)}${says}\n`;
    return cure === undefined ? shown : `${shown}${" ".repeat(9)}Cure: ${cure}\n`;
  });
  const link = invite === undefined ? "" : `\nTo invite the bot, with exactly the rights that it needs:\n${invite}\n`;
  return `${lines.join("")}${link}`;
}

function toJson({ isWell, checks, invite }: Report & { readonly isWell: boolean }): string {
  const shown = checks.map(({ what, level, says, cure }) => ({
    what,
    level,
    says,
    ...(cure !== undefined && { cure }),
  }));
  return toJsonLine({ ok: isWell, checks: shown, ...(invite !== undefined && { invite }) });
}
