import { aborted } from "./abort.ts";
import type { Seal } from "./brain/brain.ts";
import { createBrain } from "./brain/create-brain.ts";
import { serveBrain } from "./channel/serve.ts";
import type { Settings } from "./config.ts";
import { forgetRead, openModel, warmUp } from "./core-model.ts";
import { openKnowledge } from "./knowledge/library.ts";
import type { FolderOptions } from "./knowledge/source.ts";
import type { Log } from "./log.ts";
import type { ModelPlan } from "./model-child.ts";
import { addressesOf } from "./model-servers.ts";
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
    /** Hearth's own folder, how its model process is started, and the keys of model servers by their variables' names. */
    readonly home: string;
    readonly modelPlan: ModelPlan;
    readonly keys: Readonly<Record<string, string>>;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { log, signal, watch, socket, folders } = options;
  const { data } = settings;
  const seal = sealOf(settings, options);
  log.info({ seal }, "core started");
  await using stack = new AsyncDisposableStack();
  const { model } = stack.use(await openModel(settings.model, { ...options, data, plan: options.modelPlan }));
  const failed = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const onChanged = () => void forgetRead(model).catch(failed("what was read could not be taken back"));
  const knowledge = stack.use(await openKnowledge({ dataFolder: data, folders, watch, log, onChanged }));
  const brain = createBrain({ knowledge, seal, model });
  stack.use(await serveBrain(brain, { path: socket, log }));
  if (watch) {
    const synced = knowledge.sync({ signal }).catch(failed("sync failed"));
    // Search comes first; the model is loaded once nothing else is to be read.
    void synced.then(() => warmUp(model, signal)).catch(failed("the model could not be made ready"));
  }
  await aborted(signal);
}

function sealOf(
  { model: { source }, seal: wanted }: Settings,
  { sealedBy: by, platform }: { readonly sealedBy: string | undefined; readonly platform: string },
): Seal {
  const servers = source.kind === "servers" ? addressesOf(source.servers) : [];
  return judgeSeal(viewNetwork(), { by, platform, wanted, servers });
}
