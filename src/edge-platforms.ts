import { join } from "node:path";
import type { Dialect } from "./bots/dialect.ts";
import { DISCORD } from "./bots/discord/dialect.ts";
import { openDiscord } from "./bots/discord/discord.ts";
import { openInbox } from "./bots/inbox-sqlite.ts";
import type { Inbox } from "./bots/inbox.ts";
import type { ChatPlatform } from "./bots/platform.ts";
import { configuredSchedules } from "./bots/schedule-configured.ts";
import { openScheduleLedger, type ScheduleLedger } from "./bots/schedule-ledger.ts";
import { createDesk, type OpenDesk } from "./bots/serve.ts";
import type { AnsweringSettings } from "./bots/serve-answering.ts";
import { SLACK } from "./bots/slack/dialect.ts";
import { openSlack } from "./bots/slack/slack.ts";
import type { Brain } from "./brain/brain.ts";
import type { Settings } from "./config.ts";
import type { DiscordSettings } from "./config-discord.ts";
import type { SlackSettings } from "./config-slack.ts";
import type { TalkSettings } from "./config-talk.ts";
import type { Log } from "./log.ts";
import { codeOf } from "./error-code.ts";
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

/** Where a platform stands. */
type State = { readonly kind: "connecting" | "connected" } | { readonly kind: "stopped"; readonly why: string };

/** A platform with its own desk: what the owner chose about answers is said for each. */
interface Opened {
  readonly name: string;
  readonly state: () => string;
}

/**
 * Opens the inbox and connects to every chat platform with a token, in the background: what one of them refuses is said, and stops
 * nothing else. Without tokens nothing is opened. Throws a UserError where the inbox cannot be used, and for a digest of the configuration
 * that no clock can make.
 */
export async function openPlatforms(settings: Settings, options: PlatformsOptions): Promise<Platforms> {
  const { log } = options;
  const { discord, slack, linkHosts, edgeFolder, talk } = settings;
  await using stack = new AsyncDisposableStack();
  const opened: Opened[] = [];
  if (discord || slack) {
    const inbox = stack.use(openInbox({ path: join(edgeFolder, "inbox.sqlite"), log }));
    const ledger = stack.use(openLedger(settings, log));
    const common = { ...options, inbox, ledger, memory: talk, linkHosts, stopped: options.say };
    if (discord) opened.push(await openDiscordDesk(stack, discord, common));
    if (slack) opened.push(await openSlackDesk(stack, slack, { ...common, edgeFolder }));
  }
  const owned = stack.move();
  return {
    states: () => Object.fromEntries(opened.map(({ name, state }) => [name, state()])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Schedules of commands, and those of the configuration as they are now. */
function openLedger({ edgeFolder, talk: { digests } }: Settings, log: Log): ScheduleLedger {
  const now = Date.now();
  const configured = configuredSchedules(digests, { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const path = join(edgeFolder, "schedule.sqlite");
  try {
    const ledger = openScheduleLedger({ path, log, now });
    ledger.configure(configured, now);
    return ledger;
  } catch (error) {
    throw new UserError(
      `The ledger of digests ${path}: it cannot be used (${codeOf(error)}); name another place with --data or data in the configuration`,
      { cause: error },
    );
  }
}

/** What one platform is opened with. */
interface Common extends PlatformsOptions {
  readonly inbox: Inbox;
  readonly ledger: ScheduleLedger;
  readonly memory: TalkSettings;
  readonly linkHosts: readonly string[];
  readonly stopped: (why: string) => void;
}

async function openDiscordDesk(stack: AsyncDisposableStack, discord: DiscordSettings, common: Common): Promise<Opened> {
  common.log.debug({ discord }, "what is set for Discord");
  const note = discord.messageContent ? "" : ", by mention only (discord.messageContent is off)";
  const open = (waiting: Waiting) => openDiscord({ ...common, settings: discord, waiting });
  const platform = await openWithDesk(stack, open, { dialect: DISCORD, settings: discord, common });
  return { name: "Discord", state: () => describe(platform.state(), note) };
}

async function openSlackDesk(
  stack: AsyncDisposableStack,
  slack: SlackSettings,
  { edgeFolder, ...common }: Common & { readonly edgeFolder: string },
): Promise<Opened> {
  common.log.debug({ slack }, "what is set for Slack");
  const replays = join(edgeFolder, "slack-requests.sqlite");
  const open = (waiting: Waiting) => openSlack({ ...common, settings: slack, replays, waiting });
  const platform = await openWithDesk(stack, open, { dialect: SLACK, settings: slack, common });
  return { name: "Slack", state: () => describe(platform.state(), "") };
}

/** Gives what waits at a desk that is made after its platform. */
type Waiting = () => Readonly<Record<string, number>>;

async function openWithDesk<Platform extends ChatPlatform>(
  stack: AsyncDisposableStack,
  open: (waiting: Waiting) => Promise<Platform>,
  of: { readonly dialect: Dialect; readonly settings: Omit<AnsweringSettings, "linkHosts">; readonly common: Common },
): Promise<Platform> {
  const { dialect, settings, common } = of;
  const places: { desk?: OpenDesk } = {};
  const platform = stack.use(await open(() => ({ "questions waiting": places.desk?.waiting() ?? 0 })));
  const { linkHosts } = common;
  const desk = createDesk({ ...common, dialect, platforms: [platform], settings: { ...settings, linkHosts } });
  places.desk = stack.use(desk);
  begin(desk, dialect.name, common);
  return platform;
}

function begin(desk: OpenDesk, name: string, { log, say, signal }: PlatformsOptions): void {
  desk.start({ signal }).catch((error: unknown) => {
    if (signal.aborted) return;
    log.error({ err: error }, "a chat platform could not be started");
    say(error instanceof UserError ? error.message : `${name} could not be started; the log says why`);
  });
}

function describe(state: State, note: string): string {
  if (state.kind === "stopped") return `stopped: ${state.why}`;
  return state.kind === "connecting" ? "connecting" : `connected${note}`;
}
