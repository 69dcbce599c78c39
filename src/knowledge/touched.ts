/** Paths that were touched, for whoever reads them, and waits for more. */
export interface Touched {
  add(absolutePaths: readonly string[]): void;
  /** What was added since the last time. */
  take(): ReadonlySet<string>;
  readonly isEmpty: () => boolean;
  /** Whether more is touched within the time; at once "no" after `hurry`, until `begin`. */
  more(milliseconds: number): Promise<boolean>;
  hurry(): void;
  begin(): void;
}

export function createTouched(): Touched {
  let paths = new Set<string>();
  let isHurried = false;
  let wake = () => {};
  return {
    add: (absolutePaths) => {
      for (const path of absolutePaths) paths.add(path);
      if (absolutePaths.length > 0) wake();
    },
    take: () => {
      const taken = paths;
      paths = new Set();
      return taken;
    },
    isEmpty: () => paths.size === 0,
    more: async (milliseconds) => {
      if (paths.size === 0 && !isHurried) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, milliseconds);
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
      return paths.size > 0 && !isHurried;
    },
    hurry: () => {
      isHurried = true;
      wake();
    },
    begin: () => {
      isHurried = false;
    },
  };
}
