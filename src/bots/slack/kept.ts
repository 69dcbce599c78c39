import type { Inbox } from "../inbox.ts";
import type { Asked } from "../platform.ts";
import { timeOf, isTs } from "./ids.ts";
import { isObject } from "./read.ts";

/** Under which the inbox keeps the ids of messages in which something was asked. */
const KEY = "asked";
/** The newest of them, of the last days: they are looked at again after a stop. */
const MOST = 500;
const KEPT_MS = 14 * 24 * 60 * 60_000;

/** A message in which something was asked. `seenAt`: when it was read last, in milliseconds; `team` and `author`: for the day that they are forgotten. */
export interface KeptMessage {
  readonly team?: string;
  readonly author?: string;
  readonly channel: string;
  readonly thread: string;
  readonly ts: string;
  readonly seenAt: number;
}

/** Which messages Hearth keeps words of, so that their edits and deletions can be followed even where it was not there to see them. */
export interface Kept extends Disposable {
  add(asked: Asked): void;
  in(channel: string): readonly KeptMessage[];
  /** Forgets those of a workspace, or of a channel or a person there. Throws where that cannot be written. */
  forget(of: Parameters<Inbox["forget"]>[0]): void;
}

/** Ids in the inbox, written down a while later. */
export function createKept(inbox: Pick<Inbox, "note" | "noted">): Kept {
  let messages = read(inbox.noted("slack", KEY));
  let isWritten = true;
  const put = () => {
    messages = messages.filter(({ ts }) => Date.now() - timeOf(ts) < KEPT_MS).slice(-MOST);
    inbox.note("slack", KEY, JSON.stringify(messages));
    isWritten = true;
  };
  const write = () => {
    if (isWritten) return;
    try {
      put();
    } catch {
      // The disk is full, say: it is tried again with what comes next.
    }
  };
  const timer = setInterval(write, 1_000).unref();
  return {
    add({ message: { id: ts, conversation, author } }) {
      const { space: team, channel, thread = ts } = conversation;
      if (!isTs(ts) || messages.some((one) => one.ts === ts && one.channel === channel)) return;
      messages.push({ team, author: author.id, channel, thread, ts, seenAt: Date.now() });
      isWritten = false;
    },
    forget(of) {
      const left = messages.filter((one) => !isMeant(one, of));
      if (left.length === messages.length) return;
      messages = left;
      put();
    },
    in: (channel) => messages.filter((one) => one.channel === channel),
    [Symbol.dispose]() {
      clearInterval(timer);
      write();
    },
  };
}

/** What was noted before it was known whose it is counts as anybody's. Pure. */
function isMeant(
  message: KeptMessage,
  { space, channel, askerId, since = "" }: Parameters<Kept["forget"]>[0],
): boolean {
  const isSame = (given: string | undefined, meant: string | undefined) =>
    given === undefined || meant === undefined || given === meant;
  const isThere = isSame(message.team, space) && isSame(message.channel, channel);
  return isThere && isSame(message.author, askerId) && !(timeOf(message.ts) < Date.parse(since));
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
