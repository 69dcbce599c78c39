import { createHash } from "node:crypto";
import type { OpenAI } from "openai";
import { unlessAborted } from "../abort.ts";
import type { Embedder, EmbedderFacts } from "../knowledge/embedder.ts";
import { UserError } from "../user-error.ts";
import { failureOf } from "./openai-failure.ts";
import { askFacts, openClient, shownModel, type OpenAiServer } from "./openai-server.ts";

/** Texts of one request: servers refuse very large ones, and a question waits for no more than this. */
const TEXTS_AT_ONCE = 16;
/** A server may load its model first, which takes no longer than this. */
const OPENING_MS = 120_000;

interface Opened extends EmbedderFacts {
  readonly model: string;
}

/**
 * Embeddings by a server that speaks the OpenAI protocol (llama-server, Ollama, vLLM, TEI). `prefixes` are put before the texts, as the
 * model was trained. What a server cannot do becomes a UserError with the cure.
 */
export function openOpenAiEmbedder(
  server: OpenAiServer,
  { prefixes }: { readonly prefixes: { readonly query: string; readonly passage: string } },
): Embedder {
  const client = openClient(server);
  const given = { client, server };
  let name = server.model ?? server.url;
  const closing = new AbortController();
  const openedOnce = createOpening(() => openInTime(given, { prefixes, signal: closing.signal }));
  const opened = async (signal: AbortSignal): Promise<Opened> => {
    const facts = await openedOnce(signal);
    name = shownModel(facts.model);
    return facts;
  };
  return {
    label: () => ({ kind: "openai", name }),
    async ready({ signal }) {
      const { id, dimensions } = await opened(signal);
      return { id, dimensions };
    },
    async embed(texts, { as, signal }) {
      const { model, dimensions } = await opened(signal);
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += TEXTS_AT_ONCE) {
        const part = texts.slice(start, start + TEXTS_AT_ONCE).map((text) => prefixes[as] + text);
        const made = await ask(part, { ...given, model, signal });
        if (made.some(({ length }) => length !== dimensions)) {
          throw new UserError(`The server at ${server.url} changed its embedding model; start Hearth again`);
        }
        vectors.push(...made);
      }
      return vectors;
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("The model is closed"));
    },
  };
}

interface Given {
  readonly client: OpenAI;
  readonly server: OpenAiServer;
}

/** Opens for all who wait, so that none who gives up ends it. A server that did not answer may do so the next time. */
function createOpening(work: () => Promise<Opened>): (signal: AbortSignal) => Promise<Opened> {
  let opening: Promise<Opened> | undefined;
  return (signal) => {
    opening ??= work().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return unlessAborted(opening, signal);
  };
}

async function openInTime(given: Given, options: Parameters<typeof open>[1]): Promise<Opened> {
  const late = AbortSignal.timeout(OPENING_MS);
  try {
    return await open(given, { ...options, signal: AbortSignal.any([options.signal, late]) });
  } catch (error) {
    if (!late.aborted) throw error;
    throw new UserError(`The server at ${given.server.url} does not answer; see whether it has too much to do`, {
      cause: error,
    });
  }
}

async function open(
  { client, server }: Given,
  {
    prefixes,
    signal,
  }: { readonly prefixes: { readonly query: string; readonly passage: string }; readonly signal: AbortSignal },
): Promise<Opened> {
  const facts = await askFacts(client, { server, signal });
  if ("failure" in facts) throw toError(facts.failure.why, facts.failure.cause);
  const { model } = facts;
  const [probe] = await ask(["dimensions"], { client, server, model, signal });
  const dimensions = probe?.length ?? 0;
  const parts = [server.url, model, dimensions, prefixes.query, prefixes.passage];
  const id = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
  return { id, dimensions, model };
}

async function ask(
  input: string[],
  { client, server, model, signal }: Given & { readonly model: string; readonly signal: AbortSignal },
): Promise<Float32Array[]> {
  let data: unknown;
  try {
    ({ data } = await client.embeddings.create({ model, input, encoding_format: "float" }, { signal }));
  } catch (error) {
    signal.throwIfAborted();
    const { why, status } = failureOf(error, server);
    // What a server that only writes says to a request for vectors.
    const isNoEmbedder = status === 404 || status === 405 || status === 501;
    throw isNoEmbedder
      ? toError(
          `The server at ${server.url} makes no embeddings (${status}); name one that does in model.servers`,
          error,
        )
      : toError(why, error);
  }
  const vectors = Array.isArray(data) ? data.toSorted(byIndex).map(({ embedding }) => toUnit(embedding)) : [];
  if (vectors.length !== input.length || vectors.some((vector) => vector === undefined)) {
    throw new UserError(`The server at ${server.url} did not answer with one vector for each text; use another`);
  }
  return vectors.filter((vector) => vector !== undefined);
}

/** The sentences are those of the servers that write; here another key of the configuration is meant. */
function toError(why: string, cause: unknown): UserError {
  return new UserError(why.replaceAll("model.servers", "embeddings.server"), { cause });
}

function byIndex(one: { readonly index?: number }, other: { readonly index?: number }): number {
  return (one.index ?? 0) - (other.index ?? 0);
}

function toUnit(values: unknown): Float32Array | undefined {
  if (!Array.isArray(values) || values.length === 0 || !values.every(Number.isFinite)) return undefined;
  const vector = Float32Array.from(values);
  const length = Math.hypot(...vector);
  return length === 0 ? undefined : vector.map((value) => value / length);
}
