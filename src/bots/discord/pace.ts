import { setTimeout as delay } from "node:timers/promises";

/** Between two edits of one message: more often, Discord makes the next ones wait. */
const EVERY_MS = 1_200;

/** Shows states one after another, each a while after the one before; of those that wait, the newest. */
export interface Pace<State> {
  /** Shows a state as soon as may be. Never throws, and does not wait. */
  show(state: State): void;
  /** Drops what waits, and does work after what runs has ended and the time between has passed. Nothing is shown any more. */
  last<Result>(work: () => Promise<Result>, options: { readonly signal: AbortSignal }): Promise<Result>;
}

/** `send` may reject: `failed` is told, and the next state is tried. The time between counts from the end of one to the next. */
export function createPace<State>(options: {
  readonly send: (state: State) => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly everyMs?: number;
}): Pace<State> {
  const { send, failed, everyMs = EVERY_MS } = options;
  const over = new AbortController();
  let waiting: { readonly state: State } | undefined;
  let running: Promise<void> | undefined;
  let nextAt = 0;

  async function run(): Promise<void> {
    while (waiting) {
      await pause(nextAt, over.signal);
      if (over.signal.aborted) return;
      const { state } = waiting;
      waiting = undefined;
      await send(state).catch(failed);
      nextAt = performance.now() + everyMs;
    }
    running = undefined;
  }

  return {
    show(state) {
      if (over.signal.aborted) return;
      waiting = { state };
      running ??= run();
    },
    async last(work, { signal }) {
      over.abort();
      await running;
      await pause(nextAt, signal);
      signal.throwIfAborted();
      const result = await work();
      nextAt = performance.now() + everyMs;
      return result;
    },
  };
}

async function pause(until: number, signal: AbortSignal): Promise<void> {
  const left = until - performance.now();
  if (left > 0) await delay(Math.ceil(left), undefined, { signal }).catch(() => {});
}
