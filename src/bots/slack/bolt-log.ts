import { LogLevel, type Logger } from "@slack/bolt";
import type { Log } from "../../log.ts";

/** A log for the library, of which nothing is kept but that it said something: its words may repeat what people said. */
export function boltLog(log: Log): Logger {
  const nothing = () => {};
  return {
    debug: nothing,
    info: nothing,
    warn: () => log.debug({}, "The library for Slack warns of something"),
    error: () => log.debug({}, "The library for Slack reports an error"),
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}
