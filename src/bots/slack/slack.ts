import type { Receiver } from "@slack/bolt";
import { UserError } from "../../user-error.ts";
import type { ChatPlatform, Desk } from "../platform.ts";
import { splitMarkdown } from "../split.ts";
import { createApp, identifyAll } from "./connect.ts";
import { newToken } from "./fatal.ts";
import { fetchUpload } from "./files.ts";
import { guardApp } from "./guarded-app.ts";
import { readHistory } from "./history.ts";
import { createSlackInteractions } from "./interactions.ts";
import { createInstalls, type Install, type Installs } from "./installs.ts";
import { openReceiver } from "./open-receiver.ts";
import type { Replays } from "./replays.ts";
import { replyTo } from "./reply-to.ts";
import { lookAfter } from "./standing.ts";
import { LONGEST_MESSAGE } from "./to-slack.ts";
import { noCounts, type SlackCounts, wire, type Wired, type Wiring } from "./wire.ts";

/** Where the connection stands; `why` is a sentence for the owner, with what to click. */
export type SlackState =
  | { readonly kind: "connecting" | "connected" }
  | { readonly kind: "stopped"; readonly why: string };

/** Slack, and what a status can show of it. */
export interface Slack extends ChatPlatform {
  state(): SlackState;
  counts(): Readonly<SlackCounts>;
  /** Resolves when what was said before the last connection has been read. */
  caughtUp(): Promise<void>;
}

/** What Slack is opened with. `replays`: the file that keeps which of Slack's requests were taken, in HTTP mode. */
export interface SlackOptions extends Pick<Wiring, "settings" | "inbox" | "brain" | "log" | "rates" | "readAgainMs"> {
  readonly version: string;
  /** Hosts that links may lead to. */
  readonly linkHosts: readonly string[];
  readonly replays?: string;
  /** Gives what a status counts besides. */
  readonly waiting?: () => Readonly<Record<string, number>>;
  /** How long the answer to a ping may take. */
  readonly pingMs?: number;
  /** Told where it listens, in HTTP mode. */
  readonly listening?: (url: string) => void;
  /** Told once when Slack has stopped for good after it was connected: what the owner has to do. */
  readonly stopped?: (why: string) => void;
}

const split = (markdown: string) => splitMarkdown(markdown, LONGEST_MESSAGE);

/** Opens Slack; it is connected by `start`, and closed when disposed of. Throws a UserError where its files cannot be used. */
export function openSlack(options: SlackOptions): Promise<Slack> {
  const counts = noCounts();
  const [installs, closing] = [createInstalls(), new AbortController()];
  const running: Running = { options, counts, installs, closing, state: { kind: "connecting" } };
  const { settings } = options;
  const now = () => {
    if (!running.wired) throw new Error("Slack has not been connected yet");
    return running.wired;
  };
  return Promise.resolve({
    name: "slack",
    start: (desk, { signal }) => start(running, { desk, signal }),
    state: () => running.state,
    counts: () => counts,
    caughtUp: () => now().gaps.caughtUp(),
    async clearance({ message, seenBy }, { signal }) {
      return now().clearanceOf({ conversation: message.conversation, askerId: message.author.id, seenBy }, { signal });
    },
    reply: (asked) => replyTo(asked, { ...options, ...running, wired: now(), split, signal: closing.signal }),
    async fetchFile(file, limits) {
      return fetchUpload(file, { installs, call: now().call, api: settings.api, ...limits });
    },
    ...afterwards(now),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await running.receiver?.stop();
      running.wired?.marks[Symbol.dispose]();
      running.wired?.kept[Symbol.dispose]();
      running.replays?.[Symbol.dispose]();
    },
  });
}

/** What changes while Slack is open. */
interface Running {
  readonly options: SlackOptions;
  readonly counts: SlackCounts;
  readonly installs: Installs;
  readonly closing: AbortController;
  state: SlackState;
  wired?: Wired;
  receiver?: Receiver;
  replays?: Replays;
}

async function start(running: Running, { desk, signal }: { readonly desk: Desk; readonly signal: AbortSignal }) {
  const { options, closing, installs, counts } = running;
  const { settings, log } = options;
  try {
    await identifyAll({ settings, installs, log }, { signal: AbortSignal.any([signal, closing.signal]) });
    const wired = wire({
      ...options,
      desk,
      installs,
      counts,
      installGone: (install) => leave(running, install, desk),
      signal: closing.signal,
    });
    running.wired = wired;
    const receiver = createReceiver(running, wired);
    running.receiver = receiver;
    const app = createApp({ receiver: guarded(receiver, wired, running), installs, log, api: settings.api });
    createSlackInteractions({
      ...options,
      ...wired,
      app,
      installs,
      counts: () => statusCounts(options, counts),
      signal: closing.signal,
    }).wire();
    closing.signal.throwIfAborted();
    await receiver.start();
  } catch (error) {
    // The last install may go while the first connection is being made.
    if (running.state.kind === "stopped") throw new UserError(running.state.why, { cause: error });
    if (error instanceof UserError) stop(running, error.message);
    throw error;
  }
}

function statusCounts({ waiting }: SlackOptions, counts: SlackCounts): Readonly<Record<string, number>> {
  return {
    ...waiting?.(),
    "connections made": counts.connections,
    "messages not understood": counts.malformed,
    "requests refused": counts.refused,
    "times Slack asked to wait": counts.waits,
  };
}

/** Slack's own half of the receiver sees an app that writes down before it acknowledges. */
function guarded(receiver: Receiver, { intake }: Wired, { options: { log } }: Running): Receiver {
  return {
    init: (app) => receiver.init(guardApp(app, { intake, log })),
    start: () => receiver.start(),
    stop: () => receiver.stop(),
  };
}

function createReceiver(running: Running, { gaps }: Wired): Receiver {
  const { options, counts } = running;
  const { receiver, replays } = openReceiver({
    ...options,
    counts,
    connected(how) {
      running.state = { kind: "connected" };
      gaps.connected(how);
    },
    lost: () => gaps.lost(),
    refused: (why) => stop(running, why),
  });
  if (replays) running.replays = replays;
  return receiver;
}

function stop(running: Running, why: string): void {
  if (running.state.kind === "connected") running.options.stopped?.(why);
  running.state = { kind: "stopped", why };
  running.options.log.error({ why }, "Slack is stopped");
}

/** The app was removed from a workspace, or its token was revoked: work there ends; what is kept stays until the owner forgets it. */
function leave(running: Running, install: Install, desk: Desk): void {
  const { installs, options } = running;
  if (installs.of(install.key) === undefined) return;
  installs.remove(install);
  const why = newToken(install.variable);
  options.log.error(
    { why, teams: install.teams },
    "Slack took Hearth out of a workspace; what was waiting there is dropped",
  );
  for (const team of install.teams) desk.left("slack", team);
  if (installs.all().length > 0) return;
  stop(running, why);
  running.closing.abort();
  void running.receiver?.stop();
}

function afterwards(now: () => Wired): Pick<ChatPlatform, "history" | "recall" | "amend" | "mark"> {
  const standing = () => lookAfter({ messages: now().messages, receiver: now().receiver, split });
  return {
    history: (place, options) => readHistory(now(), place, options),
    recall: async (given, options) => standing().recall(given, options),
    amend: async (given, content, options) => standing().amend(given, content, options),
    mark: async (given, line, options) => standing().mark(given, line, options),
  };
}
