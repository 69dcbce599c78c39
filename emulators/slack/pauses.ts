/** Pauses that all end at once when the emulator closes. */
export interface Pauses {
  /** False where everything closed before the pause was over. */
  pause(ms: number): Promise<boolean>;
}

/** One listener for all: a signal that thousands listen to takes long to leave. */
export function createPauses(signal: AbortSignal): Pauses {
  const stops = new Set<() => void>();
  signal.addEventListener("abort", () => {
    for (const stop of stops) stop();
  });
  return {
    async pause(ms) {
      if (signal.aborted) return false;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const stop = (): void => resolve(false);
      const timer = setTimeout(() => resolve(true), ms);
      stops.add(stop);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        stops.delete(stop);
      }
    },
  };
}
