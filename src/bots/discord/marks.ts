import type { Inbox } from "../inbox.ts";
import { compareIds } from "./snowflake.ts";

/** How often marks are written down: what is lost in a kill is read once more. */
const WRITE_MS = 1_000;

/** Names one gap, so that nobody closes another by mistake. */
export type Gap = number;

/** The last message of each channel that was seen, written down a while later. */
export interface Marks extends Disposable {
  saw(channelId: string, messageId: string): void;
  /** The mark that is written down. */
  of(channelId: string): string | undefined;
  /** From now on nothing more is written down until the gap is closed that may lie before what is seen from here on. */
  hold(): void;
  /** The same for one channel. */
  holdOne(channelId: string): void;
  /** Whether a single channel is held. */
  areAnyHeld(): boolean;
  /** The last gap. */
  gap(): Gap;
  /** The gap is closed in one channel, or in all those left; nothing where there has been another since. */
  close(gap: Gap, channelId?: string): void;
}

/** Marks in the inbox. */
export function createMarks(inbox: Pick<Inbox, "see" | "seen">): Marks {
  const latest = new Map<string, string>();
  const held = new Set<string>();
  const closed = new Set<string>();
  let gap: Gap = 0;
  let isOpen = false;
  const write = () => {
    for (const [channelId, messageId] of latest) {
      if (held.has(channelId) || (isOpen && !closed.has(channelId))) continue;
      if (!isSeen(inbox, channelId, messageId)) return;
      latest.delete(channelId);
    }
  };
  const timer = setInterval(write, WRITE_MS).unref();
  return {
    saw: (channelId, messageId) => raise(latest, channelId, messageId),
    of: (channelId) => inbox.seen("discord", channelId),
    hold() {
      write();
      gap++;
      isOpen = true;
      closed.clear();
    },
    holdOne: (channelId) => void held.add(channelId),
    areAnyHeld: () => held.size > 0,
    gap: () => gap,
    close(of, channelId) {
      if (of !== gap) return;
      if (channelId === undefined) isOpen = false;
      else held.delete(channelId);
      if (channelId !== undefined) closed.add(channelId);
      write();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      write();
    },
  };
}

/** A full disk must not end the process: a mark that cannot be written down now is so later, or its messages are read once more. */
function isSeen(inbox: Pick<Inbox, "see">, channelId: string, messageId: string): boolean {
  try {
    inbox.see("discord", channelId, messageId);
    return true;
  } catch {
    return false;
  }
}

function raise(latest: Map<string, string>, channelId: string, messageId: string): void {
  const known = latest.get(channelId);
  if (known === undefined || compareIds(known, messageId) < 0) latest.set(channelId, messageId);
}
