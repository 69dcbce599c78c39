import { vi } from "vitest";
import {
  openSlackEmulator,
  type SlackEmulator,
  type SlackOptions as EmulatorOptions,
} from "../../../emulators/slack/emulator.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../../src/bots/inbox.ts";
import type { Asked, Desk } from "../../../src/bots/platform.ts";
import type { Talk } from "../../../src/bots/talk.ts";
import type { TalkMessage } from "../../../src/chat.ts";
import { openSlack, type Slack, type SlackOptions } from "../../../src/bots/slack/slack.ts";
import { slackSchema, type SlackSettings } from "../../../src/config-slack.ts";
import { silentLog } from "../../../src/log.ts";
import { fakeTalk } from "../../helpers/fake-talk.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";

/** What a desk was handed. */
export interface DeskRecord extends Desk {
  readonly asked: Asked[];
  readonly revisions: Parameters<Desk["revised"]>[0][];
  readonly lefts: (string | undefined)[];
  readonly stops: [job: string, person: string][];
  /** The channels whose talk is kept, and what was heard of them. */
  readonly kept: Set<string>;
  readonly heard: TalkMessage[];
}

/** Talk that a test switches on and off by the channel's id. */
export function talkOf(kept: Set<string>): Talk {
  return {
    ...fakeTalk().talk,
    keeps: ({ channel }) => kept.has(channel),
    async switchOn(place, { by, days = 180 }) {
      kept.add(place.channel);
      return { ...place, by, days, since: "2026-11-24T09:00:00.000Z", messages: 0 };
    },
    async switchOff({ channel }) {
      kept.delete(channel);
      return { messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 };
    },
  };
}

/** A desk that keeps what it is handed, and asks each question once, as the real one does. */
export function recordingDesk(inbox: Inbox): DeskRecord {
  const kept = new Set<string>();
  const desk: DeskRecord = {
    kept,
    heard: [],
    keeps: ({ channel }) => kept.has(channel),
    hear: (message) => void desk.heard.push(message),
    talk: talkOf(kept),
    schedules: fakeTalk().schedules,
    asked: [],
    revisions: [],
    lefts: [],
    stops: [],
    ask(asked) {
      const job = inbox.accept(asked);
      if (job) desk.asked.push(asked);
      return job !== undefined;
    },
    stop(job, person) {
      desk.stops.push([job, person]);
      return "stopped";
    },
    revised: (of) => void desk.revisions.push(of),
    left: (_platform, space) => void desk.lefts.push(space),
  };
  return desk;
}

/** Rates under which no test waits. */
export const WIDE = { perMinute: () => 1_000_000, channelMs: 0 };

/** Settings that lead to an emulator. */
export function settingsFor(
  emulator: SlackEmulator,
  tokens: readonly string[],
  changes: Partial<SlackSettings> = {},
): SlackSettings {
  const [first = "", ...others] = tokens;
  const named = (token: string, index: number) => ({ variable: `SLACK_BOT_TOKEN_${index}`, token });
  return {
    ...slackSchema.parse({}),
    port: 0,
    api: emulator.api,
    botTokens: [named(first, 0), ...others.map((token, index) => named(token, index + 1))],
    appToken: emulator.appToken,
    signingSecret: emulator.signingSecret,
    ...changes,
  };
}

/** What is there at last; looks again until it is. */
export function eventually<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  timeout = 6_000,
): Promise<Found> {
  return vi.waitFor(
    async () => {
      const found = await look();
      if (found === undefined || found === false) throw new Error("It is not there");
      return found;
    },
    { timeout, interval: 5 },
  );
}

/** A workspace with Ada, Ben and a guest, in #general and in a private channel. */
export function populate(slack: SlackEmulator) {
  const acme = slack.world.workspace({ name: "Acme" });
  const ada = slack.world.user({ team: acme.id, name: "ada", realName: "Ada Lovelace", isAdmin: true });
  const ben = slack.world.user({ team: acme.id, name: "ben" });
  const general = slack.world.channel({ team: acme.id, name: "general", members: [ada, ben] });
  return { acme, ada, ben, general };
}

/** What a test wants otherwise than usual. */
export interface Wanted {
  readonly settings?: Partial<SlackSettings>;
  readonly emulator?: EmulatorOptions;
  readonly options?: Partial<SlackOptions>;
}

/** Hearth in a workspace of an emulator. `restart` ends it without a goodbye to its inbox and starts another on the same one. */
export async function connected(wanted: Wanted = {}) {
  await using stack = new AsyncDisposableStack();
  const slack = stack.use(await openSlackEmulator({ bounds: { redeliverMs: [20, 100, 300] }, ...wanted.emulator }));
  const world = populate(slack);
  const inbox = stack.use(openInbox({ path: ":memory:", log: silentLog() }));
  const desk = recordingDesk(inbox);
  let hearth: Slack | undefined;
  const tokens = [world.acme.token];
  const start = async (changes: Partial<SlackSettings> = {}, other: Partial<SlackOptions> = {}) => {
    let url = "";
    hearth = await openSlack({
      settings: settingsFor(slack, tokens, { ...wanted.settings, ...changes }),
      inbox,
      brain: scriptedBrain(),
      log: silentLog(),
      version: "1",
      linkHosts: [],
      rates: WIDE,
      pingMs: 1_000,
      listening: (where) => (url = where),
      ...wanted.options,
      ...other,
    });
    await hearth.start(desk, { signal: AbortSignal.timeout(20_000) });
    if (url !== "" && !(await slack.http.connect(url))) throw new Error("the challenge was not met");
    await hearth.caughtUp();
    return hearth;
  };
  await start();
  stack.defer(async () => hearth?.[Symbol.asyncDispose]());
  const owned = stack.move();
  return {
    ...world,
    slack,
    inbox,
    desk,
    tokens,
    start,
    hearth: () => {
      if (!hearth) throw new Error("Hearth is not there");
      return hearth;
    },
    async stop() {
      await hearth?.[Symbol.asyncDispose]();
      slack.http.disconnect();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
