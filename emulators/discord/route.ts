import { nest, shape, type Check, type Problem, type Read } from "./checks.ts";
import type { Upload } from "./messages.ts";
import { ApiError, type State } from "./state.ts";
import type { Json } from "./wire.ts";

/** What came in, read but not yet checked. */
export interface Raw {
  readonly state: State;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly files: readonly Upload[];
}

/** A checked request. */
export interface Call<B, Q> {
  readonly state: State;
  readonly param: (name: string) => string;
  readonly query: Q;
  readonly body: B;
  readonly files: readonly Upload[];
}

/** What goes back; `message` names the message that was made or changed. */
export interface Reply {
  readonly status: number;
  readonly body?: Json | readonly Json[];
  readonly message?: string;
}

/** One method of one path. */
export interface Route {
  readonly method: string;
  /** `/channels/{channel}/messages`; the first parameter is the major one of its rate limit. */
  readonly path: string;
  /** Whether the bot's token is needed; interactions bring a token of their own in the path. */
  readonly auth: boolean;
  readonly run: (raw: Raw) => Reply;
}

interface Spec<B extends Check<unknown>, Q extends Check<unknown>> {
  readonly auth?: false;
  readonly query?: Q;
  readonly body?: B;
  readonly files?: true;
  readonly answer: (call: Call<Read<B>, Read<Q>>) => Reply;
}

/** A request that a correct client would not have made: 400, and recorded. */
export class StrictError extends ApiError {
  readonly why: string;

  constructor(
    why: string,
    errors: Readonly<Record<string, unknown>> = { _errors: [{ code: "STRICT", message: why }] },
  ) {
    super({ status: 400, code: 50_035, message: "Invalid Form Body", errors });
    this.why = why;
  }
}

const none = shape({});

/** Describes a route: what its query and body may hold, and what it does. */
export function route<B extends Check<unknown> = Check<object>, Q extends Check<unknown> = Check<object>>(
  line: `${string} /${string}`,
  spec: Spec<B, Q>,
): Route {
  const [method = "", path = ""] = line.split(" ");
  return {
    method,
    path,
    auth: spec.auth ?? true,
    run({ state, params, query, body, files }) {
      const problems: Problem[] = [];
      const checkedQuery = read(spec.query, query, { at: "query", problems });
      const checkedBody = read(spec.body, body ?? {}, { at: "", problems });
      if (files.length > 0 && spec.files !== true)
        problems.push({ at: "files", code: "UNKNOWN_PROPERTY", message: "No files are taken here." });
      if (problems.length > 0)
        throw new StrictError(problems.map(({ at, message }) => `${at}: ${message}`).join(" "), nest(problems));
      const param = (name: string): string => params[name] ?? "";
      return spec.answer({ state, param, query: checkedQuery, body: checkedBody, files });
    },
  };
}

function read<C extends Check<unknown>>(check: C | undefined, value: unknown, { at, problems }: Reading): Read<C> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a check gives is what it reads
  return (check ?? none)(value, at, problems) as Read<C>;
}

interface Reading {
  readonly at: string;
  readonly problems: Problem[];
}

/** Finds the route of a request among those with as many parts. */
export function createMatcher(routes: readonly Route[]) {
  const byLength = Map.groupBy(
    routes.map((one) => ({ route: one, parts: one.path.split("/") })),
    ({ parts }) => parts.length,
  );
  return (method: string, path: string): { route: Route; params: Record<string, string> } | undefined => {
    const given = path.split("/");
    for (const { route: one, parts } of byLength.get(given.length) ?? []) {
      const params = one.method === method ? matchParts(parts, given) : undefined;
      if (params !== undefined) return { route: one, params };
    }
    return undefined;
  };
}

function matchParts(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [i, part] of parts.entries()) {
    const value = given[i] ?? "";
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined && part !== value) return undefined;
    if (name === undefined) continue;
    if (name !== "token" && name !== "emoji" && !/^(?:\d{1,20}|@original)$/.test(value)) return undefined;
    params[name] = decodeURIComponent(value);
  }
  return params;
}
