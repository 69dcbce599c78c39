import {
  isLlamaText,
  LlamaText,
  resolveChatWrapper,
  SpecialToken,
  SpecialTokensText,
  type ChatHistoryItem,
  type ChatWrapper,
  type LlamaModel,
  type Token,
} from "node-llama-cpp";
import type { EngineRequest, PromptMessage } from "./engine.ts";

/** A prompt in the model's own chat format. */
export interface RenderedPrompt {
  readonly tokens: readonly Token[];
  /** Tokens at the beginning that every prompt with the same rules has. */
  readonly rulesTokens: number;
  /** Texts that end the answer, where a token of their own does not. */
  readonly stops: readonly string[];
  /** Set where the model opens channels or thoughts that only the library's own chat loop can follow. */
  readonly needsChat: boolean;
}

/** The model's own way to write down a chat: from its template, told not to think where it could and shall not. */
export function chatFormat(model: LlamaModel, { thinks }: { readonly thinks: boolean }): ChatWrapper {
  const thoughts = thinks || !canThink(model) ? "auto" : "discourage";
  return resolveChatWrapper(model, { customWrapperSettings: { qwen: { thoughts } } });
}

/** Whether a model has been trained to think before it answers: its chat template then knows the mark. */
function canThink({ fileInfo }: LlamaModel): boolean {
  return /<think>|enable_thinking/.test(fileInfo.metadata.tokenizer.chat_template ?? "");
}

/**
 * Messages as tokens. What they say is tokenised as text, with special tokens off; only the format's own marks are special, so that
 * no document can end its turn or begin another.
 */
export function renderPrompt(
  { messages, stable = 1 }: Pick<EngineRequest, "messages" | "stable">,
  { model, format, thinks }: { readonly model: LlamaModel; readonly format: ChatWrapper; readonly thinks: boolean },
): RenderedPrompt {
  const state = format.generateContextState({ chatHistory: [...toHistory(messages), { type: "model", response: [] }] });
  const text = thinks || !canThink(model) ? state.contextText : withoutThinking(state.contextText, format);
  const tokens = text.tokenize(model.tokenizer);
  return {
    tokens,
    rulesTokens: countRules(messages.slice(0, stable), { tokens, model, format }),
    stops: state.stopGenerationTriggers.flatMap((trigger) => stopText(trigger)),
    needsChat: thinks || state.prefixTriggers !== undefined || state.noPrefixTrigger !== undefined,
  };
}

/** Messages as the library's chat history. */
export function toHistory(messages: readonly PromptMessage[]): ChatHistoryItem[] {
  return messages.map(({ role, text }) =>
    role === "assistant" ? { type: "model", response: [text] } : { type: role, text },
  );
}

/** Opens and closes a thought for the model, so that it goes straight to its answer. */
function withoutThinking(text: LlamaText, { settings }: ChatWrapper): LlamaText {
  const thought = settings.segments?.thought;
  if (!thought?.suffix || (typeof thought.prefix !== "string" && !isLlamaText(thought.prefix))) return text;
  const close = plainText(LlamaText(thought.suffix)).trim();
  const last = text.values.at(-1);
  if (last !== undefined && plainText(LlamaText(last)).includes(close)) return text;
  return LlamaText([text, thought.prefix, "\n", thought.suffix, "\n\n"]);
}

function plainText(text: LlamaText): string {
  return text.values.map((value) => (typeof value === "string" ? value : value.value)).join("");
}

/** A trigger's text; built-in tokens such as the end of the sequence end an answer by themselves. */
function stopText(trigger: LlamaText): string[] {
  const isText = trigger.values.every((value) => typeof value === "string" || value instanceof SpecialTokensText);
  const hasBuiltIn = trigger.values.some((value) => value instanceof SpecialToken);
  const text = plainText(trigger);
  return isText && !hasBuiltIn && text !== "" ? [text] : [];
}

/** What two prompts that differ right after the rules have in common. */
function countRules(
  messages: readonly PromptMessage[],
  given: { readonly tokens: readonly Token[]; readonly model: LlamaModel; readonly format: ChatWrapper },
): number {
  if (messages[0]?.role !== "system") return 0;
  const history = toHistory([...messages, { role: "user", text: "\u0001" }]);
  const state = given.format.generateContextState({ chatHistory: [...history, { type: "model", response: [] }] });
  return sharedPrefix(given.tokens, state.contextText.tokenize(given.model.tokenizer));
}

/** How many tokens two texts have in common at their beginnings. */
export function sharedPrefix(one: readonly number[], other: readonly number[]): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) if (one[index] !== other[index]) return index;
  return length;
}
