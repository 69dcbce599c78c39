import type { OpenAI } from "openai";
import type { EngineRequest, Generated } from "./engine.ts";
import { CUT_OFF, NO_JSON, SILENT } from "./openai-failure.ts";
import { at, numberAt } from "./openai-server.ts";
import { estimateTokens, withoutSpecialTokens } from "./openai-text.ts";
import { withoutThinking } from "./thinking.ts";

/** How a server is told of a JSON schema: the protocol's way, and that of llama.cpp's Python server, which knows only an older one. */
export type JsonStyle = "json_schema" | "json_object";

/** How to ask one server. */
export interface Manner {
  readonly model: string;
  /** Tokens of thinking to allow besides those of the answer; with none, a model is asked not to think, where `isPublic` lets it be asked. */
  readonly thinkingTokens: number;
  readonly isPublic: boolean;
  readonly jsonStyle: JsonStyle;
}

/** About how many tokens a chat template puts around one message. */
const FRAME_TOKENS = 5;

type Body = OpenAI.ChatCompletionCreateParamsStreaming;

/** A request in the protocol's words. */
export function toBody({ messages, maxTokens, format }: EngineRequest, manner: Manner): Body {
  const { model, thinkingTokens, isPublic, jsonStyle } = manner;
  const body: Body = {
    model,
    messages: messages.map(({ role, text }) => ({ role, content: withoutSpecialTokens(text) })),
    max_tokens: maxTokens + thinkingTokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
  };
  const isAskedNotToThink = thinkingTokens === 0 && !isPublic;
  return Object.assign(
    body,
    // The template's switch in llama-server and vLLM; servers that have none leave it be.
    isAskedNotToThink && { chat_template_kwargs: { enable_thinking: false } },
    format?.kind === "json" && { response_format: responseFormat(format.schema, jsonStyle) },
  );
}

function responseFormat(schema: object, style: JsonStyle): object {
  if (style === "json_object") return { type: style, schema };
  return { type: style, json_schema: { name: "answer", strict: true, schema } };
}

/** What was written so far by a stream that goes on. */
interface Progressing {
  /** All of it, with thinking that stands in the text. */
  written: string;
  /** Pieces that came; most servers send one for each token. */
  pieces: number;
  /** Thinking that came apart from the text. */
  thought: string;
  ended: Generated["ended"] | undefined;
  usage: unknown;
  firstAt: number | undefined;
}

/**
 * Has one server write, and gives what it wrote. `onText` gets the text so far without thinking. Rejects with the signal's reason,
 * with the client's error, or with one whose code says that the stream was cut off or went silent for `silenceMs`.
 */
export async function writeOn(
  client: OpenAI,
  body: Body,
  options: { readonly signal: AbortSignal; readonly silenceMs: number; readonly onText: (text: string) => void },
): Promise<Generated> {
  const startedAt = performance.now();
  const progressing: Progressing = {
    written: "",
    pieces: 0,
    thought: "",
    ended: undefined,
    usage: undefined,
    firstAt: undefined,
  };
  await read(client, body, { ...options, progressing });
  const { written, pieces, thought, ended, usage, firstAt = performance.now() } = progressing;
  if (ended === undefined) throw withCode(CUT_OFF);
  const text = withoutThinking(written);
  if (body.response_format && ended === "stop" && !isJson(text)) throw withCode(NO_JSON);
  const prompt = body.messages.map(
    ({ content }) => FRAME_TOKENS + estimateTokens(typeof content === "string" ? content : ""),
  );
  const most = body.max_tokens ?? Number.POSITIVE_INFINITY;
  const estimate = Math.max(pieces, estimateTokens(thought + written));
  return {
    text,
    ended,
    tokens: {
      prompt: numberAt(usage, ["prompt_tokens"]) ?? prompt.reduce((sum, tokens) => sum + tokens, 0),
      reused: numberAt(usage, ["prompt_tokens_details", "cached_tokens"]) ?? 0,
      written: numberAt(usage, ["completion_tokens"]) ?? Math.min(most, estimate),
    },
    seconds: { prompt: (firstAt - startedAt) / 1_000, writing: (performance.now() - firstAt) / 1_000 },
  };
}

/** Reads the stream to its end, or until what is needed of it is there. */
async function read(
  client: OpenAI,
  body: Body,
  given: Parameters<typeof writeOn>[2] & { readonly progressing: Progressing },
): Promise<void> {
  const { signal, silenceMs, onText, progressing } = given;
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(withCode(SILENT)), silenceMs);
  let shown = "";
  try {
    const stream = await client.chat.completions.create(body, { signal: AbortSignal.any([signal, silent.signal]) });
    for await (const chunk of stream) {
      timer.refresh();
      take(chunk, progressing);
      const text = withoutThinking(progressing.written);
      if (text === shown || signal.aborted) continue;
      shown = text;
      onText(text);
    }
  } catch (error) {
    signal.throwIfAborted();
    silent.signal.throwIfAborted();
    // All that may still be missing is the usage.
    if (progressing.ended === undefined) throw error;
  } finally {
    clearTimeout(timer);
  }
  // The client ends an aborted stream as if it were whole.
  signal.throwIfAborted();
  if (progressing.ended === undefined) silent.signal.throwIfAborted();
}

function take(chunk: unknown, progressing: Progressing): void {
  const choice = at(chunk, ["choices", "0"]);
  const words = at(choice, ["delta", "content"]);
  // llama-server and vLLM name it so, Ollama and some others the second way.
  const thinking = at(choice, ["delta", "reasoning_content"]) ?? at(choice, ["delta", "reasoning"]);
  if (typeof words === "string") progressing.written += words;
  if (typeof thinking === "string") progressing.thought += thinking;
  if (words || thinking) progressing.pieces += 1;
  if (progressing.pieces > 0) progressing.firstAt ??= performance.now();
  const reason = at(choice, ["finish_reason"]);
  if (typeof reason === "string") progressing.ended = reason === "length" ? "length" : "stop";
  progressing.usage = at(chunk, ["usage"]) ?? progressing.usage;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function withCode(code: string): Error {
  return Object.assign(new Error("The model server did not write its answer to the end"), { code });
}
