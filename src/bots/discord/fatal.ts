import { DiscordAPIError, GatewayCloseCodes } from "discord.js";

const PORTAL = "Discord Developer Portal (https://discord.com/developers/applications)";
/** What the owner has to do where the token is good no more. */
export const NEW_TOKEN =
  `Discord does not accept the bot's token. Copy a new one: ${PORTAL}, your application, Bot, Reset Token; ` +
  `put it into DISCORD_TOKEN (or the file that DISCORD_TOKEN_FILE names) and start Hearth again`;

/** What of the settings the privileged intents follow from. */
interface IntentSettings {
  readonly messageContent: boolean;
  readonly members: boolean;
}

const TOO_LARGE =
  `Discord wants this bot's servers divided among several connections, which Hearth does not do; ` +
  `make an application of its own for Hearth, or take the bot out of servers that do not use it`;

const CLOSED = new Map<number, string | ((settings: IntentSettings) => string)>([
  [GatewayCloseCodes.AuthenticationFailed, NEW_TOKEN],
  [GatewayCloseCodes.InvalidShard, TOO_LARGE],
  [GatewayCloseCodes.ShardingRequired, TOO_LARGE],
  [GatewayCloseCodes.InvalidAPIVersion, "Discord no longer speaks this version of its protocol; update Hearth"],
  [GatewayCloseCodes.InvalidIntents, "Discord does not know something that Hearth asks it for; update Hearth"],
  [GatewayCloseCodes.DisallowedIntents, whyDisallowed],
]);

/** What the owner has to do, where Discord closed the gateway for good; undefined for closings that a new connection mends. Pure. */
export function whyClosed(code: number, settings: IntentSettings): string | undefined {
  const why = CLOSED.get(code);
  return typeof why === "function" ? why(settings) : why;
}

function whyDisallowed({ messageContent, members }: IntentSettings): string {
  const wanted = [
    ...(messageContent ? [{ switch: "Message Content Intent", key: "messageContent" }] : []),
    ...(members ? [{ switch: "Server Members Intent", key: "members" }] : []),
  ];
  const switches = wanted.map((intent) => `"${intent.switch}"`).join(" and ");
  const keys = wanted.map(({ key }) => `"${key}: false"`).join(" and ");
  if (wanted.length === 0) return "Discord refuses what Hearth asks it for (close code 4014); update Hearth";
  return (
    `Discord does not let this bot have what it asks for. Switch on ${switches}: ${PORTAL}, your application, Bot, ` +
    `Privileged Gateway Intents; save, and start Hearth again. Or do without: write ${keys} under "discord:" in the configuration`
  );
}

/** What the owner has to do, where an error of the library means that the token is good no more. Pure. */
export function whyRefused(error: unknown): string | undefined {
  if (error instanceof DiscordAPIError) return error.status === 401 ? NEW_TOKEN : undefined;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "TokenInvalid" ? NEW_TOKEN : undefined;
}

/** The answer 401 to a request that carried the token: it is good no more. Webhooks have tokens of their own. Pure. */
export function isTokenRefused({ status, path }: { readonly status: number; readonly path: string }): boolean {
  return status === 401 && !/^\/(?:webhooks|interactions)\//.test(path);
}
