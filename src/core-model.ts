import { statSync } from "node:fs";
import { join } from "node:path";
import type { ModelStatus } from "./brain/brain.ts";
import type { Engine } from "./brain/engine.ts";
import { hashFile } from "./brain/gguf.ts";
import { freeMemory } from "./brain/llama-memory.ts";
import { createModelQueue } from "./brain/model-queue.ts";
import { openOpenAiEngine } from "./brain/openai.ts";
import { readPrompts } from "./brain/prompts.ts";
import { createPuppet, readPuppetScript } from "./brain/puppet.ts";
import { createWriter } from "./brain/write.ts";
import type { ModelParts, Permission } from "./brain/written-answer.ts";
import type { ModelSettings } from "./config-model.ts";
import type { Log } from "./log.ts";
import type { ModelPlan } from "./model-child.ts";
import { openModelProcess } from "./model-process.ts";
import { reachServers } from "./model-servers.ts";
import { readVerdict, verdictKey } from "./verdict-file.ts";

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
  if (source.kind === "none") return { model: { kind: "none" }, [Symbol.asyncDispose]: async () => {} };
  if (source.kind === "missing") {
    const model = { kind: "llama", name: source.name } as const;
    const status = { kind: "failed", model, writes: false, why: source.why, waiting: 0 } as const;
    return { model: status, [Symbol.asyncDispose]: async () => {} };
  }
  const engine = openEngine(settings, given);
  const prompts = readPrompts(join(given.home, "config", "prompts"));
  const model: ModelParts = {
    engine,
    writer: createWriter({ engine, prompts, maxTokens: settings.answerTokens }),
    queue: createModelQueue(),
    permission: permissionOf(settings, { engine, promptHash: prompts.hash, ...given }),
    seconds: settings.seconds,
    failed: (error) => given.log.error({ err: error }, "writing failed"),
  };
  return { model, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

/** Loads the model if it may write, so that the first question need not wait for that. */
export async function warmUp(model: CoreModel["model"], signal: AbortSignal): Promise<void> {
  if (!("engine" in model) || signal.aborted) return;
  const { writes } = await model.permission();
  // Why it cannot be loaded is told by its state.
  if (writes) await model.engine.ready({ signal }).catch(() => {});
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
    stateFolder: join(data, "model-states"),
    freeBytes: freeMemory(),
    ...(sha256 !== undefined && { sha256 }),
  };
  const fileBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return openModelProcess({ plan, log, fileBytes, request });
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
  let hashing: Promise<string | undefined> | undefined;
  const hashOf = async () => {
    const label = engine.label();
    if (label.hash !== undefined || source.kind !== "file") return verdictKey(label);
    return (hashing ??= hashFile(source.path, { signal }).catch(() => undefined));
  };
  return async () => {
    const modelHash = await hashOf();
    const verdict = modelHash === undefined ? undefined : readVerdict(data, { modelHash, promptHash });
    if (verdict) return { writes: verdict.wins, why: verdict.why };
    const { name } = engine.label();
    const why = `The model ${name} has not been measured on these documents yet, so answers are quoted; hearth models pick measures it`;
    return { writes: false, why };
  };
}
