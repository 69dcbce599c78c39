import { once } from "node:events";
import { Events } from "discord.js";
import type { Brain } from "../../../src/brain/brain.ts";
import type { Audience } from "../../../src/chat.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import type { Asked, Button, Desk, Given } from "../../../src/bots/platform.ts";
import { createApi } from "../../../src/bots/discord/api.ts";
import { createClient, noCounts } from "../../../src/bots/discord/client.ts";
import { conversationOf } from "../../../src/bots/discord/from-discord.ts";
import { createInteractions } from "../../../src/bots/discord/interactions.ts";
import type { InteractionTools, SeenPlace } from "../../../src/bots/discord/interaction-tools.ts";
import { toMessage } from "../../../src/bots/discord/to-discord.ts";
import { discordSchema, type DiscordSettings } from "../../../src/config-discord.ts";
import { silentLog, type Log } from "../../../src/log.ts";
import {
  openDiscordEmulator,
  type DiscordEmulator,
  type EmulatorOptions,
} from "../../../emulators/discord/emulator.ts";
import { fakeTalk } from "./discord-world.ts";
import { openApiCheck } from "../../emulators/discord/openapi.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";

/** What a test wants otherwise than usual. */
export interface Wanted {
  readonly brain?: Partial<Brain>;
  readonly ask?: Desk["ask"];
  readonly stop?: Desk["stop"];
  readonly settings?: Partial<DiscordSettings>;
  readonly clearanceOf?: InteractionTools["clearanceOf"];
  readonly emulator?: EmulatorOptions;
  readonly log?: Log;
  readonly say?: (sentence: string) => void;
  /** What the world is like besides, before the bot connects. */
  readonly prepare?: (emulator: DiscordEmulator) => void;
}

export const ANSWER = "00000000-0000-4000-8000-0000000000a1";

/** The emulator with a guild, a channel and people in it, and the library's client connected to it, its interactions handled. */
export async function connected(wanted: Wanted = {}) {
  const stack = new AsyncDisposableStack();
  const check = openApiCheck();
  const emulator = stack.use(await openDiscordEmulator({ rates: "wide", ...(check && { check }), ...wanted.emulator }));
  const { world } = emulator;
  const guild = world.guild({ name: "Acme" });
  const channel = world.channel({ guild, name: "general" });
  const ann = world.member({ guild, name: "ann" });
  const bob = world.member({ guild, name: "bob" });
  const keepers = world.role({ guild, name: "keepers", permissions: ["MANAGE_CHANNELS"] });
  const mod = world.member({ guild, name: "mod", roles: [keepers] });

  wanted.prepare?.(emulator);

  const stopping = new AbortController();
  stack.defer(() => stopping.abort());
  const log = wanted.log ?? silentLog();
  const inbox = stack.use(openInbox({ path: ":memory:", log }));
  const settings: DiscordSettings = {
    ...discordSchema.parse({}),
    token: emulator.token,
    api: emulator.api,
    cdn: emulator.cdn,
    ...wanted.settings,
  };
  const tokenRefused = () => {};
  const client = createClient({ settings, inbox, counts: noCounts(), log, closing: stopping.signal, tokenRefused });
  stack.defer(() => client.destroy());
  const ready = once(client, Events.ClientReady);
  await client.login(settings.token);
  await ready;

  const asked: Asked[] = [];
  const stopped: [job: string, personId: string][] = [];
  const seen: SeenPlace[] = [];
  const talk = fakeTalk();
  const tools: InteractionTools = {
    client,
    inbox,
    settings,
    log,
    desk: {
      ask: (question) => (wanted.ask ?? (() => asked.push(question) > 0))(question),
      stop(job, personId) {
        stopped.push([job, personId]);
        return wanted.stop?.(job, personId) ?? "stopped";
      },
      talk: talk.talk,
      schedules: talk.schedules,
    },
    brain: scriptedBrain(wanted.brain),
    linkHosts: [],
    clearanceOf: async (place, options) => {
      seen.push(place);
      return wanted.clearanceOf?.(place, options) ?? clearanceFor(place);
    },
    version: "0.1.0",
    ...(wanted.say && { say: wanted.say }),
    counts: () => ({ "questions answered": 3 }),
    signal: stopping.signal,
  };
  let interactions = createInteractions(tools);
  client.on(Events.InteractionCreate, (interaction) => void interactions.handle(interaction));
  await interactions.register();
  return {
    emulator,
    guild,
    channel,
    ann,
    bob,
    mod,
    inbox,
    client,
    tools,
    settings,
    asked,
    talk,
    stopped,
    seen,
    register: () => interactions.register(),
    /** Everything that a process keeps is new; the inbox and the core are not. */
    restart: () => void (interactions = createInteractions(tools)),
    /** Posts an answer with buttons, as a reply does, and keeps it. */
    async give(given: Partial<Given> = {}, buttons: readonly Button[] = answerButtons) {
      const body = toMessage({ markdown: "28 days.", buttons });
      const api = createApi(client.rest);
      const { signal } = stopping;
      const message = await api.create(channel, body, { nonce: String(Math.random()).slice(2, 12), signal });
      const conversation = conversationOf({ space: guild, channelId: channel, isJoined: false });
      inbox.give({
        answerId: ANSWER,
        job: "job1",
        platform: "discord",
        conversation,
        askedId: message.id,
        askerId: ann,
        seenBy: "place",
        posted: [{ id: message.id, conversation }],
        givenAt: Date.now(),
        ...given,
      });
      return message.id;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const answerButtons: readonly Button[] = [
  { kind: "up", answerId: ANSWER },
  { kind: "down", answerId: ANSWER },
  { kind: "why", answerId: ANSWER },
  { kind: "human", answerId: ANSWER },
];

/** What the asker alone may read is more than what the place may. */
function clearanceFor({ seenBy }: SeenPlace): readonly Audience[] {
  return seenBy === "asker" ? ["public", "team"] : ["public"];
}
