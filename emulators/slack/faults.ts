/**
 * What happens to one call instead of its answer: Slack's error, an HTTP status, a 429, no answer at all, or a connection that is cut,
 * with or without the effect. "pass" lets it through.
 */
export type Fault =
  | number
  | { readonly error: string }
  | { readonly retryAfter: number }
  | { readonly delayMs: number }
  | "pass"
  | "timeout"
  | "reset"
  | "commit-then-reset"
  | "garbled";

/** Which calls meet which faults, one after the other. */
export interface FaultPlan {
  /** `chat.postMessage`; every method where it is left out. */
  readonly method?: string;
  readonly sequence: readonly Fault[];
}

/** A plan at work. */
export interface RunningFaults {
  /** How many of the sequence are still to come. */
  readonly left: number;
  stop(): void;
}

/** The faults that tests have asked for. */
export interface Faults {
  readonly plan: (plan: FaultPlan) => RunningFaults;
  next(method: string): Fault;
}

/** Keeps the plans; the oldest that fits a call is used. */
export function createFaults(): Faults {
  const plans = new Set<{ readonly plan: FaultPlan; readonly left: Fault[] }>();
  return {
    plan: (plan) => {
      const running = { plan, left: [...plan.sequence] };
      plans.add(running);
      return {
        get left() {
          return running.left.length;
        },
        stop: () => void plans.delete(running),
      };
    },
    next(method) {
      for (const running of plans) {
        if (running.plan.method !== undefined && running.plan.method !== method) continue;
        const fault = running.left.shift();
        if (running.left.length === 0) plans.delete(running);
        if (fault !== undefined) return fault;
      }
      return "pass";
    },
  };
}
