import { statfsSync } from "node:fs";
import { unlessAborted } from "../abort.ts";
import type { Log } from "../log.ts";
import type { FailedDocument, Knowledge, SyncReport, SyncState, Synced } from "./knowledge.ts";
import type { PassageIndex } from "./passage-index.ts";
import { planUpkeep } from "./keeper-upkeep.ts";
import { isWorthTouching, syncTouched } from "./sync-touched.ts";
import { planSync, sync, type SyncOptions } from "./sync.ts";
import { createTouched, type Touched } from "./touched.ts";

/**
 * After files that were touched, the whole folder is looked at once nothing was touched for so long; what is touched meanwhile is read at
 * once instead of after that. It waits no longer than this in all.
 */
const QUIET_MS = 2_000;
const LONGEST_QUIET_MS = 30_000;
/** Keeps one index in step with its sources: one sync at a time, upkeep when nothing changes. */
export interface Keeper extends AsyncDisposable {
  readonly sync: Knowledge["sync"];
  /** What a sync would do now, after the one in hand if there is one; nothing is written. */
  plan(options: { readonly signal: AbortSignal }): Promise<Synced>;
  /** Asks for a sync, after the one in hand if there is one; the files at the given absolute paths, if any, come first in it. */
  readonly syncSoon: (absolutePaths?: readonly string[]) => void;
  state(): SyncState;
  failed(): readonly FailedDocument[];
}

/** What a keeper works with. While `mayWrite` says no, as another process keeps the index, it only says what is stored. */
interface KeeperOptions extends Pick<SyncOptions, "ledger" | "reader" | "sources"> {
  readonly index: Pick<PassageIndex, "documents" | "replace" | "catchUp" | "count" | "optimize">;
  readonly mayWrite: () => boolean;
  /** Where the index is, on whose disk there may be no room left; libraries do not say that in words for people. */
  readonly dataFolder?: string;
  readonly log: Log;
  /**
   * Told after every sync that changed something, with the ids of the documents that were added, changed or taken out; without them
   * after one that failed on the way.
   */
  readonly onChanged?: (change?: { readonly documents: readonly string[] }) => void;
}

/** A keeper, which does nothing until it is asked to. */
export function createKeeper(options: KeeperOptions): Keeper {
  const closing = new AbortController();
  const touched = createTouched();
  const { run, stopWaiting, ...told } = createRun({ ...options, touched }, closing.signal);
  const { running, start, syncSoon } = createTurns(run, touched, closing.signal);
  return {
    sync: async ({ signal }) => {
      signal.throwIfAborted();
      touched.hurry();
      return unlessAborted(running() ?? start(), signal);
    },
    plan: async ({ signal }) => {
      touched.hurry();
      await unlessAborted(running()?.catch(() => {}) ?? Promise.resolve(), signal);
      return planSync({ ...options, signal });
    },
    syncSoon,
    ...told,
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      stopWaiting();
      await running()?.catch(() => {});
    },
  };
}

/** One run at a time, and one more where it was asked for meanwhile. */
function createTurns(run: () => Promise<SyncReport>, touched: Touched, signal: AbortSignal) {
  let running: Promise<SyncReport> | undefined;
  let isAskedAgain = false;
  const start = () => {
    isAskedAgain = false;
    running = run().finally(() => {
      running = undefined;
      if ((isAskedAgain || !touched.isEmpty()) && !signal.aborted) void start();
    });
    // Whoever waits hears of a failure; where nobody does, the state tells.
    running.catch(() => {});
    return running;
  };
  const syncSoon = (absolutePaths: readonly string[] = []) => {
    touched.add(absolutePaths);
    if (!running) void start();
    else if (absolutePaths.length === 0) isAskedAgain = true;
  };
  return { running: () => running, start, syncSoon };
}

