import { shape, type Check, type Fields, type Problem, type Shape, optional, text } from "./checks.ts";
import type { Tier } from "./limits.ts";
import type { Install, Json } from "./model.ts";
import { SlackError, type State } from "./state.ts";

/** A checked call of a method. */
export interface Call<A> {
  readonly state: State;
  readonly install: Install;
  /** The workspace that it is about: the token's, or the one that an org's app names. */
  readonly team: string;
  readonly args: A;
}

/** What goes back beside `ok`; `about` names the message that was made or changed. */
export interface Answer {
  readonly body: Json;
  readonly about?: { readonly ts: string; readonly channel: string };
}

/** A method as the server runs it. */
export interface Method {
  readonly name: string;
  readonly tier: Tier;
  /** Which kind of token. */
  readonly token: "bot" | "app";
  readonly args: readonly string[];
  readonly required: readonly string[];
  readonly scopes: readonly string[];
  readonly run: (raw: { state: State; install: Install; given: Readonly<Record<string, unknown>> }) => Answer;
}

interface Spec<R extends Fields, O extends Fields> {
  readonly tier: Tier;
  readonly token?: "app";
  /** All that may be needed; which of them a call needs, `needs` says, else the first. */
  readonly scopes?: readonly string[];
  readonly needs?: (call: Call<Arguments<R, O>>) => string | undefined;
  readonly required?: R;
  readonly optional?: O;
  readonly answer: (call: Call<Arguments<R, O>>) => Answer | Json;
}

/** The arguments: those that must be there, and those that may. */
export type Arguments<R extends Fields, O extends Fields> = Shape<R> & {
  readonly [K in keyof O]: Shape<O>[K] | undefined;
};

/** What every method takes: web-api sends a token that a call names in the body as well, and bolt an org's team. */
const COMMON = { token: optional(text()), team_id: optional(text({ form: /^T[A-Z0-9]+$/, error: "team_not_found" })) };

/** Describes a method: its rate, scopes and arguments, and what it does. */
export function method<R extends Fields = object & Fields, O extends Fields = object & Fields>(
  name: string,
  spec: Spec<R, O>,
): Method {
  const required: Fields = spec.required ?? {};
  const fields: Fields = {
    ...COMMON,
    ...required,
    ...Object.fromEntries(Object.entries(spec.optional ?? {}).map(([key, check]) => [key, optional(check)])),
  };
  const check = shape(fields);
  return {
    name,
    tier: spec.tier,
    token: spec.token ?? "bot",
    args: Object.keys(fields).filter((key) => key !== "token"),
    required: Object.keys(required),
    scopes: spec.scopes ?? [],
    run({ state, install, given }) {
      if (spec.needs === undefined) demand(install, spec.scopes?.[0]);
      const problems: Problem[] = missing(given, Object.keys(required));
      const args = check(given, "", problems.length > 0 ? [] : problems);
      if (problems.length > 0) throw refusal(problems);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields were put together from R and O above
      const call = { state, install, team: teamOf(state, install, given.team_id), args: args as Arguments<R, O> };
      if (spec.needs !== undefined) demand(install, spec.needs(call));
      const answer = spec.answer(call);
      return isAnswer(answer) ? answer : { body: answer };
    },
  };
}

const isAnswer = (answer: Answer | Json): answer is Answer => typeof answer.body === "object" && answer.body !== null;

/** Throws missing_scope, unless the install has the scope. */
export function demand(install: Install, scope: string | undefined): void {
  if (scope === undefined || install.scopes.has(scope)) return;
  throw new SlackError("missing_scope", { more: { needed: scope, provided: [...install.scopes].join(",") } });
}

const missing = (given: Readonly<Record<string, unknown>>, names: readonly string[]): Problem[] =>
  names
    .filter((name) => given[name] === undefined || given[name] === null || given[name] === "")
    .map((name) => ({ at: `/${name}`, message: `missing required field: ${name}` }));

function teamOf(state: State, install: Install, named: unknown): string {
  if (install.team !== undefined) return install.team;
  const inOrg = [...state.teams.values()].filter(({ enterprise }) => enterprise === install.enterprise);
  if (named !== undefined && !inOrg.some(({ id }) => id === named)) throw new SlackError("team_not_found");
  return typeof named === "string" ? named : (inOrg[0]?.id ?? "");
}

/** Slack's answer to arguments that do not fit: its own error where one is known, else invalid_arguments. */
export function refusal(problems: readonly Problem[]): SlackError {
  const messages = problems.map(({ at, message }) => `[ERROR] ${message} [json-pointer:${at}]`);
  const error = problems.find((one) => one.error !== undefined)?.error ?? "invalid_arguments";
  return new SlackError(error, { more: { response_metadata: { messages } }, strict: messages.join(" ") });
}

/** Reads a check that is not an argument of its own, such as a view's parts. */
export function readOrRefuse<T>(check: Check<T>, value: unknown, at: string): T {
  const problems: Problem[] = [];
  const read = check(value, at, problems);
  if (problems.length > 0) throw refusal(problems);
  return read;
}
