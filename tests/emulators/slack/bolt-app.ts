import { App, HTTPReceiver, LogLevel, SocketModeReceiver, webApi, type Logger, type Receiver } from "@slack/bolt";
import type { SlackEmulator } from "../../../emulators/slack/emulator.ts";
import type { Workspace } from "../../../emulators/slack/world.ts";

/** A workspace with Ada and Ben in #general, and the app installed. */
export function populate(slack: SlackEmulator) {
  const acme = slack.world.workspace({ name: "Acme" });
  const ada = slack.world.user({ team: acme.id, name: "ada", isAdmin: true });
  const ben = slack.world.user({ team: acme.id, name: "ben" });
  const general = slack.world.channel({ team: acme.id, name: "general", members: [ada, ben] });
  return { acme, ada, ben, general };
}

/** A bare client, which sends each call once. */
export const clientOf = (slack: SlackEmulator, token: string): webApi.WebClient =>
  new webApi.WebClient(token, {
    slackApiUrl: slack.api,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet(),
  });

/** Logs nothing, so that a test's output is the test's. */
export function quiet(): Logger {
  const silence = (): void => undefined;
  return {
    debug: silence,
    info: silence,
    warn: silence,
    error: silence,
    setLevel: silence,
    getLevel: () => LogLevel.ERROR,
    setName: silence,
  };
}

interface Running extends AsyncDisposable {
  readonly app: App;
}

/** Bolt in Socket Mode, unmodified. */
export async function startSocketApp(
  slack: SlackEmulator,
  listen: (app: App) => void,
  { token, pingTimeoutMs = 5000 }: { readonly token: string; readonly pingTimeoutMs?: number },
): Promise<Running> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    // This is also how long Bolt waits before it connects again, so a short one keeps tests short.
    clientPingTimeout: pingTimeoutMs,
    logger: quiet(),
    installerOptions: {
      clientOptions: { slackApiUrl: slack.api, retryConfig: { retries: 3, minTimeout: 20, maxTimeout: 50 } },
    },
  });
  return started(slack, { receiver, listen, token }, async (app) => void (await app.start()));
}

/** Bolt behind a port, unmodified. */
export async function startHttpApp(
  slack: SlackEmulator,
  listen: (app: App) => void,
  place: Pick<Workspace, "token">,
): Promise<Running> {
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: quiet() });
  return started(slack, { receiver, listen, token: place.token }, async () => {
    const server = await receiver.start({ port: 0, host: "127.0.0.1" });
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("no address");
    if (!(await slack.http.connect(`http://127.0.0.1:${address.port}/slack/events`)))
      throw new Error("the challenge was not met");
  });
}

async function started(
  slack: SlackEmulator,
  { receiver, listen, token }: { receiver: Receiver; listen: (app: App) => void; token: string },
  start: (app: App) => Promise<void>,
): Promise<Running> {
  const app = new App({
    token,
    receiver,
    logger: quiet(),
    clientOptions: { slackApiUrl: slack.api, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  });
  listen(app);
  await start(app);
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app.stop();
    },
  };
}