/** One sync after the other, what is known since the last one, and upkeep once nothing changes any more. */
function createRun({ touched, ...options }: KeeperOptions & { readonly touched: Touched }, signal: AbortSignal) {
  let state: SyncState = { kind: "reading", done: 0, total: 0 };
  let failed: readonly FailedDocument[] = [];
  const upkeep = planUpkeep(options);
  const run = async (): Promise<SyncReport> => {
    const isFirst = state.kind === "reading";
    touched.begin();
    const onProgress: SyncOptions["onProgress"] = (at) => {
      if (isFirst) state = { kind: "reading", ...at };
    };
    try {
      const first = isFirst ? undefined : await readTouched(touched, { ...options, signal });
      touched.take();
      const whole = await read({ ...options, signal, onProgress }, sync);
      const report = first ? together(first, whole.report) : whole.report;
      failed = report.failed;
      state = { kind: "current", at: new Date().toISOString(), seconds: report.seconds };
      // Also where nothing changed: what was taken out an hour ago still stands in old versions.
      if (!report.isKeptElsewhere) upkeep.plan();
      return report;
    } catch (error) {
      if (!signal.aborted) {
        const isFull = options.dataFolder !== undefined && isDiskFull(options.dataFolder);
        options.log.error({ err: error }, `documents could not be read${isFull ? ": disk full" : ""}`);
        const reason = error instanceof Error ? error.message : "the log says why";
        state = { kind: "failed", reason: isFull ? "the disk is full" : reason };
      }
      throw error;
    }
  };
  const stopWaiting = () => {
    touched.hurry();
    upkeep.cancel();
  };
  return { run, state: () => state, failed: () => failed, stopWaiting };
}

/** Reads what was touched, and what is touched until nothing is for a while. */
async function readTouched(touched: Touched, options: KeeperOptions & SyncOptions): Promise<SyncReport | undefined> {
  const until = performance.now() + LONGEST_QUIET_MS;
  let report: SyncReport | undefined;
  for (let paths = touched.take(); isWorthTouching(paths); paths = touched.take()) {
    const one = await read(options, (touching) => syncTouched(paths, touching));
    report = report ? together(report, one.report) : one.report;
    // Something that is written all the time must not keep the folder from being looked at.
    const left = until - performance.now();
    if (left <= 0 || !(await touched.more(Math.min(QUIET_MS, left)))) break;
  }
  return report;
}

/** What two syncs, one after the other, have changed. */
function together(one: SyncReport, other: SyncReport): SyncReport {
  const [added, changed] = [one.added + other.added, one.changed + other.changed];
  return {
    ...other,
    added,
    changed,
    removed: one.removed + other.removed,
    unchanged: Math.max(0, other.unchanged - one.added - one.changed),
    seconds: one.seconds + other.seconds,
  };
}

async function read(
  { mayWrite, log, onChanged, ...options }: KeeperOptions & SyncOptions,
  how: (options: SyncOptions) => Promise<Synced>,
): Promise<Synced> {
  if (!mayWrite()) return { report: await reportStored(options.index), changes: [] };
  let isWritten = false;
  const { documents, catchUp } = options.index;
  const replace: typeof options.index.replace = (change) => {
    isWritten = true;
    return options.index.replace(change);
  };
  const synced = await how({ ...options, index: { documents, catchUp, replace } }).catch((error: unknown) => {
    if (isWritten) onChanged?.();
    throw error;
  });
  const { report, changes } = synced;
  if (changes.length > 0) {
    log.info({ ...report, failed: report.failed.length }, "documents read");
    onChanged?.({ documents: changes.map(({ id }) => id) });
  }
  return synced;
}

async function reportStored(index: Pick<PassageIndex, "count">): Promise<SyncReport> {
  const { documents } = await index.count();
  return { isKeptElsewhere: true, added: 0, changed: 0, removed: 0, unchanged: documents, failed: [], seconds: 0 };
}

/** Less than this is no room for even a small part of an index. */
const LEAST_BYTES = 1_000_000;

function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LEAST_BYTES;
}
