import { setTimeout as delay } from "node:timers/promises";
import { createDurations, createLine, tellPlaces, type Waiting } from "./queue-line.ts";

/** Who waits, and where: `conversation` names one place, in which one question is answered after the other. */
export interface Ticket {
  readonly job: string;
  readonly person: string;
  readonly conversation: string;
}

/** A place in line: how many come before, and in about how many seconds it begins. */
export interface Place {
  readonly ahead: number;
  readonly seconds: number;
}

/** Nobody more may wait: this person, or nobody at all. `seconds`: about until it is otherwise. */
export interface Refused {
  readonly why: "person" | "all";
  readonly seconds: number;
}

/** It may not reject. `signal` comes when it is cancelled and when the queue closes, `closing` only then. */
export type Work = (options: { readonly signal: AbortSignal; readonly closing: AbortSignal }) => Promise<void>;

/** The edge's queue of questions, fair to people and in order in each conversation. Disposing of it ends what runs. */
export interface Queue extends AsyncDisposable {
  /**
   * Does the work when its turn comes; undefined where it may wait. `onPlace` is told its place whenever that changes while it waits.
   * `always`: it waits however many do.
   */
  add(
    ticket: Ticket,
    work: Work,
    options?: { readonly onPlace?: (place: Place) => void; readonly always?: boolean },
  ): Refused | undefined;
  /** Takes a waiting question out, or ends the work on one that runs, with the reason; undefined where there is neither. */
  cancel(job: string, reason?: unknown): "waiting" | "running" | undefined;
  stateOf(job: string): "waiting" | "running" | undefined;
  waiting(): number;
}

/** How the queue is kept, where not as usual. */
export interface QueueOptions {
  readonly atOnce?: number;
  readonly mostPerPerson?: number;
  readonly mostWaiting?: number;
  /** How long what runs may go on once the queue is disposed of. */
  readonly graceMs?: number;
  /** Milliseconds; runs evenly. */
  readonly now?: () => number;
}

/** Why work is ended when the queue closes: what it worked on is to be taken up again. */
export class Closing extends Error {
  override readonly name = "Closing";
}

interface Running extends Ticket {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** A queue in memory. What it holds stands in the inbox too. */
export function createQueue(options: QueueOptions = {}): Queue {
  const { mostPerPerson = 2, mostWaiting = 256, graceMs = 5_000 } = options;
  const line = createLine();
  const { running, durations, isFree, hasRoom, advance, close, end } = createRunner(line, options);
  const refused = (ticket: Ticket): Refused | undefined => {
    if (hasRoom() && isFree(ticket)) return undefined;
    const waiting = line.all();
    const own = waiting.filter(({ person }) => person === ticket.person).length;
    if (waiting.length >= mostWaiting) return { why: "all", seconds: durations.median() };
    return own >= mostPerPerson ? { why: "person", seconds: own * durations.median() } : undefined;
  };
  return {
    add(ticket, work, { onPlace, always = false } = {}) {
      const refusal = always ? undefined : refused(ticket);
      if (refusal) return refusal;
      line.join({ ...ticket, work, onPlace, told: "" });
      advance();
      return undefined;
    },
    cancel(job, reason) {
      if (line.leave(job)) {
        advance();
        return "waiting";
      }
      running.get(job)?.stop.abort(reason);
      return running.has(job) ? "running" : undefined;
    },
    stateOf: (job) => (running.has(job) ? "running" : line.has(job) ? "waiting" : undefined),
    waiting: () => line.all().length,
    async [Symbol.asyncDispose]() {
      close();
      const ends = Promise.all(running.values().map(({ ended }) => ended));
      const over = new AbortController();
      await Promise.race([ends, delay(graceMs, undefined, { signal: over.signal }).catch(() => {})]);
      over.abort();
      end();
      await ends;
    },
  };
}

/** Begins what may be begun, whenever something ends. */
function createRunner(
  line: ReturnType<typeof createLine>,
  { atOnce = 8, now = () => performance.now() }: QueueOptions,
) {
  const running = new Map<string, Running>();
  const durations = createDurations();
  const closing = new AbortController();
  let isOpen = true;
  const isFree = ({ conversation }: Ticket) => running.values().every((one) => one.conversation !== conversation);
  const hasRoom = () => isOpen && running.size < atOnce;
  const start = ({ job, person, conversation, work }: Waiting) => {
    const stop = new AbortController();
    const begun = now();
    const ended = work({ signal: AbortSignal.any([stop.signal, closing.signal]), closing: closing.signal }).finally(
      () => {
        running.delete(job);
        // How long it takes to be stopped says nothing of answers.
        if (!stop.signal.aborted) durations.add((now() - begun) / 1_000);
        advance();
      },
    );
    running.set(job, { job, person, conversation, stop, ended });
  };
  const advance = () => {
    for (let next = hasRoom() ? line.take(isFree) : undefined; next; next = hasRoom() ? line.take(isFree) : undefined) {
      start(next);
    }
    tellPlaces(line.all(), { running: [...running.values()], atOnce, median: durations.median() });
  };
  const close = () => (isOpen = false);
  const end = () => closing.abort(new Closing("Hearth is closing"));
  return { running, durations, isFree, hasRoom, advance, close, end };
}
