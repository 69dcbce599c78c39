import type { Inbox } from "../inbox.ts";

/** How often marks are written down: what is lost in a kill is read once more. */
const WRITE_MS = 1_000;

/** The last message of each channel that was seen, in it or in its threads, written down a while later. */
export interface Marks extends Disposable {
  saw(channel: string, ts: string): void;
  /** The mark that is written down. */
  of(channel: string): string | undefined;
  /** Writes down what there is, and after that nothing until released: there may be a gap before what is seen now. */
  hold(): void;
  /** Also one channel alone can be held. */
  holdOne(channel: string): void;
  areAnyHeld(): boolean;
  /** How often all was held: what is released for an earlier time is not, since there was another gap after it. */
  times(): number;
  /** The gap of a channel is closed, or that of all. */
  release(channel: string, times: number): void;
  releaseAll(times: number): void;
}

/** Marks in the inbox. */
export function createMarks(inbox: Pick<Inbox, "see" | "seen">): Marks {
  const latest = new Map<string, string>();
  const held = new Set<string>();
  const released = new Set<string>();
  // Nobody knows yet what was missed before.
  let [areAllHeld, times] = [true, 0];
  const isHeld = (channel: string) => held.has(channel) || (areAllHeld && !released.has(channel));
  const write = () => {
    for (const [channel, ts] of latest) {
      if (isHeld(channel)) continue;
      if (!isSeen(inbox, channel, ts)) return;
      latest.delete(channel);
    }
  };
  const timer = setInterval(write, WRITE_MS).unref();
  return {
    saw(channel, ts) {
      if ((latest.get(channel) ?? "") < ts) latest.set(channel, ts);
    },
    of: (channel) => inbox.seen("slack", channel),
    hold: () => {
      write();
      [areAllHeld, times] = [true, times + 1];
      released.clear();
    },
    holdOne: (channel) => void held.add(channel),
    areAnyHeld: () => held.size > 0,
    times: () => times,
    release: (channel, of) => void (of === times && (held.delete(channel), released.add(channel))),
    releaseAll(of) {
      if (of !== times) return;
      areAllHeld = false;
      released.clear();
      write();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      write();
    },
  };
}

/** False where the disk is full, say: what is not written down is read once more. */
function isSeen(inbox: Pick<Inbox, "see">, channel: string, ts: string): boolean {
  try {
    inbox.see("slack", channel, ts);
    return true;
  } catch {
    return false;
  }
}
