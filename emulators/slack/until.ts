/** Waits for something that a change brings about. */
export function createUntil(signal: AbortSignal) {
  const waiting = new Set<() => void>();
  let isDue = false;
  return {
    /** Lets all who wait look again, once for all changes of one turn. */
    changed: (): void => {
      if (isDue || waiting.size === 0) return;
      isDue = true;
      setImmediate(() => {
        isDue = false;
        for (const look of waiting) look();
      });
    },
    until: async <T>(find: () => T | undefined | null | false, timeoutMs = 5000): Promise<T> => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const look = lookWith(find, { resolve, reject });
      const fail = (why: string) => (): void => reject(new Error(`What was waited for did not come: ${why}`));
      const timer = setTimeout(fail(`${timeoutMs} ms are over`), timeoutMs);
      const stop = fail("the emulator was closed");
      signal.addEventListener("abort", stop, { once: true });
      waiting.add(look);
      look();
      try {
        return await promise;
      } finally {
        waiting.delete(look);
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

const lookWith =
  <T>(
    find: () => T | undefined | null | false,
    { resolve, reject }: { resolve: (found: T) => void; reject: (error: unknown) => void },
  ) =>
  (): void => {
    try {
      const found = find();
      if (found !== undefined && found !== null && found !== false) resolve(found);
    } catch (error) {
      reject(error);
    }
  };
