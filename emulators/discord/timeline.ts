import type { Message } from "./model.ts";
import { byAge } from "./snowflake.ts";

/** A channel's messages, oldest first; the oldest go when there are more than the cap. */
export interface Timeline {
  readonly size: number;
  get(id: string): Message | undefined;
  add(message: Message): void;
  delete(id: string): boolean;
  /** All, oldest first. */
  all(): readonly Message[];
  /** Newest first, as the API gives them. */
  page(window: Window): readonly Message[];
}

/** Which part of a history is asked for; at most one of the three ids. */
export interface Window {
  readonly limit: number;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly around?: string | undefined;
}

/** Keeps messages in the order of their ids. */
export function createTimeline(cap: number): Timeline {
  const order: Message[] = [];
  const known = new Map<string, Message>();
  const trim = () => {
    // In batches, so that a full channel does not move its whole list for each message.
    if (order.length <= cap + Math.ceil(cap / 10)) return;
    for (const gone of order.splice(0, order.length - cap)) known.delete(gone.id);
  };
  return {
    get size() {
      return order.length;
    },
    get: (id) => known.get(id),
    add(message) {
      known.set(message.id, message);
      const last = order.at(-1);
      if (last === undefined || byAge(last.id, message.id) < 0) order.push(message);
      else order.splice(position(order, message.id), 0, message);
      trim();
    },
    delete(id) {
      if (!known.delete(id)) return false;
      order.splice(position(order, id), 1);
      return true;
    },
    all: () => order,
    page: (window) => page(order, window),
  };
}

/** Where the id stands, or where it would stand. */
function position(order: readonly Message[], id: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = order[middle];
    if (one !== undefined && byAge(one.id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function page(order: readonly Message[], { limit, before, after, around }: Window): readonly Message[] {
  if (after !== undefined) {
    const at = position(order, after);
    const from = order[at]?.id === after ? at + 1 : at;
    return order.slice(from, from + limit).toReversed();
  }
  if (around !== undefined) {
    const at = position(order, around);
    const half = Math.floor(limit / 2);
    return order.slice(Math.max(0, at - half), at - half + limit).toReversed();
  }
  const end = before === undefined ? order.length : position(order, before);
  return order.slice(Math.max(0, end - limit), end).toReversed();
}
