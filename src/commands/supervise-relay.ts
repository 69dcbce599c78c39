import { supervise, type ProcessPlan } from "../supervise.ts";

/** The relay, kept running until it is stopped. */
interface SupervisedRelay {
  /** Stops it, after the core: what the core says last still has to pass. */
  stop(): Promise<"stopped" | "failed">;
}

/** Keeps the relay running, where there is one. `onEnd` is told when it ends before it is stopped, as it then cannot start. */
export function superviseRelay(
  plan: ProcessPlan | undefined,
  { onRestart, onEnd }: { readonly onRestart: (sentence: string) => void; readonly onEnd: () => void },
): SupervisedRelay {
  if (!plan) return { stop: async () => "stopped" };
  const ending = new AbortController();
  const running = supervise(plan, { signal: ending.signal, onRestart }).then(
    () => "stopped" as const,
    () => {
      onEnd();
      return "failed" as const;
    },
  );
  return {
    stop() {
      ending.abort();
      return running;
    },
  };
}
