import type { Inbox } from "../inbox.ts";
import type { Asked } from "../platform.ts";
import { timeOf, isTs } from "./ids.ts";
import { isObject } from "./read.ts";

/** Under which the inbox keeps the ids of messages in which something was asked. */
const KEY = "asked";
/** The newest of them, of the last days: they are looked at again after a stop. */
const MOST = 500;
const KEPT_MS = 14 * 24 * 60 * 60_000;

/** A message in which something was asked. `seenAt`: when it was read last, in milliseconds. */
export interface KeptMessage {
  readonly channel: string;
  readonly thread: string;
  readonly ts: string;
  readonly seenAt: number;
}

/** Which messages Hearth keeps words of, so that their edits and deletions can be followed even where it was not there to see them. */
export interface Kept extends Disposable {
  add(asked: Asked): void;
  in(channel: string): readonly KeptMessage[];
}

/** Ids in the inbox, written down a while later. */
export function createKept(inbox: Pick<Inbox, "note" | "noted">): Kept {
  let messages = read(inbox.noted("slack", KEY));
  let isWritten = true;
  const write = () => {
    if (isWritten) return;
    messages = messages.filter(({ ts }) => Date.now() - timeOf(ts) < KEPT_MS).slice(-MOST);
    try {
      inbox.note("slack", KEY, JSON.stringify(messages));
      isWritten = true;
    } catch {
      // The disk is full, say: it is tried again with what comes next.
    }
  };
  const timer = setInterval(write, 1_000).unref();
  return {
    add({ message: { id: ts, conversation } }) {
      const { channel, thread = ts } = conversation;
      if (!isTs(ts) || messages.some((one) => one.ts === ts && one.channel === channel)) return;
      messages.push({ channel, thread, ts, seenAt: Date.now() });
      isWritten = false;
    },
    in: (channel) => messages.filter((one) => one.channel === channel),
    [Symbol.dispose]() {
      clearInterval(timer);
      write();
    },
  };
}

function read(noted: string | undefined): KeptMessage[] {
  const listed: unknown = JSON.parse(noted ?? "[]");
  return Array.isArray(listed) ? listed.filter(isKept) : [];
}

function isKept(value: unknown): value is KeptMessage {
  return (
    isObject(value) &&
    typeof value["channel"] === "string" &&
    isTs(value["thread"]) &&
    isTs(value["ts"]) &&
    typeof value["seenAt"] === "number"
  );
}
