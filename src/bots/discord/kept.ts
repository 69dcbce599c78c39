import type { Inbox } from "../inbox.ts";
import type { Asked, Desk } from "../platform.ts";
import type { DiscordApi } from "./api.ts";
import { channelOf, conversationOf, plainText } from "./from-discord.ts";
import type { DiscordMessage } from "./message.ts";
import type { Places } from "./places.ts";
import { refusalOf } from "./refusal.ts";
import { compareIds, isSnowflake, timeOf } from "./snowflake.ts";

/** Under which the inbox keeps the ids of messages in which something was asked. */
const KEY = "asked";
/** The newest of them, of the last days: they are looked at again after a stop. */
const MOST = 500;
const KEPT_MS = 14 * 24 * 60 * 60_000;
/** Pages of a hundred messages that are read of one channel. */
const PAGES = 5;

/** A message in which something was asked, and its place, which may be gone when it is looked for. */
interface KeptMessage {
  readonly space: string;
  readonly channelId: string;
  readonly parentId?: string;
  readonly id: string;
}

/** Which messages Hearth keeps words of, so that their edits and deletions can be followed even where it was not there to see them. */
export interface Kept extends Disposable {
  add(asked: Asked): void;
  all(): readonly KeptMessage[];
}

/** Ids in the inbox, written down a while later. */
export function createKept(inbox: Pick<Inbox, "note" | "noted">): Kept {
  let messages = read(inbox.noted("discord", KEY));
  let isWritten = true;
  const write = () => {
    if (isWritten) return;
    messages = messages.filter(({ id }) => Date.now() - timeOf(id) < KEPT_MS).slice(-MOST);
    isWritten = isNoted(inbox, messages);
  };
  const timer = setInterval(write, 1_000).unref();
  return {
    add({ message: { id, conversation } }) {
      if (messages.some((message) => message.id === id)) return;
      const { space, channel, thread } = conversation;
      messages.push({
        space,
        channelId: channelOf(conversation),
        ...(thread !== undefined && { parentId: channel }),
        id,
      });
      isWritten = false;
    },
    all: () => messages,
    [Symbol.dispose]() {
      clearInterval(timer);
      write();
    },
  };
}

/** A full disk must not end the process: it is tried again. */
function isNoted(inbox: Pick<Inbox, "note">, messages: readonly KeptMessage[]): boolean {
  try {
    inbox.note("discord", KEY, JSON.stringify(messages));
    return true;
  } catch {
    return false;
  }
}

function read(noted: string | undefined): KeptMessage[] {
  const listed: unknown = JSON.parse(noted ?? "[]");
  return Array.isArray(listed) ? listed.filter(isKept) : [];
}

function isKept(value: unknown): value is KeptMessage {
  return (
    typeof value === "object" &&
    value !== null &&
    "space" in value &&
    typeof value.space === "string" &&
    "channelId" in value &&
    isSnowflake(value.channelId) &&
    "id" in value &&
    isSnowflake(value.id) &&
    (!("parentId" in value) || isSnowflake(value.parentId))
  );
}

/**
 * Follows edits since an instant, and deletions, of messages in which something was asked: their channels are read again from the first
 * of them, page by page, and what is not there is gone. What lies beyond the last page, and older messages, are not looked after.
 */
export async function reviseKept(
  kept: readonly KeptMessage[],
  of: { readonly api: DiscordApi; readonly desk: Desk; readonly places: Places; readonly since: number },
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const channels = Map.groupBy(kept, ({ channelId }) => channelId);
  for (const [channelId, messages] of channels) {
    signal.throwIfAborted();
    const [first] = messages;
    if (!first) continue;
    const ids = messages.map(({ id }) => id);
    const now = await readAgain(of.api, { channelId, ids }, signal);
    const conversation = conversationOf({ ...first, isJoined: false });
    const gone = [...now].flatMap(([id, message]) => (message ? [] : [id]));
    if (gone.length > 0) of.desk.revised({ conversation, ids: gone });
    for (const message of now.values()) {
      if (message?.editedAt === undefined || Date.parse(message.editedAt) < of.since) continue;
      of.desk.revised({ conversation, ids: [message.id], text: plainText(message, of.places.around(first.space)) });
    }
  }
}

/** What became of messages: as they are now, or undefined where they are gone. Those of which nothing is known are left out. */
async function readAgain(
  api: DiscordApi,
  { channelId, ids }: { readonly channelId: string; readonly ids: readonly string[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DiscordMessage | undefined>> {
  const found = new Map<string, DiscordMessage | undefined>();
  let left = ids.toSorted(compareIds);
  for (let page = 0; page < PAGES; page++) {
    const [first] = left;
    if (first === undefined) break;
    const messages = await api.after(channelId, String(BigInt(first) - 1n), { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      return refusalOf(error);
    });
    // With a channel its messages are deleted.
    if (messages === "gone") return new Map(ids.map((id) => [id, undefined]));
    if (typeof messages === "string") break;
    // An empty page may also mean that Hearth may no longer read there.
    if (!messages || messages.length === 0) break;
    const last = messages.length < 100 ? undefined : messages.at(-1)?.id;
    const there = new Map(messages.map((message) => [message.id, message]));
    const covered = left.filter((id) => last === undefined || compareIds(id, last) <= 0);
    for (const id of covered) found.set(id, there.get(id));
    left = left.slice(covered.length);
  }
  return found;
}
