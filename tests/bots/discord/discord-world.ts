import { expect, vi } from "vitest";
import {
  type DiscordEmulator,
  type EmulatorOptions,
  openDiscordEmulator,
} from "../../../emulators/discord/emulator.ts";
import { type Discord, type DiscordOptions, openDiscord } from "../../../src/bots/discord/discord.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../../src/bots/inbox.ts";
import type { Asked, Desk } from "../../../src/bots/platform.ts";
import type { DiscordSettings } from "../../../src/config-discord.ts";
import type { TalkMessage } from "../../../src/chat.ts";
import type { KeptTalk } from "../../../src/brain/channel-brain.ts";
import type { Schedule } from "../../../src/bots/schedule.ts";
import { silentLog } from "../../../src/log.ts";
import { openApiCheck } from "../../emulators/discord/openapi.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";

/** What a desk was handed. */
export interface DeskRecord extends Desk {
  readonly asked: Asked[];
  readonly revisions: Parameters<Desk["revised"]>[0][];
  readonly lefts: (string | undefined)[];
  /** What was heard in places whose talk is kept: those whose channels are added here. */
  readonly heard: TalkMessage[];
  readonly kept: Set<string>;
}

/** A desk that keeps what it is handed, and asks each question once, as the real one does. */
export function recordingDesk(inbox: Inbox): DeskRecord {
  const desk: DeskRecord = {
    asked: [],
    revisions: [],
    lefts: [],
    heard: [],
    kept: new Set(),
    keeps: ({ channel }) => desk.kept.has(channel),
    hear: (message) => void desk.heard.push(message),
    ...fakeTalk(),
    ask(asked) {
      const job = inbox.accept(asked);
      if (job) desk.asked.push(asked);
      return job !== undefined;
    },
    stop: () => "over",
    revised(of) {
      desk.revisions.push(of);
    },
    left(_platform, space) {
      desk.lefts.push(space);
    },
  };
  return desk;
}

/** Which places' talk is kept and which digests come by the clock, kept by nobody else. */
export function fakeTalk(): Pick<Desk, "talk" | "schedules"> & {
  readonly done: (readonly [what: string, of: object])[];
} {
  const done: (readonly [string, object])[] = [];
  const kept = new Map<string, KeptTalk>();
  const schedules: Schedule[] = [];
  const nothing = { messages: 0, answers: 0, ratings: 0, talk: 3, lines: 1 };
  return {
    done,
    talk: {
      keeps: ({ channel }) => kept.has(channel),
      isConfigured: () => false,
      untold: (of) => void done.push(["untold", of]),
      async switchOn(place, { by, days = 180, backfillDays }) {
        done.push(["on", { place, by, days, backfillDays }]);
        const now = { ...place, since: new Date(0).toISOString(), by, days, messages: 0 };
        kept.set(place.channel, now);
        return now;
      },
      async switchOff(place) {
        done.push(["off", place]);
        kept.delete(place.channel);
        return nothing;
      },
      reading: () => undefined,
      revised: (of) => void done.push(["revised", of]),
      lookAt: () => {},
      handedOver: async () => {},
      settled: async () => {},
      forgot: (of) => void done.push(["forgot", of]),
    },
    schedules: {
      add(schedule) {
        const added = { ...schedule, id: String(schedules.length + 1), isConfigured: false, createdAt: 0 };
        schedules.push(added);
        return added;
      },
      of: ({ channel }) => schedules.filter(({ place }) => place.channel === channel),
      remove(id) {
        const at = schedules.findIndex((one) => one.id === id);
        return at !== -1 && schedules.splice(at, 1).length > 0;
      },
    },
  };
}

/** Settings that lead to an emulator. */
export function settingsFor(emulator: DiscordEmulator, changes: Partial<DiscordSettings> = {}): DiscordSettings {
  return {
    answerIn: "reply",
    admins: [],
    bots: [],
    askHuman: [],
    messageContent: true,
    members: false,
    sourceChanged: "mark",
    apologyHours: 6,
    api: emulator.api,
    version: 10,
    cdn: emulator.cdn,
    token: emulator.token,
    ...changes,
  };
}

