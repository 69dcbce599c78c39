import { appendFileSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { unlessAborted } from "../abort.ts";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";
import type { Engine, EngineRequest, Generated } from "./engine.ts";

const schema = z.strictObject({
  /** What it says, one after the other and then from the beginning; "" says nothing. */
  answers: z.array(z.string()).min(1).optional(),
  /** Says its whole prompt instead. */
  echo: z.boolean().default(false),
  tokensPerSecond: z.number().positive().optional(),
  /** How long it pretends to load. */
  loadingSeconds: z.number().min(0).default(0),
  contextTokens: z.int().min(512).default(8_192),
  parallel: z.int().min(1).default(1),
  /** A file that every prompt is added to, a line of JSON each, for those who look at what a model gets to see. */
  record: z.string().min(1).optional(),
});

/** What a puppet plays: given words one after the other, or its prompt, at a given speed. */
export type PuppetScript = z.input<typeof schema>;

/** Reads a puppet's script, a JSON file; paths in it begin at its folder. Throws a UserError with the file and what is wrong in it. */
export function readPuppetScript(path: string): PuppetScript {
  const say = (what: string, error: unknown) =>
    new UserError(
      `The puppet's script ${path} ${what}; it is JSON such as {"answers": ["Hello."], "tokensPerSecond": 20}`,
      {
        cause: error,
      },
    );
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw say(`cannot be read (${codeOf(error)})`, error);
  }
  try {
    const script = schema.parse(JSON.parse(text));
    return { ...script, ...(script.record !== undefined && { record: resolve(dirname(path), script.record) }) };
  } catch (error) {
    const place =
      error instanceof z.ZodError ? `cannot be used at ${error.issues[0]?.path.join(".") || "its top"}` : "is no JSON";
    throw say(place, error);
  }
}

/** An engine that plays the words it is given, word by word, for tests and rehearsals. It calls itself a puppet wherever it is named. */
export function createPuppet(script: PuppetScript, { name = "puppet" }: { readonly name?: string } = {}): Engine {
  const { answers, echo, tokensPerSecond, loadingSeconds, contextTokens, parallel, record } = schema.parse(script);
  const closing = new AbortController();
  let isLoading = loadingSeconds > 0;
  const loaded = pause(loadingSeconds * 1_000, closing.signal).then(() => (isLoading = false));
  loaded.catch(() => {});
  let asked = 0;
  const words = ({ messages }: EngineRequest) => {
    if (echo) return messages.map(({ text }) => text).join("\n");
    return answers?.[asked++ % answers.length] ?? "";
  };
  return {
    label: () => ({ kind: "puppet", name }),
    state: () => ({ kind: isLoading ? "loading" : "ready" }),
    async ready({ signal }) {
      const until = AbortSignal.any([signal, closing.signal]);
      until.throwIfAborted();
      await unlessAborted(loaded, until);
      return { contextTokens, parallel };
    },
    countTokens: async (texts) => texts.map((text) => tokensIn(text).length),
    async generate(request, { signal, enough, onText }) {
      const until = AbortSignal.any([signal, closing.signal]);
      await this.ready({ signal: until });
      if (record !== undefined) appendFileSync(record, `${JSON.stringify({ messages: request.messages })}\n`);
      if (request.format) throw new Error("A puppet says what it is given, and keeps to no format");
      return play(words(request), request, { signal: until, enough, tokensPerSecond, onText });
    },
    forget: async () => {},
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("The model is closed"));
    },
  };
}

async function play(
  words: string,
  request: EngineRequest,
  given: {
    readonly signal: AbortSignal;
    readonly enough: AbortSignal | undefined;
    readonly tokensPerSecond: number | undefined;
    readonly onText: ((text: string) => void) | undefined;
  },
): Promise<Generated> {
  const { signal, enough, tokensPerSecond, onText } = given;
  const startedAt = performance.now();
  const tokens = tokensIn(words);
  const said = tokens.slice(0, request.maxTokens);
  let text = "";
  let written = 0;
  for (const token of said) {
    if (tokensPerSecond !== undefined) await pause(1_000 / tokensPerSecond, signal);
    signal.throwIfAborted();
    text += token;
    written += 1;
    onText?.(text);
    if (enough?.aborted) break;
  }
  const prompt = request.messages.flatMap((message) => tokensIn(message.text)).length;
  return {
    text,
    ended: written === said.length && said.length < tokens.length ? "length" : "stop",
    tokens: { prompt, reused: 0, written },
    seconds: { prompt: 0, writing: (performance.now() - startedAt) / 1_000 },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** Words with the space before them. */
function tokensIn(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}
