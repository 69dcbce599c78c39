import type { Inbox } from "../inbox.ts";
import { compareIds } from "./snowflake.ts";

/** How often marks are written down: what is lost in a kill is read once more. */
const WRITE_MS = 1_000;

/** The last message of each channel that was seen, written down a while later. */
export interface Marks extends Disposable {
  saw(channelId: string, messageId: string): void;
  /** The mark that is written down. */
  of(channelId: string): string | undefined;
  /** Writes down what there is, and after that nothing until released: there may be a gap before what is seen now. */
  hold(): void;
  areAnyHeld(): boolean;
  /** Also one channel alone can be held. */
  holdOne(channelId: string): void;
  /** The gap of a channel is closed. */
  release(channelId: string): void;
  releaseAll(): void;
}

/** Marks in the inbox. */
export function createMarks(inbox: Pick<Inbox, "see" | "seen">): Marks {
  const latest = new Map<string, string>();
  const held = new Set<string>();
  const released = new Set<string>();
  let areAllHeld = false;
  const isHeld = (id: string) => held.has(id) || (areAllHeld && !released.has(id));
  const write = () => {
    for (const [channelId, messageId] of latest) {
      if (isHeld(channelId)) continue;
      inbox.see("discord", channelId, messageId);
      latest.delete(channelId);
    }
  };
  const timer = setInterval(write, WRITE_MS).unref();
  return {
    saw: (channelId, messageId) => raise(latest, channelId, messageId),
    areAnyHeld: () => held.size > 0,
    of: (channelId) => inbox.seen("discord", channelId),
    hold() {
      write();
      areAllHeld = true;
      released.clear();
    },
    holdOne: (channelId) => void held.add(channelId),
    release(channelId) {
      held.delete(channelId);
      released.add(channelId);
    },
    releaseAll() {
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

function raise(latest: Map<string, string>, channelId: string, messageId: string): void {
  const known = latest.get(channelId);
  if (known === undefined || compareIds(known, messageId) < 0) latest.set(channelId, messageId);
}
