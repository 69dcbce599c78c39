/**
 * What happens to one request instead of an answer: an HTTP status, a 429, no answer at all, or a connection that is cut, with or without
 * the effect. "pass" lets it through.
 */
export type Fault =
  | number
  | { readonly retryAfter: number; readonly scope?: "user" | "shared" | "global" }
  | { readonly delayMs: number }
  | "pass"
  | "timeout"
  | "reset"
  | "commit-then-reset";

/** Which requests meet which faults, one after the other. */
export interface FaultPlan {
  readonly method?: string;
  /** Against the path without its version, such as `/channels/1/messages`. */
  readonly path?: RegExp | string;
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
  readonly next: (method: string, path: string) => Fault;
}

/** Keeps the plans; the oldest that fits a request is used. */
export function createFaults(): Faults {
  const plans = new Set<{ readonly plan: FaultPlan; readonly left: Fault[] }>();
  return {
    plan(plan) {
      const running = { plan, left: [...plan.sequence] };
      plans.add(running);
      return {
        get left() {
          return running.left.length;
        },
        stop: () => void plans.delete(running),
      };
    },
    next(method, path) {
      for (const running of plans) {
        if (!fits(running.plan, method, path)) continue;
        const fault = running.left.shift();
        if (running.left.length === 0) plans.delete(running);
        if (fault !== undefined) return fault;
      }
      return "pass";
    },
  };
}

function fits({ method, path }: FaultPlan, givenMethod: string, givenPath: string): boolean {
  if (method !== undefined && method !== givenMethod) return false;
  return path === undefined || (typeof path === "string" ? path === givenPath : path.test(givenPath));
}
