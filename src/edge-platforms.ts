import { join } from "node:path";
import { openDiscord, type Discord, type DiscordState } from "./bots/discord/discord.ts";
import { openInbox } from "./bots/inbox-sqlite.ts";
import { createDesk, type OpenDesk } from "./bots/serve.ts";
import type { Brain } from "./brain/brain.ts";
import type { Settings } from "./config.ts";
import type { DiscordSettings } from "./config-discord.ts";
import type { Log } from "./log.ts";
import { UserError } from "./user-error.ts";

/** The chat platforms that Hearth has a token for, with where each stands, as people read it. */
export interface Platforms extends AsyncDisposable {
  states(): Readonly<Record<string, string>>;
}

/** What the platforms are opened with. `say` is told a sentence for the owner when one of them stops for good. */
interface PlatformsOptions {
  readonly brain: Brain;
  readonly version: string;
  readonly log: Log;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Opens the inbox and connects to every chat platform with a token, in the background: what one of them refuses is said, and stops
 * nothing else. Without tokens nothing is opened. Throws a UserError where the inbox cannot be used.
 */
export async function openPlatforms(settings: Settings, options: PlatformsOptions): Promise<Platforms> {
  const { log } = options;
  await using stack = new AsyncDisposableStack();
  const states: (() => readonly [name: string, state: string])[] = [];
  if (settings.discord) {
    const inbox = stack.use(openInbox({ path: join(settings.edgeFolder, "inbox.sqlite"), log }));
    const { discord, linkHosts } = { ...settings, discord: settings.discord };
    log.debug({ discord }, "what is set for Discord");
    const places: { desk?: OpenDesk } = {};
    const waiting = () => ({ "questions waiting": places.desk?.waiting() ?? 0 });
    const platform = stack.use(
      await openDiscord({ ...options, settings: discord, linkHosts, inbox, waiting, stopped: options.say }),
    );
    const desk = createDesk({ ...options, inbox, platforms: [platform], settings: { ...discord, linkHosts } });
    places.desk = stack.use(desk);
    begin(desk, options);
    states.push(() => ["Discord", describe(platform, discord)]);
  }
  const owned = stack.move();
  return {
    states: () => Object.fromEntries(states.map((state) => state())),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function begin(desk: OpenDesk, { log, say, signal }: PlatformsOptions): void {
  desk.start({ signal }).catch((error: unknown) => {
    if (signal.aborted) return;
    log.error({ err: error }, "a chat platform could not be started");
    say(error instanceof UserError ? error.message : "Discord could not be started; the log says why");
  });
}

function describe(platform: Pick<Discord, "state">, { messageContent }: DiscordSettings): string {
  const state: DiscordState = platform.state();
  if (state.kind === "stopped") return `stopped: ${state.why}`;
  if (state.kind === "connecting") return "connecting";
  return messageContent ? "connected" : "connected, by mention only (discord.messageContent is off)";
}
