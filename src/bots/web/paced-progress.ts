import type { Progress } from "../../brain/brain.ts";

/** Between two states of a text that is being written: as often as an eye can follow. */
const PACE_MS = 100;

type WritingProgress = Extract<Progress, { kind: "writing" }>;

/**
 * Passes progress on at once, but of a text that is being written only the latest state, at most ten times a second. Disposing of it
 * drops what waits, since what ends the writing says all of it.
 */
export function pacedProgress(
  send: (progress: Progress) => void,
): Disposable & { readonly tell: (progress: Progress) => void } {
  let waiting: WritingProgress | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pass = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!waiting) return;
    send(waiting);
    waiting = undefined;
    timer = setTimeout(pass, PACE_MS);
  };
  return {
    tell(progress) {
      if (progress.kind !== "writing") {
        pass();
        send(progress);
      } else {
        waiting = progress;
        if (!timer) pass();
      }
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
