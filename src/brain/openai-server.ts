import { basename } from "node:path";
import { OpenAI } from "openai";
import { fetchOver } from "./openai-fetch.ts";
import { failureOf, type Failure } from "./openai-failure.ts";

/** A server that speaks the OpenAI protocol, and the Unix socket on which it is reached. */
export interface OpenAiServer {
  /** As the owner wrote it, for people. */
  readonly url: string;
  /** Where the protocol begins, as an http address; the socket decides whose it is. */
  readonly base: string;
  readonly socket: string;
  /** Whether the socket is the relay's, and not the server's own. */
  readonly isRelayed: boolean;
  /** The model to ask for; where there is none, the only one that the server has. */
  readonly model?: string;
  /** The key itself. */
  readonly key?: string;
  /** Whether it is somebody else's service: such take only the fields they know. */
  readonly isPublic: boolean;
}

/** What a server says about itself; `contextTokens` and `parallel` only where it says so. */
export interface ServerFacts {
  readonly model: string;
  readonly contextTokens?: number;
  readonly parallel?: number;
}

/** Longer than any answer: what is too long is decided by whoever asks. */
const NEVER_MS = 2_147_483_647;
/** Models named in a sentence; the rest are counted. */
const NAMED_MODELS = 4;

/** The client library for one server. It tries nothing twice, says nothing, and reads nothing from the environment. */
export function openClient({ base, socket, isRelayed, key }: OpenAiServer): OpenAI {
  return new OpenAI({
    baseURL: base,
    apiKey: key ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: "off",
    fetch: fetchOver(socket, { key, isRelayed }),
  });
}

/** Asks a server for its models and its limits: what it says, or why it cannot be used. Rejects only with the signal's reason. */
export async function askFacts(
  client: OpenAI,
  { server, signal }: { readonly server: OpenAiServer; readonly signal: AbortSignal },
): Promise<ServerFacts | { readonly failure: Failure }> {
  try {
    const listed: unknown = (await client.models.list({ signal })).data;
    const chosen = chooseModel(Array.isArray(listed) ? listed : [], server);
    if ("failure" in chosen) return chosen;
    const { entry, model } = chosen;
    const stated = numberAt(entry, ["max_model_len"]) ?? numberAt(entry, ["meta", "n_ctx"]);
    const properties = stated === undefined ? await askProperties(client, { server, signal }) : undefined;
    const contextTokens = stated ?? numberAt(properties, ["default_generation_settings", "n_ctx"]);
    const parallel = numberAt(properties, ["total_slots"]);
    return {
      model,
      ...(contextTokens !== undefined && { contextTokens }),
      ...(parallel !== undefined && { parallel }),
    };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error, server);
    // It has no list of its models, but one was named.
    if ((failure.status === 404 || failure.status === 405) && server.model !== undefined) {
      return { model: server.model };
    }
    return { failure };
  }
}

/** What llama-server tells about its contexts; other servers know no such path. */
function askProperties(
  client: OpenAI,
  { server, signal }: { readonly server: OpenAiServer; readonly signal: AbortSignal },
): Promise<unknown> {
  return client.get<unknown>(new URL("/props", server.base).href, { signal }).catch(() => signal.throwIfAborted());
}

function chooseModel(
  listed: readonly unknown[],
  { url, model }: OpenAiServer,
): { readonly entry: unknown; readonly model: string } | { readonly failure: Failure } {
  const entries = listed.flatMap((entry) => {
    const id = at(entry, ["id"]);
    return typeof id === "string" ? [{ entry, id }] : [];
  });
  const [only, ...others] = entries;
  if (model === undefined && only && others.length === 0) return { entry: only.entry, model: only.id };
  // Ollama's names have a tag, which may be left out.
  const found = entries.find(({ id }) => id === model || id === `${model}:latest`);
  if (model !== undefined && found) return { entry: found.entry, model };
  const names = entries.slice(0, NAMED_MODELS).map(({ id }) => id);
  const rest = entries.length - names.length;
  const has = names.length > 0 ? `it has ${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}` : "it has none";
  const why =
    model === undefined
      ? `The model server at ${url} does not say by itself which model to ask: ${has}; name one with model in model.servers`
      : `The model server at ${url} has no model "${model}": ${has}; correct model in model.servers`;
  return { failure: { kind: "misconfigured", why } };
}

/** A model's name for people: of the path of a file only its name. */
export function shownModel(model: string): string {
  return (model.startsWith("/") ? basename(model) : model).replace(/\.gguf$/i, "");
}

/** What stands at a path in something that was read as JSON. */
export function at(value: unknown, path: readonly string[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Object.entries(found).find(([name]) => name === key)?.[1];
  }
  return found;
}

/** A number that counts something, likewise. */
export function numberAt(value: unknown, path: readonly string[]): number | undefined {
  const found = at(value, path);
  return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : undefined;
}
