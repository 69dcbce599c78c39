import { APIError } from "openai";
import { NO_RELAY } from "./openai-fetch.ts";
import type { OpenAiServer } from "./openai-server.ts";

/**
 * Why a server could not do what was asked, as a sentence with the cure that repeats nothing of what was sent or answered.
 * "starting": it may only need time. "down": no connection, or it is broken. "misconfigured": a person has to mend it. "request":
 * it takes no request like this one, and neither would another.
 */
export interface Failure {
  readonly kind: "starting" | "down" | "misconfigured" | "request";
  readonly why: string;
  /** What it answered, where it answered. */
  readonly status?: number;
  readonly cause?: unknown;
}

/** The code of a server that said nothing for too long. */
export const SILENT = "ESILENT";
/** The code of a stream that stopped before the answer was whole. */
export const CUT_OFF = "ECUTOFF";

/** The code of an answer that is no JSON although a schema was given. */
export const NO_JSON = "ENOJSON";

/** What an error of the client means. */
export function failureOf(error: unknown, server: OpenAiServer): Failure {
  const status: unknown = error instanceof APIError ? error.status : undefined;
  if (typeof status === "number") return { ...ofStatus(status, server), status, cause: error };
  return { ...ofCode(codeWithin(error), server), cause: error };
}

function codeWithin(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause) {
    // A server's own word for what went wrong is left out: it could say anything.
    if ("code" in one && typeof one.code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(one.code)) return one.code;
  }
  return "error";
}

function ofStatus(status: number, { url, key, model }: OpenAiServer): Failure {
  const at = `The model server at ${url}`;
  if (status === 401 || status === 403) {
    const cure =
      key === undefined
        ? "name the variable that holds its key with key in model.servers"
        : "correct the variable that key in model.servers names";
    return { kind: "misconfigured", why: `${at} refuses to be asked with this key (${status}); ${cure}` };
  }
  if (status === 404 || status === 405) {
    const named = model === undefined ? "" : ` or no model "${model}"`;
    return {
      kind: "misconfigured",
      why: `${at} knows no such path${named} (${status}); correct url or model in model.servers`,
    };
  }
  if (status === 503) return { kind: "starting", why: `${at} is not ready yet (503); it may still load its model` };
  if (status === 429) return { kind: "down", why: `${at} has too much to do (429); wait, or add a second server` };
  if (status >= 500 || status === 408) {
    return { kind: "down", why: `${at} could not answer (${status}); its own log says why` };
  }
  if (status >= 400) {
    const why = `${at} does not take such a request (${status}): its context may be smaller than model.contextTokens says; lower that`;
    return { kind: "request", why };
  }
  return {
    kind: "misconfigured",
    why: `${at} sends elsewhere (${status}); write the address that it names, if you trust it`,
  };
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections (ECONNREFUSED); start it, or correct its address in model.servers",
  ENOENT: "has no such socket (ENOENT); start it, or correct its address in model.servers",
  EACCES: "may not be opened (EACCES); correct the permissions of its socket",
  ENOTFOUND: "has a name that leads nowhere (ENOTFOUND); correct its address in model.servers",
  EAI_AGAIN: "has a name that cannot be looked up now (EAI_AGAIN); look at this machine's name server",
  ETIMEDOUT: "takes no connection in time (ETIMEDOUT); start it, or look at the firewall between",
  EHOSTUNREACH:
    "cannot be reached (EHOSTUNREACH); look at the network between, or correct its address in model.servers",
  ENETUNREACH: "cannot be reached (ENETUNREACH); look at the network between, or correct its address in model.servers",
  EOUTSIDE:
    "has a name that leads out of the private network; write the private address itself, or public: true beside it",
  [SILENT]: "said nothing for too long; see whether it has too much to do",
  [CUT_OFF]: "stopped before its answer was whole; its own log says why",
};

function ofCode(code: string, { url }: OpenAiServer): Failure {
  if (code === NO_RELAY) {
    return { kind: "starting", why: `The relay to the model server at ${url} does not run; the log says why` };
  }
  if (/CERT|SELF_SIGNED|ALTNAME|ERR_SSL|EPROTO|UNABLE_TO/.test(code)) {
    const cure = "give it one that this machine trusts, for the name in model.servers";
    return {
      kind: "misconfigured",
      why: `The model server at ${url} has no certificate that holds (${code}); ${cure}`,
    };
  }
  if (code === NO_JSON) {
    const why = `The model server at ${url} does not keep to a JSON schema; use one that can, such as llama-server, vLLM or Ollama`;
    return { kind: "request", why };
  }
  const words = WORDS[code] ?? `ended the connection (${code}); its own log says why`;
  return { kind: "down", why: `The model server at ${url} ${words}` };
}
