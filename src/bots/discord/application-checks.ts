import { ApplicationFlags, type APIApplication } from "discord.js";
import type { Check } from "../check.ts";
import type { RightsSettings } from "./rights-needed.ts";

/** What of an application, as Discord gives it to its own bot, is looked at. */
export type OwnApplication = Pick<
  APIApplication,
  "id" | "bot_public" | "bot_require_code_grant" | "interactions_endpoint_url"
> & { readonly flags: number };

/** What in the Developer Portal is not as Hearth needs it. Pure. */
export function checkApplication(application: OwnApplication, settings: RightsSettings): Check[] {
  return [
    checkIntent(application, {
      name: "Message Content Intent",
      bits: ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited,
      setting: "messageContent",
      isNeeded: settings.messageContent,
      without: "Hearth answers mentions, replies and direct messages alone; it follows no thread without a mention",
    }),
    checkIntent(application, {
      name: "Server Members Intent",
      bits: ApplicationFlags.GatewayGuildMembers | ApplicationFlags.GatewayGuildMembersLimited,
      setting: "members",
      isNeeded: settings.members,
      without: "answers in a private thread come from what every member of the server may read",
    }),
    ...checkPortal(application),
  ];
}

interface Intent {
  readonly name: string;
  readonly bits: number;
  readonly setting: string;
  readonly isNeeded: boolean;
  /** What it is like where the owner does without it. */
  readonly without: string;
}

function checkIntent({ flags }: OwnApplication, { name, bits, setting, isNeeded, without }: Intent): Check {
  const isOn = (flags & bits) !== 0;
  const what = isNeeded ? "an intent that is needed" : "an intent that is not needed";
  if (!isNeeded) {
    const on = isOn ? `; it is switched on in the portal and not used` : "";
    return { what, level: "ok", says: `Discord: without the ${name}, ${without}${on}` };
  }
  if (isOn) return { what, level: "ok", says: `Discord: the ${name} is switched on` };
  return {
    what: "an intent is switched off in the portal",
    level: "problem",
    says: `Discord: the ${name} is switched off in the portal, and Discord refuses to connect a bot that asks for it`,
    cure: `in the Discord Developer Portal, Bot, Privileged Gateway Intents, switch on ${name}; or write "${setting}: false" under discord`,
    ids: { intent: name },
  };
}

function checkPortal(application: OwnApplication): Check[] {
  const { bot_public: isPublic, bot_require_code_grant: needsCode, interactions_endpoint_url: endpoint } = application;
  return [
    ...(isPublic
      ? [
          {
            what: "anybody may add the bot to a server",
            level: "warning",
            says: "Discord: anybody who knows the bot's id may add it to a server of theirs",
            cure: 'in the portal, Installation, set Install Link to "None"; then Bot, Authorization Flow, switch off Public Bot',
          } as const,
        ]
      : []),
    ...(needsCode
      ? [
          {
            what: "the invite link needs a code grant",
            level: "problem",
            says: "Discord: the invite link does not work while Requires OAuth2 Code Grant is switched on",
            cure: "in the portal, Bot, Authorization Flow, switch off Requires OAuth2 Code Grant",
          } as const,
        ]
      : []),
    ...(endpoint
      ? [
          {
            what: "commands go to another address",
            level: "problem",
            says: "Discord: commands and buttons are sent to an Interactions Endpoint URL and never reach Hearth",
            cure: "in the portal, General Information, empty Interactions Endpoint URL",
          } as const,
        ]
      : []),
  ];
}
