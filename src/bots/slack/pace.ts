import { setTimeout as delay } from "node:timers/promises";

/** Shows states one after another, each a while after the one before; of those that wait, the newest. */
export interface Pace<State> {
  /** Shows a state as soon as may be. Never throws, and does not wait. */
  show(state: State): void;
  /** Drops what waits, and does work after what runs has ended. Nothing is shown any more. */
  last<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** `send` gives how long the next has to wait, and may reject: `failed` is told, and the next state is tried. */
export function createPace<State>(options: {
  readonly send: (state: State) => Promise<number>;
  readonly failed: (error: unknown) => void;
  readonly signal: AbortSignal;
}): Pace<State> {
  const { send, failed } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, options.signal]);
  let waiting: { readonly state: State } | undefined;
  let running: Promise<void> | undefined;
  let nextAt = 0;

  async function run(): Promise<void> {
    while (waiting) {
      await pause(nextAt, signal);
      if (signal.aborted) return;
      const { state } = waiting;
      waiting = undefined;
      const wait = await send(state).catch((error: unknown) => {
        failed(error);
        return AFTER_FAILURE_MS;
      });
      nextAt = performance.now() + wait;
    }
    running = undefined;
  }

  return {
    show(state) {
      if (signal.aborted) return;
      waiting = { state };
      running ??= run();
    },
    async last(work) {
      over.abort();
      await running;
      return work();
    },
  };
}

const AFTER_FAILURE_MS = 2_600;

async function pause(until: number, signal: AbortSignal): Promise<void> {
  const left = until - performance.now();
  if (left > 0) await delay(Math.ceil(left), undefined, { signal, ref: false }).catch(() => {});
}
