import type { Message } from "./model.ts";

/** A channel's messages, oldest first; the oldest go when there are more than the cap. */
export interface Timeline {
  readonly size: number;
  get(ts: string): Message | undefined;
  add(message: Message): void;
  delete(ts: string): boolean;
  /** All, oldest first. */
  all(): readonly Message[];
  /** The replies of a thread, oldest first, without the root. */
  replies(root: string): readonly Message[];
}

/** Keeps messages in the order of their ts. */
export function createTimeline(cap: number): Timeline {
  const order: Message[] = [];
  const known = new Map<string, Message>();
  const threads = new Map<string, Message[]>();
  const forget = (message: Message): void => {
    known.delete(message.ts);
    const thread = threads.get(message.threadTs ?? "");
    const at = thread?.indexOf(message) ?? -1;
    if (at >= 0) thread?.splice(at, 1);
    if (thread?.length === 0) threads.delete(message.threadTs ?? "");
  };
  return {
    get size() {
      return order.length;
    },
    get: (ts) => known.get(ts),
    add(message) {
      known.set(message.ts, message);
      order.push(message);
      const { threadTs } = message;
      if (threadTs !== undefined) {
        const thread = threads.get(threadTs);
        if (thread === undefined) threads.set(threadTs, [message]);
        else thread.push(message);
      }
      // In batches, so that a full channel does not move its whole list for each message.
      if (order.length > cap + Math.ceil(cap / 10))
        for (const gone of order.splice(0, order.length - cap)) forget(gone);
    },
    delete(ts) {
      const message = known.get(ts);
      if (message === undefined) return false;
      forget(message);
      order.splice(position(order, ts), 1);
      return true;
    },
    all: () => order,
    replies: (root) => threads.get(root) ?? [],
  };
}

/** Where a ts stands, or where it would stand. */
function position(order: readonly Message[], ts: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle]?.ts ?? "") < ts) low = middle + 1;
    else high = middle;
  }
  return low;
}
