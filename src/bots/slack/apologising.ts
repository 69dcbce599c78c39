import type { SlackInteractionTools } from "./interaction-tools.ts";

const BROKEN = "That did not work; the log says why. Please try it again.";

/** Does something; what goes wrong is logged, and said to the person in a sentence. */
export async function apologising(
  { log, signal }: Pick<SlackInteractionTools, "log" | "signal">,
  { kind, tell }: { readonly kind: string; readonly tell: (sentence: string) => Promise<void> },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal.aborted) return;
    log.error({ err: error, kind }, "What somebody did on Slack could not be answered");
    await tell(BROKEN).catch((untold: unknown) => log.warn({ err: untold, kind }, "Nor could that be said"));
  }
}
