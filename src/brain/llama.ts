import type { Token } from "node-llama-cpp";
import PQueue from "p-queue";
import { unlessAborted } from "../abort.ts";
import type { Engine, EngineRequest, Generated, GenerateOptions } from "./engine.ts";
import { writeByChat } from "./llama-chat.ts";
import { loadModel, type Loaded, type LoadGiven } from "./llama-load.ts";
import { createLookup } from "./llama-lookup.ts";
import { createBatchLoop, type BatchLoop } from "./llama-loop.ts";
import type { LlamaFacts, LlamaOptions } from "./llama-options.ts";
import { renderPrompt, type RenderedPrompt } from "./llama-prompt.ts";
import { createSlots, type Slot, type Slots } from "./llama-slots.ts";
import { createTextStream } from "./llama-text.ts";

/** Tokens of a context that no answer may fill: room for guesses, and for the library's own last token. */
const SLACK = 32;

/** llama.cpp in this process. `forced` tokens, for measuring, stand in for what the model would choose. */
export interface LlamaEngine extends Engine {
  generate(
    request: EngineRequest,
    options: GenerateOptions & { readonly forced?: readonly Token[] },
  ): Promise<Generated>;
  facts(): LlamaFacts;
  /** The model's tokens of a text, for what is forced. */
  tokens(text: string): readonly Token[];
}

interface Parts {
  readonly loaded: Loaded;
  readonly options: LlamaOptions;
  readonly slots: Slots;
  readonly loop: BatchLoop;
}

/**
 * Loads a GGUF model with node-llama-cpp, to be disposed of. The process must have been started with UV_THREADPOOL_SIZE=1: hopping
 * between threads makes decoding a third slower. Throws a UserError when the model cannot be used.
 */
export async function openLlamaEngine(options: LlamaOptions, given: LoadGiven): Promise<LlamaEngine> {
  const loaded = await loadModel(options, given);
  const { model, plan, states } = loaded;
  const limits = { contextTokens: plan.contextTokens, parallel: Math.min(options.parallel, plan.sequences) };
  const parts = partsOf(loaded, options);
  const queue = new PQueue({ concurrency: limits.parallel });
  const closing = new AbortController();
  return {
    label: () => ({ kind: "llama", name: options.name, hash: options.hash }),
    state: () => ({ kind: "ready" }),
    ready: async () => limits,
    countTokens: async (texts) => texts.map((text) => model.tokenize(text, false).length),
    tokens: (text) => model.tokenize(text, false),
    facts: () => ({ ...plan, device: loaded.llama.gpu === false ? "cpu" : loaded.llama.gpu }),
    async generate(request, asked) {
      const signal = AbortSignal.any([asked.signal, closing.signal]);
      signal.throwIfAborted();
      return unlessAborted(
        queue.add(() => write(request, { ...asked, signal }, parts)),
        signal,
      );
    },
    async forget() {
      states?.forget();
      await parts.slots.clear();
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("The model is closed"));
      await queue.onIdle();
      // Memory is given back in order, whatever the disk says.
      await parts.slots.saveAll().catch(() => {});
      await loaded[Symbol.asyncDispose]();
    },
  };
}

function partsOf(loaded: Loaded, options: LlamaOptions): Parts {
  const { context, states } = loaded;
  return { loaded, options, slots: createSlots(context, states), loop: createBatchLoop() };
}

type WriteOptions = Parameters<LlamaEngine["generate"]>[1];

/** One answer on a sequence of its own, which is free again when this settles. */
async function write(request: EngineRequest, options: WriteOptions, parts: Parts): Promise<Generated> {
  options.signal.throwIfAborted();
  const { loaded, slots } = parts;
  const { format } = loaded;
  const thinks = parts.options.thinkingTokens > 0;
  const prompt = renderPrompt(request, { model: loaded.model, format, thinks });
  const room = parts.loaded.plan.contextTokens - prompt.tokens.length - SLACK;
  if (room < 1) {
    throw new Error(
      `The prompt has ${prompt.tokens.length} tokens, more than the model's ${loaded.plan.contextTokens}`,
    );
  }
  const slot = await slots.take(prompt.tokens);
  try {
    const { signal, onText } = options;
    const bounded = { ...request, maxTokens: Math.min(request.maxTokens, room) };
    if (prompt.needsChat || request.format) {
      return await writeByChat(bounded, {
        llama: loaded.llama,
        sequence: slot.sequence,
        format,
        thinkingTokens: Math.min(parts.options.thinkingTokens, Math.max(0, room - bounded.maxTokens)),
        promptTokens: prompt.tokens.length,
        signal,
        enough: options.enough,
        onText: (text) => onText?.(text),
      });
    }
    return await writeByLoop(bounded, { ...options, prompt, slot, parts });
  } finally {
    if (request.isPassing) await slot.sequence.clearHistory();
    slots.release(slot);
  }
}

async function writeByLoop(
  { maxTokens }: EngineRequest,
  given: WriteOptions & { readonly prompt: RenderedPrompt; readonly slot: Slot; readonly parts: Parts },
): Promise<Generated> {
  const { prompt, slot, parts, signal, enough, onText, forced } = given;
  const { model, states } = parts.loaded;
  const { sequence, place } = slot;
  const reused = sequence.nextTokenIndex;
  const text = createTextStream(model, prompt.stops);
  const copies = parts.options.lookup === "auto" && !sequence.needsCheckpoints;
  let written = 0;
  let shown = "";
  const { ended, milliseconds } = await parts.loop.run({
    sequence,
    place,
    prompt: prompt.tokens.slice(reused),
    ...pauseAfterRules(prompt, { reused, states, sequence }),
    maxTokens,
    isEnd: (token) => model.isEogToken(token),
    ...(copies && { lookup: createLookup(prompt.tokens) }),
    onTokens: (tokens) => {
      written += tokens.length;
      const { stopped } = text.push(tokens);
      if (text.shown() !== shown) onText?.((shown = text.shown()));
      return !stopped && !enough?.aborted;
    },
    signal,
    ...(forced && { forced }),
  });
  signal.throwIfAborted();
  const fresh = prompt.tokens.length - reused;
  if (fresh > SLACK) parts.slots.learn(fresh / milliseconds.prompt);
  return {
    text: text.whole(),
    ended: ended === "length" ? "length" : "stop",
    tokens: { prompt: prompt.tokens.length, reused, written },
    seconds: { prompt: milliseconds.prompt / 1_000, writing: milliseconds.writing / 1_000 },
  };
}

/** Stops for a moment behind the rules when they are evaluated for the first time, to keep them for the next start. */
function pauseAfterRules(
  { tokens, rulesTokens }: RenderedPrompt,
  {
    reused,
    states,
    sequence,
  }: { readonly reused: number; readonly states: Loaded["states"]; readonly sequence: Slot["sequence"] },
) {
  if (!states || reused >= rulesTokens || states.best(tokens.slice(0, rulesTokens)).length === rulesTokens) return {};
  return { pauseAfter: rulesTokens - reused, onPause: () => states.save(sequence, "rules") };
}
