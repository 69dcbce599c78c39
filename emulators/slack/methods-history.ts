import { flag, text, ts, whole } from "./checks.ts";
import { method, type Method } from "./method.ts";
import type { Channel, Install, Json, Message } from "./model.ts";
import { cursorAt, tsOfCursor } from "./paging.ts";
import { channelId, cursor } from "./shapes.ts";
import { channelFor, joinedChannel, SlackError, type State } from "./state.ts";
import { messageObject } from "./message-wire.ts";

const SUFFIX: Readonly<Record<Channel["kind"], string>> = {
  public: "channels",
  private: "groups",
  im: "im",
  mpim: "mpim",
};

/** `groups:history` for a private channel, and so on. */
export function scopeFor(
  state: State,
  install: Install,
  { channel, right }: { channel: string; right: "history" | "read" },
): string {
  return `${SUFFIX[channelFor(state, install, channel).kind]}:${right}`;
}

/** A time that bounds a page: a ts, or seconds. */
const bound = (error: string) => text({ form: /^\d{1,10}(?:\.\d{1,6})?$/, error });

const SCOPES = ["channels:history", "groups:history", "im:history", "mpim:history"];

const windowed = {
  cursor,
  include_all_metadata: flag,
  inclusive: flag,
  latest: bound("invalid_ts_latest"),
  limit: whole(1, 999, "invalid_limit"),
  oldest: bound("invalid_ts_oldest"),
} as const;

interface Window {
  readonly latest?: string | undefined;
  readonly oldest?: string | undefined;
  readonly inclusive?: boolean | undefined;
}

const padded = (given: string): string => {
  const [seconds = "", micro = ""] = given.split(".");
  return `${seconds.padStart(10, "0")}.${micro.padEnd(6, "0")}`;
};

function within({ ts: at }: Message, { latest, oldest, inclusive = false }: Window): boolean {
  if (latest !== undefined && (inclusive ? at > padded(latest) : at >= padded(latest))) return false;
  return oldest === undefined || (inclusive ? at >= padded(oldest) : at > padded(oldest));
}

const history = method("conversations.history", {
  tier: "tier3",
  scopes: SCOPES,
  needs: ({ state, install, args }) => scopeFor(state, install, { channel: args.channel, right: "history" }),
  required: { channel: channelId },
  optional: windowed,
  answer({ state, install, args }): Json {
    const channel = joinedChannel(state, install, args.channel);
    const limit = args.limit ?? 100;
    const before = args.cursor === undefined || args.cursor === "" ? undefined : tsOfCursor(args.cursor);
    const found: Message[] = [];
    const all = channel.timeline.all();
    // From the newest back, and no further than one more than the page holds.
    for (let i = all.length - 1; i >= 0 && found.length <= limit; i -= 1) {
      const one = all[i];
      if (one === undefined || (before !== undefined && one.ts >= before)) continue;
      if (args.oldest !== undefined && one.ts < padded(args.oldest)) break;
      if ((one.threadTs === undefined || one.broadcast) && within(one, args)) found.push(one);
    }
    const hasMore = found.length > limit;
    const messages = found.slice(0, limit);
    return {
      messages: messages.map((one) =>
        messageObject(state, one, channel, { metadata: args.include_all_metadata ?? false }),
      ),
      has_more: hasMore,
      pin_count: 0,
      ...(hasMore ? { response_metadata: { next_cursor: cursorAt(messages.at(-1)?.ts ?? "") } } : {}),
    };
  },
});

const replies = method("conversations.replies", {
  tier: "tier3",
  scopes: SCOPES,
  needs: ({ state, install, args }) => scopeFor(state, install, { channel: args.channel, right: "history" }),
  required: { channel: channelId, ts: ts("thread_not_found") },
  optional: { ...windowed, limit: whole(1, 1000, "invalid_limit") },
  answer({ state, install, args }): Json {
    const channel = joinedChannel(state, install, args.channel);
    const named = channel.timeline.get(args.ts);
    if (named === undefined) throw new SlackError("thread_not_found");
    const root = channel.timeline.get(named.threadTs ?? named.ts);
    const limit = args.limit ?? 1000;
    const after = args.cursor === undefined || args.cursor === "" ? "" : tsOfCursor(args.cursor);
    const thread = channel.timeline
      .replies(root?.ts ?? named.threadTs ?? "")
      .filter((one) => one.ts > after && within(one, args));
    const messages = thread.slice(0, limit);
    const hasMore = thread.length > limit;
    const shown = root === undefined ? messages : [root, ...messages];
    return {
      messages: shown.map((one) =>
        messageObject(state, one, channel, { metadata: args.include_all_metadata ?? false }),
      ),
      has_more: hasMore,
      ...(hasMore ? { response_metadata: { next_cursor: cursorAt(messages.at(-1)?.ts ?? "") } } : {}),
    };
  },
});

/** What was said. */
export const historyMethods: readonly Method[] = [history, replies];
