import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { isObject } from "./checks.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Answer, Method } from "./method.ts";
import type { Install, Json } from "./model.ts";
import { pingsOfCall } from "./pings-of-call.ts";
import { SlackError, type State } from "./state.ts";
import { now, type ApiEntry } from "./transcript.ts";

interface Options {
  readonly state: State;
  readonly methods: ReadonlyMap<string, Method>;
  readonly faults: Faults;
  readonly signal: AbortSignal;
  readonly check: ((method: string, args: Readonly<Record<string, unknown>>) => string | undefined) | undefined;
}

/** What a request asks for. */
interface Asked {
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly bearer: string | undefined;
}

/** Answers calls of the Web API. */
export function createApi({ state, methods, faults, signal, check }: Options) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    { name, body }: { name: string; body: Buffer },
  ): Promise<void> => {
    const given = readArguments(request, body);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const { token: _, ...args } = given;
    const entry = state.transcript.add<ApiEntry>(arrived(state, name, args));
    const wrong = check?.(name, args);
    if (wrong !== undefined) state.transcript.violate(name, wrong);
    const fault = faults.next(name);
    if (fault === "timeout") return;
    if (fault === "reset") return cut(state, request, entry);
    if (typeof fault === "object" && "delayMs" in fault)
      await wait(fault.delayMs, undefined, { signal }).catch(() => undefined);
    const reply = answer({ state, methods, fault }, { name, given, bearer }, entry);
    if (fault === "commit-then-reset") return cut(state, request, entry);
    state.transcript.complete(entry, {
      status: reply.status,
      answeredAt: now(),
      ...(reply.body.ok === false ? { error: String(reply.body.error) } : {}),
    });
    response.writeHead(reply.status, { "content-type": "application/json; charset=utf-8", ...reply.headers });
    response.end(fault === "garbled" ? "<html>upstream connect error" : JSON.stringify(reply.body));
  };
}

function arrived(state: State, method: string, args: Readonly<Record<string, unknown>>): ApiEntry {
  const pings = pingsOfCall(state, method, args);
  return { kind: "api", at: now(), method, args, ...(pings === undefined ? {} : { pings }) };
}

function cut(state: State, request: IncomingMessage, entry: ApiEntry): void {
  state.transcript.complete(entry, { status: 0, answeredAt: now() });
  request.socket.destroy();
}

interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
}

interface Ground {
  readonly state: State;
  readonly methods: ReadonlyMap<string, Method>;
  readonly fault: Fault;
}

function answer(ground: Ground, asked: Asked, entry: ApiEntry): Reply {
  const { state, methods, fault } = ground;
  const found = methods.get(asked.name);
  try {
    if (found === undefined)
      throw new SlackError("unknown_method", { more: { req_method: asked.name }, strict: "no such method" });
    const install = authorize(state, found, asked);
    entry.team = install.team ?? install.enterprise ?? "app";
    if (typeof fault === "number") return { status: fault, body: { ok: false, error: `http_${fault}` }, headers: {} };
    const limited = limit(ground, { asked, install, method: found });
    if (limited !== undefined) {
      entry.retryAfter = limited;
      return { status: 429, body: { ok: false, error: "ratelimited" }, headers: { "retry-after": String(limited) } };
    }
    if (typeof fault === "object" && "error" in fault) throw new SlackError(fault.error);
    const { body, about }: Answer = found.run({ state, install, given: asked.given });
    if (about !== undefined) Object.assign(entry, about);
    return { status: 200, body: { ok: true, ...body }, headers: scopeHeaders(install, found) };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    if (error.strict !== undefined) state.transcript.violate(asked.name, error.strict);
    return { status: 200, body: { ok: false, error: error.error, ...error.more }, headers: {} };
  }
}

const scopeHeaders = (install: Install, found: Method): Record<string, string> => ({
  "x-oauth-scopes": [...install.scopes].join(","),
  "x-accepted-oauth-scopes": found.scopes.join(","),
});

/** The app-level token stands for no install; methods that take it look at none. */
const APP: Install = {
  token: "",
  team: undefined,
  enterprise: undefined,
  botUser: "",
  botId: "",
  scopes: new Set(["connections:write"]),
  without: new Set(),
  status: "active",
};

function authorize(state: State, { token: kind }: Method, { given, bearer }: Asked): Install {
  const token = bearer ?? (typeof given.token === "string" ? given.token : undefined);
  if (token === undefined || token === "") throw new SlackError("not_authed", { strict: "no token" });
  if (typeof given.token === "string" && given.token !== token)
    throw new SlackError("invalid_auth", { strict: "two different tokens" });
  if (token === state.app.appToken) {
    if (kind !== "app")
      throw new SlackError("not_allowed_token_type", { strict: "an app-level token where a bot's is needed" });
    return APP;
  }
  const install = state.installs.get(token);
  if (install === undefined) throw new SlackError("invalid_auth");
  if (kind === "app")
    throw new SlackError("not_allowed_token_type", { strict: "a bot's token where an app-level one is needed" });
  if (install.status === "uninstalled") throw new SlackError("account_inactive");
  if (install.status === "revoked") throw new SlackError("token_revoked");
  return install;
}

function limit(
  { state, fault }: Ground,
  { asked, install, method }: { asked: Asked; install: Install; method: Method },
): number | undefined {
  const asker = {
    method: method.name,
    tier: method.tier,
    team: install.team ?? install.enterprise ?? "app",
    channel:
      method.name === "chat.postMessage" && typeof asked.given.channel === "string" ? asked.given.channel : undefined,
    at: now(),
  };
  const verdict = state.limits.take(asker);
  if (verdict.tooEarly) state.transcript.violate(method.name, "called before Retry-After had passed");
  if (verdict.retryAfter !== undefined) return verdict.retryAfter;
  if (typeof fault !== "object" || !("retryAfter" in fault)) return undefined;
  state.limits.close(asker, fault.retryAfter);
  return fault.retryAfter;
}

function readArguments(request: IncomingMessage, body: Buffer): Record<string, unknown> {
  const type = request.headers["content-type"] ?? "";
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://loopback").searchParams);
  if (type.includes("application/json")) {
    const parsed: unknown = JSON.parse(body.toString() || "{}");
    return { ...query, ...(isObject(parsed) ? parsed : {}) };
  }
  return { ...query, ...Object.fromEntries(new URLSearchParams(body.toString())) };
}
