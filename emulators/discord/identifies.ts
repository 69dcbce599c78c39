import { now } from "./transcript.ts";

/** Counts IDENTIFYs: one per five seconds, so many a day. */
export interface Identifies {
  /** "fast": within the spacing of the one before. "spent": beyond the day's limit, which resets the token. */
  readonly total: number;
  take(): "ok" | "fast" | "spent";
  readonly left: () => { readonly remaining: number; readonly resetAfter: number };
}

const DAY = 24 * 3600 * 1000;

/** Keeps the times of the last day. */
export function createIdentifies(options: {
  readonly identifiesPerDay: number;
  readonly identifySpacingMs: number;
}): Identifies {
  const times: number[] = [];
  let last = -Infinity;
  const sweep = () => {
    while ((times[0] ?? Infinity) < now() - DAY) times.shift();
  };
  return {
    total: options.identifiesPerDay,
    take() {
      sweep();
      const isFast = now() - last < options.identifySpacingMs;
      last = now();
      if (times.length >= options.identifiesPerDay) return "spent";
      times.push(last);
      return isFast ? "fast" : "ok";
    },
    left() {
      sweep();
      const resetAfter = Math.max(0, Math.round((times[0] ?? now() - DAY) + DAY - now()));
      return { remaining: Math.max(0, options.identifiesPerDay - times.length), resetAfter };
    },
  };
}
