import { join } from "node:path";
import { aborted } from "./abort.ts";
import type { Seal } from "./brain/brain.ts";
import { createBrain } from "./brain/create-brain.ts";
import { followAnswers, type Follower } from "./brain/follow.ts";
import { openAnswerRecords } from "./brain/records-sqlite.ts";
import type { TalkPlace } from "./chat.ts";
import { serveBrain } from "./channel/serve.ts";
import type { Settings } from "./config.ts";
import { openMeaningModels, type MeaningModels } from "./core-embedder.ts";
import { forgetRead, openModel, warmUp, type CoreModel } from "./core-model.ts";
import { openTalk, type TalkOptions } from "./core-talk.ts";
import type { Knowledge } from "./knowledge/knowledge.ts";
import { openKnowledge } from "./knowledge/library.ts";
import type { FolderOptions } from "./knowledge/source.ts";
import type { Log } from "./log.ts";
import type { MemoryScope } from "./memory/memory.ts";
import { openMemory } from "./memory/sqlite.ts";
import { openIndexStorage } from "./index-storage.ts";
import type { ModelPlan } from "./model-child.ts";
import { outwardAddresses } from "./outward.ts";
import { judgeSeal, viewNetwork } from "./seal.ts";

interface CoreOptions {
  readonly folders: readonly FolderOptions[];
  readonly socket: string;
  readonly watch: boolean;
  /** Opens what was said and answered without watching, to change it for a command. */
  readonly keep: boolean;
  readonly sealedBy: string | undefined;
  readonly platform: string;
  /** Hearth's own folder, how its model process is started, and the keys of servers by their variables' names. */
  readonly home: string;
  readonly modelPlan: ModelPlan;
  readonly keys: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * The core process: documents, index and brain, served on a Unix socket until the signal comes. `watch` keeps the index in step
 * with the folders from the start; without it a sync happens when it is asked for.
 */
export async function runCore(settings: Settings, options: CoreOptions): Promise<void> {
  const { log, signal, watch, keep, socket, folders } = options;
  const { data } = settings;
  const seal = sealOf(settings, options);
  log.info({ seal }, "core started");
  await using stack = new AsyncDisposableStack();
  const { model } = stack.use(await openModel(settings.model, { ...options, data, plan: options.modelPlan }));
  const failed = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const forgetModel = () => forgetRead(model).catch(failed("what was read could not be taken back"));
  // Whoever only answers a command has nobody to tell later.
  const kept = (name: string) => ({ path: watch || keep ? join(data, name) : ":memory:", log });
  const records = stack.use(openAnswerRecords(kept("answers.sqlite")));
  const memory = stack.use(openMemory(kept("memory.sqlite")));
  let follower: Follower | undefined;
  const onChanged = (change?: { readonly documents?: readonly string[] }) => {
    void forgetModel();
    void follower?.changed(change?.documents);
  };
  const storage = settings.index && stack.use(await openIndexStorage(settings.index, options));
  const shared = storage && { shared: storage.shared };
  const meaning = stack.use(openMeaningModels(settings.embeddings, options));
  const documents = { dataFolder: data, folders, watch, log, onChanged, ...shared, ...meaning };
  const knowledge = stack.use(await openKnowledge(documents));
  const talk = { data: watch || keep ? data : undefined, socket, isService: watch, onForgotten: forgetModel, log };
  const answered = (place: TalkPlace, ids: readonly string[]) => records.answered(place, ids);
  const onTalkChanged: TalkOptions["onChanged"] = async (places, passages) => follower?.changed(places, passages);
  const channels = stack.use(
    await openTalk({ ...talk, ...partsOf(model, meaning), answered, onChanged: onTalkChanged }),
  );
  const onTalkGone = (questions: readonly MemoryScope[]) => {
    memory.forget(questions);
    void forgetModel();
  };
  follower = stack.use(followAnswers({ records, knowledge, talk: channels, onTalkGone, log }));
  const brain = createBrain({ knowledge, seal, model, follower, records, memory, channels });
  stack.use(await serveBrain(brain, { path: socket, log }));
  if (watch) readAll(knowledge, { model, follower, log, signal });
  await aborted(signal);
}

/** What of the models serves talk. */
function partsOf(model: CoreModel["model"], { embedder }: MeaningModels): Pick<TalkOptions, "model" | "embedder"> {
  return { model: "engine" in model ? model : undefined, embedder };
}

/** Reads the folders, then loads the model: search comes first. */
function readAll(
  knowledge: Pick<Knowledge, "sync">,
  {
    model,
    follower,
    log,
    signal,
  }: {
    readonly model: CoreModel["model"];
    readonly follower: Follower;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): void {
  const failed = (what: string) => (error: unknown) => log.error({ err: error }, what);
  // Documents may have changed while nobody looked.
  const synced = knowledge.sync({ signal }).then(() => void follower.changed(), failed("sync failed"));
  void synced.then(() => warmUp(model, { signal, log })).catch(failed("the model could not be made ready"));
}

function sealOf(
  settings: Settings,
  { sealedBy: by, platform }: { readonly sealedBy: string | undefined; readonly platform: string },
): Seal {
  return judgeSeal(viewNetwork(), { by, platform, wanted: settings.seal, servers: outwardAddresses(settings) });
}
