import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ModelStatus } from "./brain/brain.ts";
import type { Engine } from "./brain/engine.ts";
import { hashFile } from "./brain/gguf.ts";
import { createModelQueue } from "./brain/model-queue.ts";
import { openOpenAiEngine } from "./brain/openai.ts";
import { readNotePrompt, readPrompts } from "./brain/prompts.ts";
import { createPuppet, readPuppetScript } from "./brain/puppet.ts";
import { createNoteWriter } from "./brain/write-notes.ts";
import { createWriter } from "./brain/write.ts";
import type { ModelParts, Permission } from "./brain/written-answer.ts";
import type { ModelSettings } from "./config-model.ts";
import type { Log } from "./log.ts";
import type { ModelPlan } from "./model-child.ts";
import { openModelProcess } from "./model-process.ts";
import { reachServers } from "./model-servers.ts";
import { UserError } from "./user-error.ts";
import { readVerdict, verdictKey, type Judged } from "./verdict-file.ts";

interface Given {
  /** The data folder. */
  readonly data: string;
  /** Hearth's own folder. */
  readonly home: string;
  readonly plan: ModelPlan;
  /** The core's own socket, beside which the relay's lie. */
  readonly socket: string;
  /** The keys of model servers, by the names of their variables. */
  readonly keys: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The model with all it takes to write, or the status of none. To be disposed of. */
export type CoreModel = AsyncDisposable & { readonly model: ModelParts | ModelStatus };

/** Makes ready what the settings name; nothing is loaded before it is needed. Throws a UserError for a script that cannot be played. */
export async function openModel(settings: ModelSettings, given: Given): Promise<CoreModel> {
  const { source } = settings;
  // What a model read of documents and talk is kept for a model that writes, and for no other.
  if (source.kind !== "file" || settings.write === "never") removeStates(given.data);
  if (source.kind === "none") return { model: { kind: "none" }, [Symbol.asyncDispose]: async () => {} };
  if (source.kind === "missing") {
    const model = { kind: "llama", name: source.name } as const;
    const status = { kind: "failed", model, writes: false, why: source.why, waiting: 0 } as const;
    sayFailed(source.why, given.log);
    return { model: status, [Symbol.asyncDispose]: async () => {} };
  }
  const engine = openEngine(settings, given);
  const folder = join(given.home, "config", "prompts");
  const prompts = readPrompts(folder);
  const model: ModelParts = {
    engine,
    writer: createWriter({ engine, prompts, maxTokens: settings.answerTokens }),
    queue: createModelQueue(),
    notes: createNoteWriter({ engine, prompt: readNotePrompt(folder) }),
    permission: permissionOf(settings, { engine, promptHash: prompts.hash, ...given }),
    seconds: settings.seconds,
    failed: (error) => given.log.error({ err: error }, "writing failed"),
  };
  return { model, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

function removeStates(data: string): void {
  rmSync(stateFolderIn(data), { recursive: true, force: true });
}

function stateFolderIn(data: string): string {
  return join(data, "model-states");
}

/** Takes back all that is kept of what the model read: after documents changed, it may hold what is no longer there. */
export async function forgetRead(model: CoreModel["model"]): Promise<void> {
  if (!("engine" in model)) return;
  model.writer.forget();
  await model.engine.forget();
}

/** Loads the model if it may write, so that the first question need not wait for that. */
export async function warmUp(
  model: CoreModel["model"],
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<void> {
  if (!("engine" in model) || signal.aborted) return;
  const { writes } = await model.permission();
  if (!writes) return;
  // Why it cannot be loaded is told by its state.
  await model.engine.ready({ signal }).catch(() => {});
  const state = model.engine.state();
  if (state.kind === "failed") sayFailed(state.why, log);
}

function sayFailed(why: string, log: Log): void {
  log.error({ why }, "the model is not loaded; answers are quoted, not written");
}

function openEngine({ source, ...settings }: ModelSettings, { data, plan, log, ...given }: Given): Engine {
  if (source.kind === "puppet") return createPuppet(readPuppetScript(source.path));
  if (source.kind === "servers") return openOpenAiEngine({ ...settings, servers: reachServers(source.servers, given) });
  if (source.kind !== "file") throw new Error("No model is named");
  const { path: file, name, sha256 } = source;
  const request = {
    ...settings,
    file,
    name,
    stateFolder: stateFolderIn(data),
    ...(sha256 !== undefined && { sha256 }),
  };
  const fileBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return openModelProcess({ plan, log, fileBytes, request });
}

/** What was measured; a file that cannot be used lets no model write, and says so. */
function verdictOn(judged: Judged, data: string): Permission | undefined {
  try {
    const verdict = readVerdict(data, judged);
    return verdict && { writes: verdict.wins, why: verdict.why };
  } catch (error) {
    if (error instanceof UserError) return { writes: false, why: error.message };
    throw error;
  }
}

/**
 * Whether the model may write: where the owner has said so, or where it was measured to do better than the quoted answer. The hash of
 * a file that was not pulled is found out once.
 */
function permissionOf(
  { write, source }: ModelSettings,
  given: { readonly engine: Engine; readonly promptHash: string; readonly data: string; readonly signal: AbortSignal },
): () => Promise<Permission> {
  const { engine, promptHash, data, signal } = given;
  if (write === "never")
    return async () => ({ writes: false, why: "Writing is switched off (write: never), so answers are quoted" });
  if (write === "always")
    return async () => ({ writes: true, why: "It writes because the settings say so (write: always)" });
  let hashing: Promise<string> | undefined;
  const hashOf = async () => {
    const label = engine.label();
    if (label.hash !== undefined || source.kind !== "file") return verdictKey(label);
    hashing ??= hashFile(source.path, { signal });
    return hashing.catch(() => (hashing = undefined));
  };
  return async () => {
    const modelHash = await hashOf();
    const verdict = modelHash === undefined ? undefined : verdictOn({ modelHash, promptHash }, data);
    if (verdict) return verdict;
    const { name } = engine.label();
    const why = `The model ${name} has not been measured on these documents yet, so answers are quoted; hearth models pick measures it`;
    return { writes: false, why };
  };
}
