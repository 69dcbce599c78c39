import { tmpdir } from "node:os";
import { join } from "node:path";
import { getLlama, LlamaLogLevel, type Llama, type LlamaModel, type Token } from "node-llama-cpp";
import type { PromptMessage } from "../src/brain/engine.ts";
import type { LlamaOptions } from "../src/brain/llama-options.ts";
import { type LlamaEngine, openLlamaEngine } from "../src/brain/llama.ts";
import { silentLog } from "../src/log.ts";
import { randomFrom } from "../src/eval/random.ts";

/** What is opened for a figure. */
export interface OursOptions {
  readonly model: string;
  readonly threads: number;
  readonly contextTokens: number;
  readonly parallel: number;
  readonly lookup?: "auto" | "off";
}

/** Our engine, asked as the figures need it. */
export interface Ours extends AsyncDisposable {
  one(given: { readonly prompt: number; readonly write: number; readonly seed: number }): Promise<{
    readonly prompt: number;
    readonly written: number;
    readonly promptMs: number;
    readonly writeMs: number;
  }>;
  many(given: {
    readonly at: number;
    readonly prompt: number;
    readonly write: number;
    readonly seed: number;
  }): Promise<{ readonly prompt: number; readonly written: number; readonly ms: number }>;
  /** A prompt that begins as the last one did: how many of its tokens were new, and milliseconds to the first token. */
  followUp(given: { readonly prefix: number; readonly added: number; readonly seed: number }): Promise<{
    readonly fresh: number;
    readonly firstMs: number;
  }>;
  /** Writes, token by token as forced, what copies a share of its prompt; milliseconds after the first token. */
  copy(given: { readonly copied: Copied; readonly write: number; readonly seed: number }): Promise<{
    readonly written: number;
    readonly writeMs: number;
  }>;
}

/** "all": one stretch of the prompt. "quotes": 32 tokens of it, then 8 new ones, again and again. "none": nothing that stands in it. */
export type Copied = "all" | "quotes" | "none";

const signal = new AbortController().signal;
const RULES = { role: "system", text: "Answer from the documents." } as const;
const DOCUMENT_TOKENS = 1_000;

