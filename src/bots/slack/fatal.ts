import { codeOf } from "./refusal.ts";

/** What the owner has to do where Slack takes no token any more. */
export function newToken(variable: string): string {
  return `Slack no longer takes the token in ${variable}: the app was removed, or the token was revoked. Install the app again at https://api.slack.com/apps, OAuth & Permissions, and put the new token into ${variable}. hearth forget deletes what is kept of the workspace`;
}

const APP_TOKEN = "put the app-level token of https://api.slack.com/apps, Basic Information, into SLACK_APP_TOKEN";

/** What the owner has to do where Slack gives no sockets; undefined where another try may help. Pure. */
export function whyNoSocket(error: unknown): string | undefined {
  switch (codeOf(error) ?? "") {
    case "invalid_auth":
    case "not_authed":
    case "token_revoked":
    case "account_inactive":
      return `Slack does not take the app-level token; ${APP_TOKEN}`;
    case "not_allowed_token_type":
      return `SLACK_APP_TOKEN holds no app-level token; ${APP_TOKEN}`;
    case "missing_scope":
      return `The app-level token lacks the scope connections:write; make one that has it, and ${APP_TOKEN}`;
    case "forbidden_team":
    case "socket_mode_disabled":
      return "Socket Mode is switched off for the app; switch it on at https://api.slack.com/apps, Socket Mode, or set slack.mode to http";
    default:
      return undefined;
  }
}

/** What the owner has to do where a bot's token is not taken; undefined where another try may help. Pure. */
export function whyNoBot(error: unknown, variable: string): string | undefined {
  switch (codeOf(error) ?? "") {
    case "invalid_auth":
    case "not_authed":
      return `Slack does not take the token in ${variable}; copy it again from https://api.slack.com/apps, OAuth & Permissions, Bot User OAuth Token`;
    case "account_inactive":
    case "token_revoked":
    case "token_expired":
      return newToken(variable);
    case "not_allowed_token_type":
      return `${variable} holds no bot token; copy the Bot User OAuth Token from https://api.slack.com/apps, OAuth & Permissions`;
    default:
      return undefined;
  }
}
