import { unlessAborted } from "../abort.ts";
import { UserError } from "../user-error.ts";
import type { Engine, EngineLimits, EngineRequest, EngineState, Generated, GenerateOptions } from "./engine.ts";
import { failureOf, SILENT, type Failure } from "./openai-failure.ts";
import { keepAsking } from "./openai-watch.ts";
import {
  createMember,
  createPool,
  noteFacts,
  noteFailure,
  noteSuccess,
  roomOf,
  type Member,
  type Pool,
} from "./openai-pool.ts";
import { askFacts, openClient, shownModel, type OpenAiServer } from "./openai-server.ts";
import { toBody, writeOn } from "./openai-stream.ts";
import { estimateTokens } from "./openai-text.ts";

export type { OpenAiServer } from "./openai-server.ts";

/** What the owner set, and how patient to be. */
export interface OpenAiOptions {
  readonly servers: readonly OpenAiServer[];
  /** Tokens of prompt and answer together, and answers at once, where a server does not say. */
  readonly contextTokens: number;
  readonly parallel: number;
  /** Tokens of thinking that are allowed besides those of the answer. */
  readonly thinkingTokens: number;
  /** How long a server may say nothing. */
  readonly silenceMs?: number;
  /** How long a server is left alone after its first failure. */
  readonly restMs?: number;
  /** How long `ready` waits for a server that refuses connections. */
  readonly patienceMs?: number;
}

const SILENCE_MS = 120_000;
const PATIENCE_MS = 10_000;

/**
 * Servers of the owner's that speak the OpenAI protocol (llama-server, Ollama, LM Studio, vLLM) as one engine: the least busy one
 * writes, and one that fails before its first word is skipped for a while. Counts of tokens are estimates. A server may keep what it
 * evaluated, out of this engine's hands.
 */
export function openOpenAiEngine(options: OpenAiOptions): Engine {
  const members = options.servers.map((server) => createMember(server, openClient(server), options.restMs));
  const closing = new AbortController();
  const pool = createPool(members, options.parallel);
  const watch = keepAsking(members, { signal: closing.signal });
  const patience = performance.now() + (options.patienceMs ?? PATIENCE_MS);
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);
  return {
    label: () => ({ kind: "openai", name: nameOf(members) }),
    state: () => stateOf(members),
    ready: async ({ signal }) => {
      for (;;) {
        until(signal).throwIfAborted();
        const state = stateOf(members);
        if (state.kind === "ready") return limitsOf(members, options);
        if (state.kind === "failed" && isFinal(members, performance.now() > patience)) throw new UserError(state.why);
        await unlessAborted(watch.changed(), until(signal));
      }
    },
    countTokens: async (texts, { signal }) => {
      until(signal).throwIfAborted();
      return texts.map(estimateTokens);
    },
    generate: (request, asked) =>
      untilEnough(request, { ...asked, signal: until(asked.signal) }, (given) =>
        generate(pool, request, { ...options, ...given }),
      ),
    forget: async () => {},
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("The engine is closed"));
      await watch.ended;
    },
  };
}

/** Writes until the model ends, or until it is enough. */
async function untilEnough(
  request: EngineRequest,
  { signal, enough, onText = () => {} }: GenerateOptions,
  write: (given: Pick<Asking, "signal" | "onText">) => Promise<Generated>,
): Promise<Generated> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  let text = "";
  const grow = (soFar: string) => onText((text = soFar));
  const stop = enough ? AbortSignal.any([signal, enough]) : signal;
  try {
    return await unlessAborted(write({ signal: stop, onText: grow }), stop);
  } catch (error) {
    if (signal.aborted || !enough?.aborted) throw error;
    return endedEarly(request, { text, startedAt });
  }
}

/** What was written when it was enough. The server was not waited for, so what it cost is an estimate. */
function endedEarly(
  { messages }: EngineRequest,
  { text, startedAt }: { readonly text: string; readonly startedAt: number },
): Generated {
  const prompt = messages.reduce((sum, message) => sum + estimateTokens(message.text), 0);
  return {
    text,
    ended: "stop",
    tokens: { prompt, reused: 0, written: estimateTokens(text) },
    seconds: { prompt: 0, writing: (performance.now() - startedAt) / 1_000 },
  };
}

