import type { DatabaseSync } from "node:sqlite";
import type { Log } from "../log.ts";
import { eraseTraces } from "../sqlite-file.ts";

/** Writing the file anew stops everything else for a moment: after edits, of which there may be many, it is done at most so often. */
const SOON_MS = 60_000;

/** When the bytes of what was replaced or deleted go; disposing of it does what is still to be done, before the database is closed. */
export interface Traces extends Disposable {
  /** Takes them out of the file now. */
  readonly erase: () => void;
  /** Takes them out within the minute. */
  readonly eraseSoon: () => void;
  /** Whether there may be any: after `eraseSoon`, and at first, since an earlier process may have been killed before it came to it. */
  readonly mayBe: () => boolean;
}

/** The traces in a database. What fails is tried again after a minute; then the log says so. */
export function tracesIn(database: DatabaseSync, { name, log }: { readonly name: string; readonly log: Log }): Traces {
  let isTraced = true;
  let isOwed = false;
  let timer: NodeJS.Timeout | undefined;
  const eraseSoon = () => {
    isTraced = true;
    isOwed = true;
    timer ??= setTimeout(orLog, SOON_MS).unref();
  };
  const erase = () => {
    clearTimeout(timer);
    timer = undefined;
    try {
      eraseTraces(database);
    } catch (error) {
      eraseSoon();
      throw error;
    }
    isTraced = false;
    isOwed = false;
  };
  const orLog = () => {
    try {
      erase();
    } catch (error) {
      log.error({ err: error }, `what was deleted could not be taken out of ${name} yet`);
    }
  };
  return {
    erase,
    eraseSoon,
    mayBe: () => isTraced,
    [Symbol.dispose]: () => {
      if (isOwed) orLog();
      clearTimeout(timer);
    },
  };
}
