import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  GgmlType,
  getModuleVersion,
  InsufficientMemoryError,
  type ChatWrapper,
  type Llama,
  type LlamaContext,
  type LlamaModel,
} from "node-llama-cpp";
import { takeLock } from "../lock.ts";
import type { Log } from "../log.ts";
import { UserError } from "../user-error.ts";
import { openLibrary } from "./llama-library.ts";
import { planMemory, type MemoryPlan } from "./llama-memory.ts";
import type { LlamaOptions } from "./llama-options.ts";
import { chatFormat } from "./llama-prompt.ts";
import { openStates, type SavedStates } from "./llama-states.ts";

/** Everything that is loaded. Disposing of it frees contexts, model and library, in this order: another one crashes at exit. */
export interface Loaded extends AsyncDisposable {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly format: ChatWrapper;
  readonly context: LlamaContext;
  readonly plan: MemoryPlan;
  readonly states: SavedStates | undefined;
}

/** What loading is given: the library, where it was opened before, to be disposed of by whoever opened it. */
export interface LoadGiven {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly llama?: Llama;
}

/** Loads the library, a model and its context as far as memory allows. Throws a UserError with the cure when it cannot. */
export async function loadModel(options: LlamaOptions, { log, signal, llama: given }: LoadGiven): Promise<Loaded> {
  await using stack = new AsyncDisposableStack();
  const llama = given ?? stack.adopt(await openLibrary(options, log), (library) => library.dispose());
  const model = stack.adopt(await openModel(options, { llama, signal }), (opened) => opened.dispose());
  const opening = openContext(options, { model, signal });
  // Takes a third of a second, and the context's memory is made ready meanwhile.
  const format = chatFormat(model, { thinks: options.thinkingTokens > 0 });
  const { context, plan } = await opening;
  stack.adopt(context, (opened) => opened.dispose());
  const states = await openOwnStates(options, plan);
  if (states) stack.use(states);
  const owned = stack.move();
  return { llama, model, format, context, plan, states, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** States that only this model, library and setting may load. */
async function openOwnStates(
  { hash, cache, flashAttention, lora, stateFolder, stateMegabytes }: LlamaOptions,
  { contextTokens }: MemoryPlan,
): Promise<SavedStates | undefined> {
  if (stateMegabytes === 0) {
    rmSync(stateFolder, { recursive: true, force: true });
    return undefined;
  }
  // Two processes would remove each other's files.
  const lock = takeLock(stateFolder);
  if (!lock) return undefined;
  const adapters = lora.map(({ file, scale }) => [file, scale, statSync(file).size, statSync(file).mtimeMs]);
  const key = JSON.stringify([hash, await getModuleVersion(), cache, flashAttention, contextTokens, adapters]);
  const states = openStates({ folder: join(stateFolder, "states"), key, maxBytes: stateMegabytes * 1_000_000 });
  return {
    ...states,
    [Symbol.dispose]() {
      states[Symbol.dispose]();
      lock[Symbol.dispose]();
    },
  };
}

async function openModel(
  { file, name, parallel, contextTokens }: LlamaOptions,
  { llama, signal }: { readonly llama: Llama; readonly signal: AbortSignal },
): Promise<LlamaModel> {
  try {
    return await llama.loadModel({
      modelPath: file,
      loadSignal: signal,
      ...(llama.gpu !== false && {
        gpuLayers: { fitContext: { contextSize: contextTokens * parallel } },
      }),
      ignoreMemorySafetyChecks: llama.gpu === false,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(
      `The model ${name} (${file}) cannot be loaded by llama.cpp; pull it again with hearth models pull, or use another`,
      { cause: error },
    );
  }
}

/** On a CPU memory is planned from the model's own numbers; on a GPU the library's own checks say what fits. */
async function openContext(
  options: LlamaOptions,
  { model, signal }: { readonly model: LlamaModel; readonly signal: AbortSignal },
): Promise<{ context: LlamaContext; plan: MemoryPlan }> {
  const { parallel, name } = options;
  const contextTokens = Math.min(options.contextTokens, model.trainContextSize);
  const needs = (plan: Omit<MemoryPlan, "bytes">) => bytesFor(plan, { model, options });
  let free = options.freeBytes;
  for (;;) {
    const plan = await planMemory({ parallel, contextTokens }, { free, needs, name });
    try {
      return { context: await createContext(plan, { model, options, signal }), plan };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof InsufficientMemoryError)) throw contextFailed(options, error);
      // The next smaller plan.
      free = plan.bytes;
    }
  }
}

interface ContextGiven {
  readonly model: LlamaModel;
  readonly options: LlamaOptions;
}

/** Bytes of memory that the model and a context of this size take, GPUs left out. */
async function bytesFor(
  { sequences, contextTokens: contextSize }: Omit<MemoryPlan, "bytes">,
  { model, options }: ContextGiven,
): Promise<number> {
  const type = options.cache === "q8_0" ? GgmlType.Q8_0 : GgmlType.F16;
  const { gpuLayers, fileInsights } = model;
  const [own, used] = await Promise.all([
    fileInsights.estimateModelResourceRequirementsV2({ gpuLayers }),
    fileInsights.estimateContextResourceRequirementsV2({
      contextSize,
      sequences,
      modelGpuLayers: gpuLayers,
      flashAttention: flashOf(options),
      kvCacheKeyType: type,
      kvCacheValueType: type,
    }),
  ]);
  return own.cpuRam + used.cpuRam;
}

function createContext(
  { sequences, contextTokens }: MemoryPlan,
  { model, options, signal }: ContextGiven & { readonly signal: AbortSignal },
): Promise<LlamaContext> {
  const { cache, lora } = options;
  return model.createContext({
    sequences,
    contextSize: contextTokens,
    flashAttention: flashOf(options),
    createSignal: signal,
    ...(cache === "q8_0" && { experimentalKvCacheKeyType: "Q8_0", experimentalKvCacheValueType: "Q8_0" }),
    ...(lora.length > 0 && { lora: { adapters: lora.map(({ file, scale }) => ({ filePath: file, scale })) } }),
    ignoreMemorySafetyChecks: model.gpuLayers === 0,
  });
}

function flashOf({ flashAttention }: LlamaOptions): "auto" | boolean {
  return flashAttention === "auto" ? "auto" : flashAttention === "on";
}

function contextFailed({ name, lora }: LlamaOptions, error: unknown): UserError {
  const cure =
    lora.length > 0
      ? `check that model.lora names adapters made for it (${lora.map(({ file }) => file).join(", ")})`
      : "lower model.contextTokens, or use a smaller model";
  return new UserError(`The model ${name} was loaded, but no context for it could be made; ${cure}`, { cause: error });
}
