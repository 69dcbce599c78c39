import PQueue from "p-queue";

/** Who asks, where, and how urgent it is. */
export interface Ticket {
  readonly person: string;
  readonly place: string;
  readonly urgency: "interactive" | "digest" | "upkeep";
}

interface RunOptions {
  readonly signal: AbortSignal;
  readonly onPlace?: ((place: { readonly ahead: number; readonly seconds: number }) => void) | undefined;
}

/** The model's queue: who is next is decided by fairness, not by who asked most. */
export interface ModelQueue {
  /**
   * Does the work when its turn comes. `onPlace` is told how many are before it, and in about how many seconds it begins, whenever
   * that changes while it waits. Rejects with the signal's reason, or with QueueFull.
   */
  run<Result>(ticket: Ticket, work: () => Promise<Result>, options: RunOptions): Promise<Result>;
  /** How many wait. */
  waiting(): number;
  /** Whether nobody waits, and nothing is done. */
  isIdle(): boolean;
  /** How many may work at once, from now on. */
  setParallel(parallel: number): void;
}

/** Nobody more may wait. */
export class QueueFull extends Error {}

const MOST_WAITING = 256;
/** Seconds that an answer takes, until some were seen. */
const FIRST_GUESS = 10;
/** What the newest answer counts in the estimate. */
const NEWEST = 0.3;
const URGENCIES = ["interactive", "digest", "upkeep"] as const;
const URGENCY_STEP = 1e12;
const PERSON_STEP = 1e4;

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996) with one answer as the unit: a person's next question comes after everybody
 * else's first, a channel's next after other channels'; interactive questions come before digests, and digests before upkeep.
 */
export function createModelQueue(): ModelQueue {
  const queue = new PQueue({ concurrency: 1 });
  const line = createLine(queue);
  return {
    waiting: () => line.size(),
    isIdle: () => line.size() === 0 && queue.pending === 0,
    setParallel: (parallel) => (queue.concurrency = parallel),
    async run(ticket, task, { signal, onPlace }) {
      signal.throwIfAborted();
      if (line.size() >= MOST_WAITING) throw new QueueFull("Too many questions wait for the model");
      const place = line.join(ticket, onPlace);
      try {
        const result = queue.add(() => line.work(place, task), { signal, priority: -place.order });
        place.tell();
        return await result;
      } finally {
        line.leave(place);
      }
    },
  };
}

/** A place in line; `tell` says what it is now, unless its turn has come. */
interface Place {
  readonly order: number;
  readonly begin: () => void;
  readonly tell: () => void;
}

/** Who waits in which order, how many are at work, and how long that takes here. */
function createLine(queue: { readonly concurrency: number }) {
  const ordered = createOrder();
  const waiting = new Set<Place>();
  let running = 0;
  let seconds = FIRST_GUESS;
  const tellAll = () => {
    for (const { tell } of waiting) tell();
  };
  return {
    size: () => waiting.size,
    join(ticket: Ticket, onPlace: RunOptions["onPlace"]): Place {
      const tell = () => {
        if (!waiting.has(place)) return;
        const before = [...waiting].filter(({ order }) => order < place.order).length;
        // Those at work are half done, as far as one can know.
        onPlace?.({ ahead: before + running, seconds: ((before + running / 2) * seconds) / queue.concurrency });
      };
      const place: Place = { ...ordered(ticket), tell };
      waiting.add(place);
      return place;
    },
    leave(place: Place): void {
      if (waiting.delete(place)) tellAll();
    },
    async work<Result>(place: Place, task: () => Promise<Result>): Promise<Result> {
      waiting.delete(place);
      place.begin();
      running += 1;
      tellAll();
      const startedAt = performance.now();
      try {
        const result = await task();
        seconds = (1 - NEWEST) * seconds + (NEWEST * (performance.now() - startedAt)) / 1_000;
        return result;
      } finally {
        // The next one begins now, and tells the others.
        running -= 1;
      }
    },
  };
}

/** Gives tickets their order: by urgency, then by how much the person had, then by how much the channel had. */
function createOrder() {
  const persons = createTags();
  const channels = createTags();
  return (ticket: Ticket): Pick<Place, "order" | "begin"> => {
    const person = persons.next(ticket.person);
    const channel = channels.next(ticket.place);
    const urgency = URGENCIES.indexOf(ticket.urgency);
    return {
      order: urgency * URGENCY_STEP + person * PERSON_STEP + Math.min(channel, PERSON_STEP - 1),
      begin: () => {
        persons.begin(person);
        channels.begin(channel);
      },
    };
  };
}

/** Virtual times: of the last that began, and for each key of the last that was asked for. */
function createTags() {
  let now = 0;
  const last = new Map<string, number>();
  return {
    next(key: string): number {
      const tag = Math.max(now, (last.get(key) ?? -1) + 1);
      last.set(key, tag);
      return tag;
    },
    begin(tag: number): void {
      now = Math.max(now, tag);
      // Who asked last before this time is as good as new.
      for (const [key, value] of last) if (value < now) last.delete(key);
    },
  };
}
