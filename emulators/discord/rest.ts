import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody, type Body } from "./body.ts";
import { serveFile } from "./cdn.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Limits } from "./limits.ts";
import { pingsOfRequest } from "./request-pings.ts";
import { createMatcher, StrictError, type Reply, type Route } from "./route.ts";
import { ApiError, type State } from "./state.ts";
import { now, type RestEntry } from "./transcript.ts";

/** What another check of a request says against it. */
export type RequestCheck = (request: {
  readonly method: string;
  /** The template, `/channels/{channel}/messages`, and the path itself. */
  readonly route: string;
  readonly path: string;
  readonly body: unknown;
}) => readonly string[];

/** What the REST side is made of. */
export interface RestParts {
  readonly state: State;
  readonly routes: readonly Route[];
  readonly limits: Limits;
  readonly faults: Faults;
  readonly check: RequestCheck | undefined;
}

interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const PREFIX = "/api/v10";

/** Answers requests to the API and the CDN. */
export function createRest(parts: RestParts): (request: IncomingMessage, response: ServerResponse) => void {
  const match = createMatcher(parts.routes);
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://discord.invalid");
    if (url.pathname.startsWith("/attachments/")) serveFile(parts.state, url.pathname, response);
    else
      respond(parts, { match, url, request, response }).catch((error: unknown) =>
        giveUp(parts, { error, request, response }),
      );
  };
}

