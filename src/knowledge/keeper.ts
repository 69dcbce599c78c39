import { statfsSync } from "node:fs";
import { unlessAborted } from "../abort.ts";
import type { Log } from "../log.ts";
import type { FailedDocument, Knowledge, SyncReport, SyncState, Synced } from "./knowledge.ts";
import type { PassageIndex } from "./passage-index.ts";
import { isWorthTouching, syncTouched } from "./sync-touched.ts";
import { planSync, sync, type SyncOptions } from "./sync.ts";

/** Upkeep of the index waits until nothing has changed for so long. */
const UPKEEP_MS = 20_000;

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
  const { run, state, failed, cancelUpkeep } = createRun(options, closing.signal);
  let running: Promise<SyncReport> | undefined;
  let isAskedAgain = false;
  const touched: string[] = [];

  const start = () => {
    isAskedAgain = false;
    running = run(new Set(touched.splice(0))).finally(() => {
      running = undefined;
      if (isAskedAgain && !closing.signal.aborted) syncSoon();
    });
    // Whoever waits hears of a failure; where nobody does, the state tells.
    running.catch(() => {});
    return running;
  };
  const syncSoon = (absolutePaths: readonly string[] = []) => {
    for (const path of absolutePaths) touched.push(path);
    if (running) isAskedAgain = true;
    else void start();
  };
  return {
    sync: async ({ signal }) => {
      signal.throwIfAborted();
      return unlessAborted(running ?? start(), signal);
    },
    plan: async ({ signal }) => {
      await unlessAborted(running?.catch(() => {}) ?? Promise.resolve(), signal);
      return planSync({ ...options, signal });
    },
    syncSoon,
    state,
    failed,
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      cancelUpkeep();
      await running?.catch(() => {});
    },
  };
}

/** One sync after the other, what is known since the last one, and upkeep once nothing changes any more. */
function createRun(options: KeeperOptions, signal: AbortSignal) {
  let state: SyncState = { kind: "reading", done: 0, total: 0 };
  let failed: readonly FailedDocument[] = [];
  const upkeep = planUpkeep(options);
  const run = async (touched: ReadonlySet<string>): Promise<SyncReport> => {
    const isFirst = state.kind === "reading";
    const onProgress: SyncOptions["onProgress"] = (at) => {
      if (isFirst) state = { kind: "reading", ...at };
    };
    try {
      const soon = !isFirst && isWorthTouching(touched);
      const first = soon && (await read({ ...options, signal }, (touching) => syncTouched(touched, touching)));
      const whole = await read({ ...options, signal, onProgress }, sync);
      const report = first ? together(first.report, whole.report) : whole.report;
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
  return { run, state: () => state, failed: () => failed, cancelUpkeep: upkeep.cancel };
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

function planUpkeep({ index, log }: Pick<KeeperOptions, "index" | "log">) {
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

/** Less than this is no room for even a small part of an index. */
const LEAST_BYTES = 1_000_000;

function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LEAST_BYTES;
}