/** What is there at last; looks again until it is. */
export function eventually<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  timeout = 4_000,
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

/** A guild with a channel for everyone, one for leads, and three people. */
export interface Acme {
  readonly guild: string;
  readonly general: string;
  readonly leads: string;
  readonly leadsRole: string;
  readonly ann: string;
  readonly bob: string;
  readonly carl: string;
}

export function makeAcme({ world, bot }: DiscordEmulator): Acme {
  const guild = world.guild({ name: "Acme" });
  const leadsRole = world.role({ guild, name: "leads" });
  return {
    guild,
    leadsRole,
    general: world.channel({ guild, name: "general" }),
    leads: world.channel({
      guild,
      name: "leads",
      overwrites: [
        { of: guild, deny: ["VIEW_CHANNEL"] },
        { of: leadsRole, allow: ["VIEW_CHANNEL"] },
        { of: bot, allow: ["VIEW_CHANNEL"] },
      ],
    }),
    ann: world.member({ guild, name: "ann", roles: [leadsRole] }),
    bob: world.member({ guild, name: "bob", roles: [leadsRole] }),
    carl: world.member({ guild, name: "carl" }),
  };
}

/** Everything of a test: the emulator, its world, an inbox, a desk, and Discord connected to it. */
export interface DiscordWorld extends AsyncDisposable {
  readonly emulator: DiscordEmulator;
  readonly acme: Acme;
  readonly inbox: Inbox;
  readonly desk: DeskRecord;
  readonly discord: Discord;
  readonly settings: DiscordSettings;
  /** Closes Discord and connects anew, on the same inbox. */
  restart(changes?: { readonly meanwhile?: () => void }): Promise<void>;
  /** The next question that arrives, beyond those that are there. */
  question(text?: string): Promise<Asked>;
}

const never = AbortSignal.timeout(60_000);

/** Opens all of it. */
export async function openDiscordWorld(
  changes: {
    readonly emulator?: EmulatorOptions;
    readonly settings?: Partial<DiscordSettings>;
    readonly options?: Partial<DiscordOptions>;
    /** The inbox as Discord sees it. */
    readonly inbox?: (inbox: Inbox) => Inbox;
    readonly inboxNow?: () => number;
    readonly prepare?: (emulator: DiscordEmulator, acme: Acme) => Partial<DiscordSettings> | void;
  } = {},
): Promise<DiscordWorld> {
  const check = openApiCheck();
  const emulator = await openDiscordEmulator({
    rates: "wide",
    identifySpacingMs: 0,
    ...(check && { check }),
    ...changes.emulator,
  });
  const acme = makeAcme(emulator);
  const prepared = changes.prepare?.(emulator, acme) ?? {};
  const inbox = openInbox({
    path: ":memory:",
    log: silentLog(),
    ...(changes.inboxNow && { now: changes.inboxNow }),
  });
  const desk = recordingDesk(inbox);
  const settings = settingsFor(emulator, { ...changes.settings, ...prepared });
  const connectAgain = async () => {
    const discord = await openDiscord({
      settings,
      inbox: changes.inbox?.(inbox) ?? inbox,
      brain: scriptedBrain(),
      log: silentLog(),
      version: "0.0.0",
      linkHosts: [],
      ...changes.options,
    });
    await discord.start(desk, { signal: never });
    return discord;
  };
  let discord = await connectAgain();
  return {
    emulator,
    acme,
    inbox,
    desk,
    get discord() {
      return discord;
    },
    settings,
    async restart({ meanwhile } = {}) {
      await discord[Symbol.asyncDispose]();
      meanwhile?.();
      // Else the next IDENTIFY would wait for five seconds.
      inbox.note("discord", "identified", "[]");
      discord = await connectAgain();
    },
    question: (text) => eventually(() => desk.asked.find((asked) => text === undefined || asked.message.text === text)),
    async [Symbol.asyncDispose]() {
      await discord[Symbol.asyncDispose]();
      const { violations } = emulator.transcript;
      await emulator[Symbol.asyncDispose]();
      inbox[Symbol.dispose]();
      // Whatever a test is about, each request must be one that Discord takes.
      expect(violations).toEqual([]);
    },
  };
}
