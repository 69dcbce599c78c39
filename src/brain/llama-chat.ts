import {
  LlamaChat,
  type ChatHistoryItem,
  type GbnfJsonSchema,
  type ChatWrapper,
  type Llama,
  type LlamaChatResponseChunk,
  type LlamaContextSequence,
  type LlamaGrammar,
} from "node-llama-cpp";
import type { EngineRequest, Generated } from "./engine.ts";
import { toHistory } from "./llama-prompt.ts";

interface ChatGiven {
  readonly llama: Llama;
  readonly sequence: LlamaContextSequence;
  readonly format: ChatWrapper;
  readonly thinkingTokens: number;
  readonly promptTokens: number;
  readonly signal: AbortSignal;
  readonly enough: AbortSignal | undefined;
  readonly onText: (text: string) => void;
}

/**
 * Writes through the library's own chat loop, which follows thoughts, channels and grammars. Slower than ours, and without prompt
 * lookup. Resolves when the sequence is free again.
 */
export async function writeByChat(request: EngineRequest, given: ChatGiven): Promise<Generated> {
  const { sequence, thinkingTokens, promptTokens, signal } = given;
  const grammar = request.format && (await grammarOf(request.format, given.llama));
  const chat = new LlamaChat({ contextSequence: sequence, chatWrapper: given.format });
  const reused = sequence.contextTokens.length;
  const answer = createAnswer(request.maxTokens, given);
  const startedAt = performance.now();
  try {
    const { metadata } = await chat.generateResponse(openHistory(request), {
      signal: AbortSignal.any([signal, answer.full, ...(given.enough ? [given.enough] : [])]),
      stopOnAbortSignal: true,
      maxTokens: request.maxTokens + thinkingTokens,
      temperature: 0,
      repeatPenalty: false,
      budgets: { thoughtTokens: thinkingTokens, commentTokens: thinkingTokens },
      ...(grammar && { grammar }),
      onResponseChunk: (chunk) => answer.add(chunk),
    });
    signal.throwIfAborted();
    const endedAt = performance.now();
    const firstAt = answer.firstAt() ?? endedAt;
    return {
      text: answer.text(),
      ended: metadata.stopReason === "maxTokens" || answer.full.aborted ? "length" : "stop",
      tokens: { prompt: promptTokens, reused, written: answer.tokens() },
      seconds: { prompt: (firstAt - startedAt) / 1_000, writing: (endedAt - firstAt) / 1_000 },
    };
  } finally {
    chat.dispose({ disposeSequence: false });
  }
}

/** What is written outside of thoughts; `full` comes when it has all the tokens it may have. */
function createAnswer(maxTokens: number, { signal, onText }: Pick<ChatGiven, "signal" | "onText">) {
  const full = new AbortController();
  let text = "";
  let tokens = 0;
  let firstAt: number | undefined;
  return {
    full: full.signal,
    text: () => text,
    tokens: () => tokens,
    firstAt: () => firstAt,
    add(chunk: LlamaChatResponseChunk) {
      firstAt ??= performance.now();
      if (chunk.type === "segment" || signal.aborted || full.signal.aborted) return;
      tokens += chunk.tokens.length;
      text += chunk.text;
      if (chunk.text !== "") onText(text);
      if (tokens >= maxTokens) full.abort();
    },
  };
}

function openHistory({ messages }: EngineRequest): ChatHistoryItem[] {
  return [...toHistory(messages), { type: "model", response: [] }];
}

function grammarOf(format: NonNullable<EngineRequest["format"]>, llama: Llama): Promise<LlamaGrammar> {
  return format.kind === "grammar"
    ? llama.createGrammar({ grammar: format.gbnf })
    : llama.createGrammarForJsonSchema<GbnfJsonSchema>(format.schema);
}
