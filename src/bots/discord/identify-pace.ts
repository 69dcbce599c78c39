import { setTimeout as delay } from "node:timers/promises";
import type { IIdentifyThrottler } from "discord.js";
import type { Inbox } from "../inbox.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** Under which the inbox keeps when Discord was identified to, so that a new process goes on counting. */
const KEY = "identified";

/**
 * How long after the last of some instants the next IDENTIFY may be sent, in milliseconds. Discord allows one in five seconds and a
 * thousand a day, beyond which the token is reset. Pure.
 */
export function identifyGap(times: readonly number[], now: number): number {
  const within = (span: number) => times.filter((time) => now - time < span).length;
  if (within(DAY) >= 200) return 2 * MINUTE;
  const lately = within(10 * MINUTE);
  if (lately >= 40) return MINUTE;
  return lately >= 20 ? 15 * SECOND : 5.3 * SECOND;
}

/** Lets IDENTIFYs pass no faster than that, whichever process sends them. `passed` is told of each. */
export function createIdentifyPace(
  inbox: Pick<Inbox, "note" | "noted">,
  options: { readonly passed: () => void; readonly now?: () => number },
): IIdentifyThrottler {
  const { passed, now = Date.now } = options;
  let turn = Promise.resolve();
  /** Those that a full disk did not take: they count as long as this process lives. */
  let unnoted: readonly number[] = [];

  async function pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const noted = [...read(inbox.noted("discord", KEY)), ...unnoted].toSorted((one, other) => one - other);
    const times = noted.filter((time) => time <= now() && now() - time < DAY);
    const last = times.at(-1);
    const wait = last === undefined ? 0 : last + identifyGap(times, now()) - now();
    if (wait > 0) await delay(wait, undefined, { signal });
    try {
      inbox.note("discord", KEY, JSON.stringify([...times, now()].slice(-1_000)));
      unnoted = [];
    } catch {
      unnoted = [...unnoted, now()].slice(-1_000);
    }
    passed();
  }

  return {
    waitForIdentify(_shard, signal) {
      const mine = turn.then(() => pass(signal));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}

function read(noted: string | undefined): readonly number[] {
  if (noted === undefined) return [];
  const times: unknown = JSON.parse(noted);
  return Array.isArray(times) ? times.filter((time) => typeof time === "number") : [];
}
