import { setTimeout as delay } from "node:timers/promises";
import { syncLine } from "../bots/terminal/docs-report.ts";
import type { Brain } from "../brain/brain.ts";
import type { SyncReport } from "../knowledge/knowledge.ts";
import { UserError } from "../user-error.ts";
import type { Surroundings } from "./command.ts";
import { syncBar } from "./sync-bar.ts";

const POLL_MS = 150;

/**
 * Makes the index match the folders and waits until every passage can be found by meaning too, where there is a model for that; with
 * a progress bar where standard error is a terminal. Throws a UserError with the reason when a folder cannot be read.
 */
export async function sync(brain: Brain, surroundings: Surroundings): Promise<SyncReport> {
  const { signal, errIsTerminal } = surroundings;
  const done = new AbortController();
  const bar = errIsTerminal ? showProgress(brain, { surroundings, done: done.signal }) : undefined;
  try {
    return await brain.sync({ signal, complete: true });
  } catch (error) {
    signal.throwIfAborted();
    const status = await brain.status({ signal }).catch(() => undefined);
    if (status?.sync.kind === "failed") throw new UserError(status.sync.reason, { cause: error });
    throw error;
  } finally {
    done.abort();
    await bar;
  }
}

/** The same before a question, with one line on standard error about what changed; in a terminal only where something did. */
export async function bringUpToDate(brain: Brain, surroundings: Surroundings): Promise<SyncReport> {
  const report = await sync(brain, surroundings);
  const { added, changed, removed, unchanged, failed } = report;
  const isNews = added + changed + removed + failed.length > 0 || unchanged === 0;
  if (isNews || !surroundings.errIsTerminal) surroundings.err.write(`${syncLine(report)}\n`);
  return report;
}

async function showProgress(
  brain: Brain,
  { surroundings, done }: { readonly surroundings: Surroundings; readonly done: AbortSignal },
): Promise<void> {
  const signal = AbortSignal.any([surroundings.signal, done]);
  const shown = { to: surroundings.err, visible: true };
  using reading = syncBar(shown);
  using embedding = syncBar({ ...shown, label: "Embedding", noun: "passages" });
  while (!signal.aborted) {
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
    // The core may still be starting, or be restarted; then there is nothing to show yet.
    const status = await brain.status({ signal }).catch(() => undefined);
    if (signal.aborted || !status) continue;
    if (status.sync.kind === "reading") reading.update(status.sync);
    else if (status.meaning.kind === "embedding") {
      reading.stop();
      embedding.update(status.meaning);
    }
  }
}
