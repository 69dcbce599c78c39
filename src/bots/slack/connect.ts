import { setTimeout as delay } from "node:timers/promises";
import { App, type Receiver } from "@slack/bolt";
import type { SlackSettings } from "../../config-slack.ts";
import type { Log } from "../../log.ts";
import { UserError } from "../../user-error.ts";
import { boltLog } from "./bolt-log.ts";
import { clientOptions } from "./call.ts";
import { whyNoBot } from "./fatal.ts";
import { identify, type Install, type Installs } from "./installs.ts";
import { compareScopes } from "./scopes-needed.ts";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** What finding out whose the tokens are needs. */
export interface Identifying {
  readonly settings: Pick<SlackSettings, "botTokens" | "api">;
  readonly installs: Installs;
  readonly log: Log;
}

/**
 * Finds out whose the tokens are, for as long as it takes. One that Slack does not take is said and left out; where it takes none, that is
 * a UserError.
 */
export async function identifyAll(
  { settings, installs, log }: Identifying,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const options = clientOptions({ api: settings.api, log });
  const refusals: string[] = [];
  for (const bot of settings.botTokens) {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      signal.throwIfAborted();
      try {
        const install = await identify(bot, { options });
        installs.add(install);
        tellOfScopes(install, log);
        break;
      } catch (error) {
        signal.throwIfAborted();
        const why = whyNoBot(error, bot.variable);
        if (why !== undefined) {
          log.error({ why }, "A workspace of Slack's is left out");
          refusals.push(why);
          break;
        }
        log.warn({ err: error, wait }, "Slack cannot be reached; it is tried again");
        await delay(wait, undefined, { signal });
      }
    }
  }
  if (installs.all().length === 0) throw new UserError(refusals.join(" "));
}

/** Says in the log where the app may do more than it needs, or less; hearth doctor says what to do. */
function tellOfScopes({ key: team, scopes = [] }: Install, log: Log): void {
  // Where Slack says none, nothing is known of them.
  if (scopes.length === 0) return;
  const { missing, needless } = compareScopes(scopes);
  if (needless.length > 0) log.warn({ team, scopes: needless }, "more rights than needed");
  if (missing.length > 0) log.warn({ team, scopes: missing.map(({ scope }) => scope) }, "a scope is missing");
}

/** Bolt's app over a receiver, which answers by the token of the workspace that an event came from. */
export function createApp({
  receiver,
  installs,
  log,
  api,
}: {
  readonly receiver: Receiver;
  readonly installs: Installs;
  readonly log: Log;
  readonly api: string;
}): App {
  const app = new App({
    receiver,
    authorize({ teamId, enterpriseId }) {
      const install = installs.of(teamId ?? "") ?? installs.of(enterpriseId ?? "");
      // People of other companies press buttons in shared channels; the answer that a button is of says by which token.
      if (!install) return Promise.resolve({});
      const { token: botToken, botId, botUser: botUserId } = install;
      return Promise.resolve({ botToken, botId, botUserId });
    },
    // An object of its own: Bolt changes what it is given.
    clientOptions: clientOptions({ api, log }),
    logger: boltLog(log),
    convoStore: false,
    attachFunctionToken: false,
  });
  app.error((error) => {
    log.error({ err: error }, "What came from Slack could not be answered");
    return Promise.resolve();
  });
  return app;
}