interface Asking extends OpenAiOptions {
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

/** Asks one server after the other until one writes. */
async function generate(pool: Pool, request: EngineRequest, asking: Asking): Promise<Generated> {
  if (request.format?.kind === "grammar") {
    throw new Error("A model server binds its output to a JSON schema, not to a grammar");
  }
  const tried = new Set<Member>();
  for (;;) {
    const outcome = await pool.take(tried, async (member) => {
      asking.signal.throwIfAborted();
      const written = await attempt(member, request, asking);
      if (!("failure" in written)) noteSuccess(member);
      else if (written.failure.kind !== "request") noteFailure(member, written.failure, performance.now());
      return written;
    });
    if (!outcome) throw noServer(pool.members);
    if (!("failure" in outcome)) return outcome;
    const { kind, why, cause } = outcome.failure;
    if (kind === "request") throw new UserError(why, { cause });
  }
}

/** What one server wrote, or why it wrote nothing. Rejects when it failed after words that were shown. */
async function attempt(
  member: Member,
  request: EngineRequest,
  asking: Asking,
): Promise<Generated | { readonly failure: Failure }> {
  const { server, client } = member;
  const { signal, thinkingTokens, silenceMs = SILENCE_MS } = asking;
  const known = member.facts ?? (await askFactsSoon(client, { server, signal, silenceMs }));
  if ("failure" in known) return known;
  if (!member.facts) noteFacts(member, known);
  let isShown = false;
  const onText = (text: string) => {
    isShown = true;
    asking.onText(text);
  };
  const write = () => {
    const body = toBody(request, {
      model: known.model,
      thinkingTokens,
      isPublic: server.isPublic,
      jsonStyle: member.jsonStyle,
    });
    return writeOn(client, body, { signal, silenceMs, onText });
  };
  try {
    return await write().catch((error: unknown) => {
      signal.throwIfAborted();
      if (isShown || !request.format || !isRefusedStyle(failureOf(error, server), member)) throw error;
      member.jsonStyle = "json_object";
      return write();
    });
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error, server);
    if (!isShown) return { failure };
    if (failure.kind !== "request") noteFailure(member, failure, performance.now());
    throw new UserError(failure.why, { cause: error });
  }
}

/** Asks a server about itself; one that takes the question and says nothing counts as failed. */
async function askFactsSoon(
  client: Member["client"],
  { server, signal, silenceMs }: Pick<Member, "server"> & { readonly signal: AbortSignal; readonly silenceMs: number },
): ReturnType<typeof askFacts> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]);
  try {
    return await askFacts(client, { server, signal: patience });
  } catch (error) {
    signal.throwIfAborted();
    return {
      failure: failureOf(Object.assign(new Error("The server is silent", { cause: error }), { code: SILENT }), server),
    };
  }
}

/** Whether a server may only not know this way of naming a schema; one that knows neither has failed once more by then. */
function isRefusedStyle({ status }: Failure, { jsonStyle }: Member): boolean {
  return jsonStyle === "json_schema" && status !== undefined && [400, 422, 500].includes(status);
}

function noServer(members: readonly Member[]): UserError {
  const failures = members.flatMap(({ failure }) => (failure ? [failure] : []));
  return new UserError(failures.map(({ why }) => why).join("; "), { cause: failures[0]?.cause });
}

function stateOf(members: readonly Member[]): EngineState {
  if (members.some(({ facts }) => facts)) return { kind: "ready" };
  const isLoading = members.some(({ failure }) => !failure || failure.kind === "starting");
  return isLoading ? { kind: "loading" } : { kind: "failed", why: noServer(members).message };
}

/** Whether to give up: no server can be used until a person mends something, or patience is at its end. */
function isFinal(members: readonly Member[], isTooLong: boolean): boolean {
  return isTooLong || members.every(({ failure }) => failure?.kind === "misconfigured");
}

/** What every server that answers allows, so that any of them can be asked. */
function limitsOf(members: readonly Member[], given: OpenAiOptions): EngineLimits {
  const known = members.filter(({ facts }) => facts);
  return {
    contextTokens: Math.min(...known.map(({ facts }) => facts?.contextTokens ?? given.contextTokens)),
    parallel: known.reduce((sum, member) => sum + roomOf(member, given.parallel), 0),
  };
}

function nameOf(members: readonly Member[]): string {
  const names = members.map(({ facts, server }) => shownModel(facts?.model ?? server.model ?? server.url));
  return [...new Set(names)].join(", ");
}
