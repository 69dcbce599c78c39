import type { Brain } from "../brain/brain.ts";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import type { KeptChannel } from "../config-talk.ts";
import type { Log } from "../log.ts";
import type { Dialect } from "./dialect.ts";
import type { Inbox } from "./inbox.ts";
import { createListening, type Listening } from "./listening.ts";
import type { ChatPlatform, Desk } from "./platform.ts";
import type { LinkSettings } from "./render-parts.ts";
import { createScheduler, type Schedules } from "./schedule.ts";
import type { ScheduleLedger } from "./schedule-ledger.ts";
import { createDigestFollower, type DigestFollower } from "./serve-digests.ts";
import { tryTo } from "./serve-revisions.ts";
import type { Talk } from "./talk.ts";

/** How often it is looked whether a digest is due. */
const TICK_MS = 10_000;

type Revised = Parameters<Desk["revised"]>[0];

/** What one platform's desk does about the talk of its places: hears it, makes digests by the clock, and mends those that stand. */
export interface DeskTalk {
  readonly talk: Talk;
  readonly schedules: Schedules;
  hear(message: TalkMessage): void;
  /** What waits to be kept has a change. Throws where the inbox cannot be written. */
  revise(of: Revised): void;
  /** The same change in the forms that the core may know it by; to be told once `settled` has resolved. */
  formsOf(of: Revised): readonly Revised[];
  settled(): Promise<void>;
  /** Whether a change is of a place whose talk is kept. */
  isKept(of: Revised): boolean;
  /** The core was told of a change: digests that stand are looked at again. */
  revised(of: Revised): void;
  /** All digests that stand are looked at again: what an earlier run was stopped in goes on. */
  lookAround(): void;
  begin(): void;
  ended(): Promise<void>;
}

/** What it is made with. */
export interface DeskTalkOptions {
  readonly platform: ChatPlatform;
  readonly brain: Pick<Brain, "keepTalk" | "dropTalk" | "keptTalk" | "hear" | "digestNow" | "remember">;
  readonly inbox: Inbox;
  readonly ledger: ScheduleLedger;
  readonly ask: Desk["ask"];
  readonly waiting: () => number;
  readonly dialect: Pick<Dialect, "command">;
  readonly settings: LinkSettings;
  readonly memory: { readonly days: number; readonly channels: readonly KeptChannel[] };
  readonly zone: string;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** What a desk does about talk, until the signal comes. */
export function createDeskTalk(options: DeskTalkOptions): DeskTalk {
  const { platform, memory, log, now, signal } = options;
  const listening = createListening({ ...options, settings: memory });
  const follower = createDigestFollower(options);
  const scheduler = createScheduler({ ...options, platform: platform.name });
  const tick = () => {
    try {
      scheduler.tick(now());
    } catch (error) {
      log.error({ err: error }, "digests by the clock could not be looked after; they are tried again");
    }
  };
  const keptOf = ({ conversation: { platform: name, space, channel, thread } }: Revised): TalkPlace[] =>
    [...new Set([channel, thread ?? channel])]
      .map((place) => ({ platform: name, space, channel: place }))
      .filter((place) => listening.keeps(place));
  return {
    talk: talkWith(listening, { ...options, follower }),
    schedules: scheduler.schedules,
    hear: hearing({ listening, follower, log, signal }),
    revise: (of) => listening.revise(of),
    // A private thread is a place of its own where its talk is kept.
    formsOf: (of) => [
      of,
      ...keptOf(of)
        .filter(({ channel }) => channel !== of.conversation.channel)
        .map(({ platform: name, space, channel }) => ({ ...of, conversation: { platform: name, space, channel } })),
    ],
    settled: () => listening.settled(),
    isKept: (of) => keptOf(of).length > 0,
    revised: (of) => keptOf(of).forEach((place) => follower.look(place)),
    lookAround: () => follower.look({ platform: platform.name }),
    begin() {
      listening.begin();
      tick();
      const ticking = setInterval(tick, TICK_MS).unref();
      signal.addEventListener("abort", () => clearInterval(ticking), { once: true });
    },
    ended: async () => void (await Promise.all([listening.ended(), follower.ended()])),
  };
}

/** What is switched off is gone from digests that stand, too. */
function talkWith(
  listening: Listening,
  { inbox, follower }: { readonly inbox: Pick<Inbox, "digests">; readonly follower: DigestFollower },
): Talk {
  return {
    ...listening,
    async switchOff(place, how) {
      const stood = inbox.digests(place);
      const gone = await listening.switchOff(place, how);
      follower.lookAt(stood, { isForgotten: true });
      return gone;
    },
    revised: (of) => follower.look(of),
    lookAt: (digests, how) => follower.lookAt(digests, how),
  };
}

/** Hears messages; the digests of places with edited ones are looked at again, once the core has these. */
function hearing({
  listening,
  follower,
  log,
  signal,
}: Pick<DeskTalkOptions, "log" | "signal"> & {
  readonly listening: Pick<Listening, "hear" | "handedOver">;
  readonly follower: DigestFollower;
}): (message: TalkMessage) => void {
  const waiting = new Map<string, TalkPlace>();
  let looking: Promise<void> | undefined;
  const look = async () => {
    while (waiting.size > 0 && !signal.aborted) {
      const places = [...waiting.values()];
      waiting.clear();
      await listening.handedOver({ signal });
      tryTo(() => places.forEach((place) => follower.look(place)), { log, failed: "digests could not be looked at" });
    }
    looking = undefined;
  };
  return (message) => {
    listening.hear(message);
    if (message.editedAt === undefined) return;
    const { platform, space, channel } = message.conversation;
    waiting.set(`${space} ${channel}`, { platform, space, channel });
    looking ??= look();
  };
}
