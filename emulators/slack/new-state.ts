import { createClock } from "./clock.ts";
import { createLimits, SLACK_RATES, WIDE_RATES, type Rates } from "./limits.ts";
import type { Bounds, State } from "./state.ts";
import type { Transcript } from "./transcript.ts";

/** How an emulator may differ from Slack as it is. */
export interface SlackOptions {
  /** The app's name; its bot has the same. */
  readonly name?: string;
  /** What each install may do. */
  readonly scopes?: readonly string[];
  /** Events that the app subscribed to, such as `app_mention` and `message.channels`; all, unless given. */
  readonly events?: readonly string[];
  /** agent_view, as new apps have it, or the legacy assistant_view. */
  readonly surface?: "agent" | "assistant";
  /** "slack" by default; "wide" for tests that are not about limits. */
  readonly rates?: "slack" | "wide" | Rates;
  /** Another check of every call, such as one against a list of Slack's methods: what is wrong with it. */
  readonly check?: (method: string, args: Readonly<Record<string, unknown>>) => string | undefined;
  /** What becomes of a post whose thread is gone: "unthread" (into the channel, unsaid) by default. */
  readonly goneThreads?: "unthread" | "refuse";
  /** Shorter times for tests, and how much is kept. */
  readonly bounds?: Partial<Bounds>;
  /** How often each socket is pinged. */
  readonly pingMs?: number;
  /** Where to listen on loopback; a free port by default. */
  readonly port?: number;
  /** Keeps no arguments and bodies in the transcript. */
  readonly lean?: boolean;
  readonly signingSecret?: string;
}

/** Slack's own times. */
export const SLACK_BOUNDS: Bounds = {
  historyCap: 10_000,
  ackMs: 3000,
  redeliverMs: [0, 60_000, 300_000],
  triggerMs: 3000,
  responseUrlMs: 30 * 60_000,
  statusMs: 120_000,
  streamMs: 4 * 60_000,
};

/** A Slack with nothing in it. */
export function newState(
  options: SlackOptions,
  { transcript, changed }: { transcript: Transcript; changed: () => void },
): State {
  const clock = createClock();
  const id = clock.id("A");
  return {
    app: {
      id,
      name: options.name ?? "Hearth",
      appToken: `xapp-1-${id}-${crypto.randomUUID()}`,
      signingSecret: options.signingSecret ?? crypto.randomUUID().replaceAll("-", ""),
      events: options.events === undefined ? undefined : new Set(options.events),
      surface: options.surface ?? "agent",
      goneThreads: options.goneThreads ?? "unthread",
      socketMode: true,
    },
    teams: new Map(),
    enterprises: new Map(),
    users: new Map(),
    channels: new Map(),
    files: new Map(),
    installs: new Map(),
    views: new Map(),
    homes: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    groups: new Map(),
    bounds: { ...SLACK_BOUNDS, ...options.bounds },
    limits: createLimits(ratesOf(options)),
    transcript,
    clock,
    url: "",
    elsewhere: "",
    send: () => Promise.resolve({ kind: "failed", why: "not started" }),
    listens: () => false,
    changed,
  };
}

function ratesOf({ rates = "slack" }: SlackOptions): Rates {
  if (typeof rates !== "string") return rates;
  return rates === "slack" ? SLACK_RATES : WIDE_RATES;
}
