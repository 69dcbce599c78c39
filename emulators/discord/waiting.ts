/** Lets tests wait for what they expect, without looking at the clock. */
export interface Waiting {
  readonly changed: () => void;
  readonly until: <T>(predicate: () => T | undefined | null | false, timeoutMs?: number) => Promise<T>;
  end(): void;
}

interface Waiter {
  readonly look: () => void;
  readonly give: (error: Error) => void;
}

/** Looks again after changes: once for all that happen in one turn of the loop. */
export function createWaiting(): Waiting {
  const waiters = new Set<Waiter>();
  let isPlanned = false;
  const look = () => {
    isPlanned = false;
    for (const one of waiters) one.look();
  };
  return {
    changed() {
      if (isPlanned || waiters.size === 0) return;
      isPlanned = true;
      setImmediate(look);
    },
    async until<T>(predicate: () => T | undefined | null | false, timeoutMs = 5000): Promise<T> {
      const settled = Promise.withResolvers<{ readonly found: T }>();
      const attempt = () => {
        try {
          const found = predicate();
          if (found !== undefined && found !== null && found !== false) settled.resolve({ found });
        } catch (error) {
          settled.reject(error);
        }
      };
      const waiter = { look: attempt, give: settled.reject };
      const timer = setTimeout(() => settled.reject(new Error(`Nothing like that within ${timeoutMs} ms`)), timeoutMs);
      waiters.add(waiter);
      attempt();
      try {
        return (await settled.promise).found;
      } finally {
        clearTimeout(timer);
        waiters.delete(waiter);
      }
    },
    end() {
      for (const one of waiters) one.give(new Error("The emulator was closed"));
    },
  };
}
