import type { Audience } from "../../../src/chat.ts";
import type { Brain } from "../../../src/brain/brain.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import type { Asked, Button, Desk, Given } from "../../../src/bots/platform.ts";
import { createCall } from "../../../src/bots/slack/call.ts";
import type { Asking } from "../../../src/bots/slack/clearance.ts";
import { createApp, identifyAll } from "../../../src/bots/slack/connect.ts";
import { addressOf, conversationIn } from "../../../src/bots/slack/ids.ts";
import { createInstalls } from "../../../src/bots/slack/installs.ts";
import type { SlackInteractionTools } from "../../../src/bots/slack/interaction-tools.ts";
import { createSlackInteractions } from "../../../src/bots/slack/interactions.ts";
import { createMessages } from "../../../src/bots/slack/messages.ts";
import { createNames } from "../../../src/bots/slack/names.ts";
import { createPeople } from "../../../src/bots/slack/people.ts";
import { createScheduler, type Rates } from "../../../src/bots/slack/scheduler.ts";
import { createSockets } from "../../../src/bots/slack/sockets.ts";
import { toMessage } from "../../../src/bots/slack/to-slack.ts";
import type { SlackSettings } from "../../../src/config-slack.ts";
import { silentLog, type Log } from "../../../src/log.ts";
import { openSlackEmulator, type SlackOptions } from "../../../emulators/slack/emulator.ts";
import { fakeTalk } from "../../helpers/fake-talk.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { populate, settingsFor, talkOf, WIDE } from "./slack-world.ts";

/** What a test wants otherwise than usual. */
export interface Wanted {
  readonly brain?: Partial<Brain>;
  readonly ask?: Desk["ask"];
  readonly stop?: Desk["stop"];
  readonly settings?: Partial<SlackSettings>;
  readonly clearanceOf?: (asking: Asking) => readonly Audience[];
  readonly emulator?: SlackOptions;
  readonly log?: Log;
  readonly rates?: Rates;
}

export const ANSWER = "00000000-0000-4000-8000-0000000000a1";

/** An emulated workspace with people in it, and Bolt connected to it, whose commands, buttons, modals and home are Hearth's. */
export async function interacting(wanted: Wanted = {}) {
  await using stack = new AsyncDisposableStack();
  const slack = stack.use(await openSlackEmulator({ rates: "wide", ...wanted.emulator }));
  const world = populate(slack);
  const { acme, ada, general } = world;
  const carl = slack.world.user({ team: acme.id, name: "carl" });
  const log = wanted.log ?? silentLog();
  const inbox = stack.use(openInbox({ path: ":memory:", log }));
  const closing = new AbortController();
  const { signal } = closing;
  const settings = settingsFor(slack, [acme.token], wanted.settings);
  const installs = createInstalls();
  await identifyAll({ settings, installs, log }, { signal });
  const calling = { installs, log, api: settings.api, waited: () => {}, tokenGone: () => {} };
  const call = createCall({ ...calling, scheduler: createScheduler(wanted.rates ?? WIDE) });
  const messages = createMessages(call);

  const asked: Asked[] = [];
  const stopped: [job: string, personId: string][] = [];
  const seen: Asking[] = [];
  const kept = new Set<string>();
  const desk: SlackInteractionTools["desk"] = {
    talk: talkOf(kept),
    schedules: fakeTalk().schedules,
    ask: (question) => (wanted.ask ?? (() => asked.push(question) > 0))(question),
    stop(job, personId) {
      stopped.push([job, personId]);
      return wanted.stop?.(job, personId) ?? "stopped";
    },
  };
  const toolsFor = (app: SlackInteractionTools["app"]): SlackInteractionTools => ({
    app,
    desk,
    inbox,
    installs,
    call,
    messages,
    settings,
    log,
    signal,
    people: createPeople(call),
    names: createNames({ call, signal }),
    brain: scriptedBrain(wanted.brain),
    linkHosts: [],
    clearanceOf: async (asking) => {
      seen.push(asking);
      return wanted.clearanceOf?.(asking) ?? clearanceFor(asking);
    },
    version: "0.1.0",
    counts: () => ({ "questions answered": 3 }),
  });
  const start = async () => {
    const receiver = createSockets({
      appToken: slack.appToken,
      api: settings.api,
      log,
      counts: { connections: 0, malformed: 0 },
      connected: () => {},
      lost: () => {},
      refused: () => {},
    });
    const app = createApp({ receiver, installs, log, api: settings.api });
    createSlackInteractions(toolsFor(app)).wire();
    await receiver.start();
    return receiver;
  };
  let receiver = await start();
  stack.defer(async () => {
    closing.abort();
    await receiver.stop();
  });
  const owned = stack.move();
  return {
    ...world,
    slack,
    carl,
    inbox,
    asked,
    stopped,
    seen,
    /** The channels whose talk is kept. */
    kept,
    schedules: desk.schedules,
    /** Everything that a process keeps is new; the inbox and the core are not. */
    async restart() {
      await receiver.stop();
      await slack.until(() => slack.sockets.open().length === 0);
      receiver = await start();
    },
    /** Posts an answer with buttons, as a reply does, and keeps it. */
    async give(given: Partial<Given> = {}, buttons: readonly Button[] = answerButtons) {
      const question = slack.say({ by: ada, in: general, text: "Leave?" });
      const spot = { team: acme.id, channel: general, thread: question };
      const mark = { type: "hearth_answer", payload: { job: "job1", part: 0 } } as const;
      const ts = await messages.post(spot, toMessage({ markdown: "28 days.", buttons }), { mark, signal });
      const conversation = conversationIn(spot);
      inbox.give({
        answerId: ANSWER,
        job: "job1",
        platform: "slack",
        conversation,
        askedId: question,
        askerId: `${acme.id}:${ada}`,
        seenBy: "place",
        posted: [{ id: ts, conversation, url: addressOf(conversation, ts) }],
        givenAt: Date.now(),
        ...given,
      });
      return { question, ts };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const answerButtons: readonly Button[] = [
  { kind: "up", answerId: ANSWER },
  { kind: "down", answerId: ANSWER },
  { kind: "why", answerId: ANSWER },
  { kind: "human", answerId: ANSWER },
];

/** What the asker alone may read is more than what the place may. */
function clearanceFor({ seenBy }: Asking): readonly Audience[] {
  return seenBy === "asker" ? ["public", "team"] : ["public"];
}
