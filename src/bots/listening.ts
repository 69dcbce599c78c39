import type { TalkMessage } from "../chat.ts";
import { createBackfill } from "./listening-backfill.ts";
import { createHandover, passable } from "./listening-handover.ts";
import { keyOf } from "./listening-progress.ts";
import { beginListening } from "./listening-start.ts";
import {
  lastKept,
  switchOff,
  switchOffUntold,
  switchOn,
  type ListeningOptions,
  type ListeningParts,
} from "./listening-switch.ts";
import type { Desk } from "./platform.ts";
import { keepable } from "./serve-keep.ts";
import type { Talk } from "./talk.ts";

type Revised = Parameters<Desk["revised"]>[0];

/** The talk of a platform's places, as the desk hears it. */
export interface Listening extends Omit<Talk, "revised" | "lookAt"> {
  hear(message: TalkMessage): void;
  /** What waits, or is read back, has a change. Throws where the inbox cannot be written. */
  revise(of: Revised): void;
  /** Asks the core which places' talk is kept, switches on what the configuration names, and goes on with what an earlier run left. */
  begin(): void;
  ended(): Promise<void>;
}

/** Listens where talk is kept, until the signal comes. */
export function createListening(options: ListeningOptions): Listening {
  const { inbox, platform, settings } = options;
  const parts: ListeningParts = {
    ...options,
    kept: new Map(lastKept(options).map((place) => [keyOf(place), place])),
    off: new Set(),
    handover: createHandover({ ...options, platform: platform.name }),
    backfill: createBackfill(options),
  };
  const { kept, handover, backfill } = parts;
  let beginning: Promise<unknown> = Promise.resolve();
  let ending = Promise.resolve();
  return {
    keeps: (place) => place.platform === platform.name && kept.has(keyOf(place)),
    isConfigured: ({ platform: name, space, channel }) =>
      settings.channels.some((one) => one.platform === name && one.space === space && one.channel === channel),
    hear(message) {
      inbox.hear(passable(message));
      handover.wake();
    },
    revise(of) {
      backfill.revised(of);
      inbox.reviseHeard({ ...of, platform: platform.name, ...(of.text !== undefined && { text: keepable(of.text) }) });
    },
    settled: async () => void (await Promise.all([handover.settled(), backfill.settled()])),
    handedOver: (given) => handover.empty(given),
    switchOn: (place, how) => switchOn(place, how, parts),
    switchOff: (place, how) => switchOff(place, how, parts),
    untold: (asked) => void (ending = ending.then(() => switchOffUntold(asked, parts))),
    reading: (place) => backfill.reading(place),
    forgot: (of) => backfill.forgot(of),
    begin: () => void (beginning = beginListening(parts)),
    ended: async () => void (await Promise.all([beginning, ending, backfill.ended()])),
  };
}