/** Opens our engine. It keeps nothing on disk, so that no run helps another. */
export async function openOurs(options: OursOptions): Promise<Ours> {
  await using stack = new AsyncDisposableStack();
  const words = stack.use(await openWords(options.model));
  const engine = stack.use(await openEngine(options));
  const around = async (...messages: PromptMessage[]) => {
    const { tokens } = await engine.generate({ messages, maxTokens: 1 }, { signal });
    return tokens.prompt - messages.reduce((sum, { text }) => sum + words.count(text), 0);
  };
  const bare = await around({ role: "user", text: "A" });
  const asking = (text: string): PromptMessage[] => [{ role: "user", text }];
  const parts = { engine, words, asking, bare };
  const owned = stack.move();
  return {
    one: (given) => one(parts, given),
    many: (given) => many(parts, given),
    followUp: (given) => followUp(parts, given),
    copy: (given) => copy(parts, given),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Parts {
  readonly engine: LlamaEngine;
  readonly words: Words;
  readonly asking: (text: string) => PromptMessage[];
  /** Tokens that a chat has around a single message. */
  readonly bare: number;
}

async function one({ engine, words, asking, bare }: Parts, given: Parameters<Ours["one"]>[0]) {
  const messages = asking(words.text(given.prompt - bare, given.seed));
  const startedAt = performance.now();
  const { tokens, seconds } = await engine.generate({ messages, maxTokens: given.write }, { signal });
  const ms = performance.now() - startedAt;
  const writeMs = seconds.writing * 1_000;
  return { prompt: tokens.prompt - tokens.reused, written: tokens.written, promptMs: ms - writeMs, writeMs };
}

async function many({ engine, words, asking, bare }: Parts, { at, prompt, write, seed }: Parameters<Ours["many"]>[0]) {
  const texts = Array.from({ length: at }, (_, index) => words.text(Math.max(1, prompt - bare), seed * 100 + index));
  const startedAt = performance.now();
  const all = await Promise.all(
    texts.map((text) => engine.generate({ messages: asking(text), maxTokens: write }, { signal })),
  );
  const ms = performance.now() - startedAt;
  return { prompt: all[0]?.tokens.prompt ?? 0, written: all.reduce((sum, { tokens }) => sum + tokens.written, 0), ms };
}

async function followUp({ engine, words }: Parts, { prefix, added, seed }: Parameters<Ours["followUp"]>[0]) {
  const document = { role: "user", text: words.text(prefix, 1) } as const;
  const ask = async (text: string) => {
    const startedAt = performance.now();
    const messages = [RULES, document, { role: "user", text } as const];
    const { tokens, seconds } = await engine.generate({ messages, maxTokens: 1 }, { signal });
    return { fresh: tokens.prompt - tokens.reused, firstMs: performance.now() - startedAt - seconds.writing * 1_000 };
  };
  const question = (number: number) => `${number % 10}${words.text(added, number)}`;
  await ask(question(seed + 1));
  return ask(question(seed));
}

async function copy({ engine, words }: Parts, { copied, write, seed }: Parameters<Ours["copy"]>[0]) {
  const document = words.text(DOCUMENT_TOKENS, seed);
  const messages = [RULES, { role: "user", text: document } as const];
  const forced = forcedTokens(words, { document, copied, write, seed });
  const { tokens, seconds } = await engine.generate({ messages, maxTokens: write }, { signal, forced });
  return { written: tokens.written, writeMs: seconds.writing * 1_000 };
}

function forcedTokens(
  words: Words,
  given: { readonly document: string; readonly copied: Copied; readonly write: number; readonly seed: number },
): Token[] {
  const source = words.tokens(given.document);
  const fresh = words.tokens(words.text(given.write + 50, given.seed + 50_000));
  const random = randomFrom(given.seed);
  const tokens: Token[] = [];
  while (tokens.length < given.write) {
    const length = given.copied === "all" ? given.write : 32;
    const from = Math.floor(random() * (source.length - length));
    if (given.copied !== "none") tokens.push(...source.slice(from, from + length));
    tokens.push(...fresh.splice(0, 8));
  }
  return tokens.slice(0, given.write);
}

/** The engine by itself. */
export async function openEngine(options: OursOptions, llama?: Llama): Promise<LlamaEngine> {
  return openLlamaEngine(toLlamaOptions(options), { log: silentLog(), signal, ...(llama && { llama }) });
}

/** What the engine is opened with, as far as the bench leaves it open. */
export function toLlamaOptions({ model, lookup = "off", ...given }: OursOptions): LlamaOptions {
  return {
    ...given,
    lookup,
    file: model,
    name: "bench",
    hash: "0".repeat(64),
    gpu: "off",
    flashAttention: "auto",
    cache: "f16",
    thinkingTokens: 0,
    lora: [],
    stateFolder: join(tmpdir(), "hearth-bench", "states"),
    stateMegabytes: 0,
    freeBytes: 64e9,
  };
}

interface Words extends AsyncDisposable {
  /** Made-up words in sentences, about so many tokens of them. */
  text(tokens: number, seed: number): string;
  tokens(text: string): Token[];
  count(text: string): number;
}

/** The model's own tokenizer, and texts measured with it. */
async function openWords(file: string): Promise<Words> {
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath: file, vocabOnly: true });
  const tokens = (text: string) => [...model.tokenize(text, false)];
  return {
    tokens,
    count: (text) => tokens(text).length,
    text: (count, seed) => textOf(model, { count, seed }),
    async [Symbol.asyncDispose]() {
      await model.dispose();
      await llama.dispose();
    },
  };
}

function textOf(model: LlamaModel, { count, seed }: { readonly count: number; readonly seed: number }): string {
  const random = randomFrom(seed);
  const letter = () => String.fromCodePoint(97 + Math.floor(random() * 26));
  let text = "";
  for (let left = count; left > 0;) {
    const word = Array.from({ length: 1 + Math.floor(random() * 8) }, letter).join("");
    const added = ` ${word}${random() < 0.1 ? "." : ""}`;
    const tokens = model.tokenize(added, false).length;
    text += tokens <= left ? added : "7".repeat(left);
    left -= Math.min(left, tokens);
  }
  return text;
}
