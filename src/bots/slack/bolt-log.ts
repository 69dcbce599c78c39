import { LogLevel, type Logger } from "@slack/bolt";
import type { Log } from "../../log.ts";

/**
 * A log for the library, of which nothing is kept but that it said something: its words may repeat what people said. `warned` hears its
 * warnings.
 */
export function boltLog(log: Log, { warned }: { readonly warned?: (words: string) => void } = {}): Logger {
  const nothing = () => {};
  return {
    debug: nothing,
    info: nothing,
    warn(...words: readonly unknown[]) {
      log.debug({}, "The library for Slack warns of something");
      warned?.(String(words[0]));
    },
    error: () => log.debug({}, "The library for Slack reports an error"),
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}
