import type { Inbox } from "../inbox.ts";
import { isDirect } from "./ids.ts";

/** A thread that Hearth takes part in. */
export interface Joined {
  readonly team: string;
  readonly channel: string;
  readonly thread: string;
}

/** Threads that Hearth was asked in: there it is asked without a mention. */
export interface Places {
  isJoined(channel: string, thread: string | undefined): boolean;
  join(place: Joined): void;
  leave(of: { readonly team: string; readonly channel?: string }): void;
  /** A channel got another id, as some do when they are shared. */
  move(team: string, ids: { readonly from: string; readonly to: string }): void;
  /** Newest first. */
  joined(): readonly Joined[];
}

/** Places that are kept in the inbox: by a channel's id and the ts of a thread's root. */
export function createPlaces(inbox: Pick<Inbox, "join" | "leave" | "joined">): Places {
  const joined = new Map<string, Joined>();
  for (const { space, channel: key } of inbox.joined("slack")) {
    const [channel, thread] = key.split("/");
    if (channel !== undefined && thread !== undefined) joined.set(key, { team: space, channel, thread });
  }
  const keyOf = (channel: string, thread: string) => `${channel}/${thread}`;
  const join = (place: Joined) => {
    const key = keyOf(place.channel, place.thread);
    if (joined.has(key)) return;
    // Written down first: where that fails, the message comes again and is joined then.
    inbox.join("slack", { space: place.team, channel: key, isDirect: isDirect(place.channel) });
    joined.set(key, place);
  };
  const leave: Places["leave"] = ({ team, channel }) => {
    for (const [key, place] of joined) {
      if (place.team !== team || (channel !== undefined && place.channel !== channel)) continue;
      joined.delete(key);
      inbox.leave("slack", { space: team, channel: key });
    }
  };
  return {
    isJoined: (channel, thread) => thread !== undefined && joined.has(keyOf(channel, thread)),
    join,
    leave,
    move(team, { from, to }) {
      for (const place of joined.values()) if (place.channel === from) join({ ...place, channel: to });
      leave({ team, channel: from });
    },
    joined: () => [...joined.values()].toSorted((one, other) => (one.thread < other.thread ? 1 : -1)),
  };
}