interface Exchange {
  readonly match: ReturnType<typeof createMatcher>;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A client that hung up is nothing; anything else is the emulator's own mistake, and must fail the test. */
function giveUp(
  { state }: RestParts,
  { error, request, response }: Pick<Exchange, "request" | "response"> & { error: unknown },
): void {
  if (request.destroyed && !request.complete) return;
  const why = `The emulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  state.transcript.violate({ at: now(), method: request.method ?? "", path: request.url ?? "", why });
  response.writeHead(500).end();
}

async function respond(parts: RestParts, { match, url, request, response }: Exchange): Promise<void> {
  const method = request.method ?? "GET";
  const at = now();
  const body = await readBody(request);
  const isApi = url.pathname.startsWith(`${PREFIX}/`);
  const plain = url.pathname.replaceAll("%40", "@");
  const path = isApi ? plain.slice(PREFIX.length) : plain;
  const found = isApi ? match(method, path) : undefined;
  const arrived: RestEntry = {
    kind: "rest",
    at,
    method,
    path,
    query: Object.fromEntries(url.searchParams),
    body: body.json,
    files: body.files.length,
    ...(found === undefined ? {} : { route: found.route.path }),
  };
  // Read before a lean transcript drops the body.
  const pings = pingsOfRequest(parts.state, arrived);
  const entry = parts.state.transcript.add(pings === undefined ? arrived : { ...arrived, pings });
  const fault = parts.faults.next(method, path);
  await finish(response, { parts, entry, fault, answer: () => answer(parts, { request, entry, body, found }) });
}

interface Finish {
  readonly parts: RestParts;
  readonly entry: RestEntry;
  readonly fault: Fault;
  readonly answer: () => Outcome;
}

/** Answers, or does what the test asked for instead. */
async function finish(response: ServerResponse, { parts, entry, fault, answer: effect }: Finish): Promise<void> {
  if (fault === "timeout") return;
  if (fault === "reset") return cut(response, parts, entry);
  if (typeof fault === "object" && "delayMs" in fault)
    await new Promise((resolve) => void setTimeout(resolve, fault.delayMs).unref());
  const outcome = planned(parts, entry, fault) ?? effect();
  if (fault === "commit-then-reset") return cut(response, parts, entry);
  entry.status = outcome.status;
  entry.answeredAt = now();
  const text = outcome.body === undefined ? undefined : JSON.stringify(outcome.body);
  response.writeHead(outcome.status, {
    ...(text === undefined ? {} : { "Content-Type": "application/json" }),
    ...outcome.headers,
  });
  response.end(text);
  parts.state.changed();
}

function cut(response: ServerResponse, { state }: RestParts, entry: RestEntry): void {
  entry.status = 0;
  response.socket?.destroy();
  state.changed();
}

function planned({ limits }: RestParts, entry: RestEntry, fault: Fault): Outcome | undefined {
  if (typeof fault === "number") return { status: fault, headers: {}, body: { message: `${fault}: planned`, code: 0 } };
  if (typeof fault !== "object" || !("retryAfter" in fault)) return undefined;
  const { retryAfter, scope = "user" } = fault;
  limits.close(askerOf(entry), retryAfter, scope);
  return tooMany(entry, { retryAfter, scope, headers: {} });
}

function askerOf({ method, route, path, at }: RestEntry) {
  const parts = path.split("/");
  const isToken = parts[1] === "webhooks" || parts[1] === "interactions";
  const major = isToken ? `${parts[2]}/${parts[3]}` : (parts[2] ?? "");
  return { route: `${method} ${route ?? path}`, major, at, isGlobal: !isToken };
}

interface TooMany {
  readonly retryAfter: number;
  readonly scope: "user" | "shared" | "global";
  readonly headers: Readonly<Record<string, string>>;
}

function tooMany(entry: RestEntry, { retryAfter, scope, headers }: TooMany): Outcome {
  entry.retryAfter = retryAfter;
  return {
    status: 429,
    headers: {
      ...headers,
      "Retry-After": String(Math.ceil(retryAfter)),
      "X-RateLimit-Scope": scope,
      ...(scope === "global" ? { "X-RateLimit-Global": "true" } : {}),
    },
    body: { message: "You are being rate limited.", retry_after: retryAfter, global: scope === "global" },
  };
}

interface Arrived {
  readonly request: IncomingMessage;
  readonly entry: RestEntry;
  readonly body: Body;
  readonly found: { readonly route: Route; readonly params: Record<string, string> } | undefined;
}

function answer(parts: RestParts, arrived: Arrived): Outcome {
  const { state, limits } = parts;
  const { entry, found } = arrived;
  const verdict = limits.take(askerOf(entry));
  if (verdict.tooEarly) violate(state, entry, "A request came before Retry-After had ended");
  if (verdict.refused !== undefined) {
    const { retryAfter, global } = verdict.refused;
    return tooMany(entry, { retryAfter, scope: global ? "global" : "user", headers: verdict.headers });
  }
  try {
    if (found === undefined) throw new StrictError("There is no such path and method");
    const reply = run(parts, { ...arrived, found });
    if (reply.message !== undefined) entry.message = reply.message;
    return { status: reply.status, headers: verdict.headers, body: reply.body };
  } catch (error) {
    return refused(state, entry, { error, headers: verdict.headers });
  }
}

function run(
  { state, check }: RestParts,
  { request, entry, body, found }: Arrived & { found: NonNullable<Arrived["found"]> },
): Reply {
  const { authorization, "user-agent": agent } = request.headers;
  if (found.route.auth && authorization !== `Bot ${state.token}`)
    throw new ApiError({ status: 401, code: 0, message: "401: Unauthorized" });
  if (agent === undefined) throw new StrictError("There is no User-Agent");
  if (body.unreadable !== undefined) throw new StrictError(body.unreadable);
  const wrongs = check?.({ method: entry.method, route: found.route.path, path: entry.path, body: body.json }) ?? [];
  if (wrongs.length > 0) throw new StrictError(wrongs.join("; "));
  return found.route.run({ state, params: found.params, query: entry.query, body: body.json, files: body.files });
}

function refused(
  state: State,
  entry: RestEntry,
  { error, headers }: { error: unknown; headers: Readonly<Record<string, string>> },
): Outcome {
  if (!(error instanceof ApiError)) throw error;
  if (error instanceof StrictError) violate(state, entry, error.why);
  entry.code = error.code;
  const { message, code, errors } = error;
  return { status: error.status, headers, body: { message, code, ...(errors === undefined ? {} : { errors }) } };
}

function violate(state: State, { at, method, path }: RestEntry, why: string): void {
  state.transcript.violate({ at, method, path, why });
}
