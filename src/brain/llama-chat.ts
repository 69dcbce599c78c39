import {
  LlamaChat,
  type ChatHistoryItem,
  type GbnfJsonSchema,
  type ChatWrapper,
  type Llama,
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
  const before = sequence.tokenMeter.getState();
  const startedAt = performance.now();
  let firstAt: number | undefined;
  let text = "";
  try {
    const { response, metadata } = await chat.generateResponse(openHistory(request), {
      signal,
      stopOnAbortSignal: true,
      maxTokens: request.maxTokens + thinkingTokens,
      temperature: 0,
      repeatPenalty: false,
      budgets: { thoughtTokens: thinkingTokens, commentTokens: thinkingTokens },
      ...(grammar && { grammar }),
      onToken: () => (firstAt ??= performance.now()),
      onTextChunk: (chunk) => given.onText((text += chunk)),
    });
    signal.throwIfAborted();
    const endedAt = performance.now();
    const written = sequence.tokenMeter.diff(before).usedOutputTokens;
    return {
      text: response,
      ended: metadata.stopReason === "maxTokens" ? "length" : "stop",
      tokens: { prompt: promptTokens, reused, written },
      seconds: seconds(startedAt, firstAt ?? endedAt, endedAt),
    };
  } finally {
    chat.dispose({ disposeSequence: false });
  }
}

function openHistory({ messages }: EngineRequest): ChatHistoryItem[] {
  return [...toHistory(messages), { type: "model", response: [] }];
}

function seconds(startedAt: number, firstAt: number, endedAt: number): Generated["seconds"] {
  return { prompt: (firstAt - startedAt) / 1_000, writing: (endedAt - firstAt) / 1_000 };
}

function grammarOf(format: NonNullable<EngineRequest["format"]>, llama: Llama): Promise<LlamaGrammar> {
  return format.kind === "grammar"
    ? llama.createGrammar({ grammar: format.gbnf })
    : llama.createGrammarForJsonSchema<GbnfJsonSchema>(format.schema);
}
