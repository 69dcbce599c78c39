import type { Log } from "../log.ts";
import type { PassageIndex } from "./passage-index.ts";

/** Upkeep of the index waits until nothing has changed for so long. */
const UPKEEP_MS = 20_000;

/** Upkeep of an index once no sync has ended for a while. */
export function planUpkeep({ index, log }: { readonly index: Pick<PassageIndex, "optimize">; readonly log: Log }) {
  let timer: NodeJS.Timeout | undefined;
  return {
    plan() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        index.optimize().catch((error: unknown) => log.warn({ err: error }, "upkeep of the index failed"));
      }, UPKEEP_MS);
      timer.unref();
    },
    cancel: () => clearTimeout(timer),
  };
}
