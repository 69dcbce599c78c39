import { aborted } from "./abort.ts";
import { createBrain } from "./brain/create-brain.ts";
import { serveBrain } from "./channel/serve.ts";
import type { Settings } from "./config.ts";
import { openKnowledge } from "./knowledge/library.ts";
import type { FolderOptions } from "./knowledge/source.ts";
import type { Log } from "./log.ts";
import { judgeSeal, viewNetwork } from "./seal.ts";

/**
 * The core process: documents, index and brain, served on a Unix socket until the signal comes. `watch` keeps the index in step
 * with the folders from the start; without it a sync happens when it is asked for.
 */
export async function runCore(
  settings: Settings,
  options: {
    readonly folders: readonly FolderOptions[];
    readonly socket: string;
    readonly watch: boolean;
    readonly sealedBy: string | undefined;
    readonly platform: string;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { log, signal, watch, socket } = options;
  const seal = judgeSeal(viewNetwork(), { by: options.sealedBy, platform: options.platform, wanted: settings.seal });
  log.info({ seal }, "core started");
  await using stack = new AsyncDisposableStack();
  const knowledge = stack.use(await openKnowledge({ dataFolder: settings.data, folders: options.folders, watch, log }));
  const brain = createBrain({ knowledge, seal });
  stack.use(await serveBrain(brain, { path: socket, log }));
  if (watch) knowledge.sync({ signal }).catch((error: unknown) => log.error({ err: error }, "sync failed"));
  await aborted(signal);
}
