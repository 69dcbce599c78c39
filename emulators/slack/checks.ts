import { TS } from "./clock.ts";
import type { Json } from "./model.ts";

/** What is wrong with one value of a call, and where: `/blocks/0/text`. */
export interface Problem {
  readonly at: string;
  readonly message: string;
  /** Slack's error for it, where it is not `invalid_arguments`. */
  readonly error?: string;
}

/** Reads a value strictly: what does not fit is added to `problems`, and some value of the type comes back. */
export type Check<T> = (value: unknown, at: string, problems: Problem[]) => T;

/** What a check reads. */
export type Read<C> = C extends Check<infer T> ? T : never;

export type Fields = Readonly<Record<string, Check<unknown>>>;
export type Shape<F extends Fields> = { readonly [K in keyof F]: Read<F[K]> };

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Text of so many characters, and of a form. */
export function text(limits: { min?: number; max?: number; form?: RegExp; error?: string } = {}): Check<string> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, form, error } = limits;
  const own = error === undefined ? {} : { error };
  return (value, at, problems) => {
    if (typeof value !== "string") {
      problems.push({ at, message: "must be a string" });
      return "";
    }
    if (value.length < min) problems.push({ at, message: `must be more than ${min - 1} characters`, ...own });
    if (value.length > max) problems.push({ at, message: `must be less than ${max + 1} characters`, ...own });
    if (form !== undefined && !form.test(value)) problems.push({ at, message: "has an invalid format", ...own });
    return value;
  };
}

/** The id of a message: a string, with all six digits after the dot. */
export function ts(error = "invalid_arguments"): Check<string> {
  return text({ form: TS, error });
}

/** The id of something whose ids begin with one of the letters. */
export const idOf = (letters: string, error: string): Check<string> =>
  text({ form: new RegExp(`^[${letters}][A-Z0-9]{2,}$`), error });

/** Yes or no; a form says it in words or digits. */
export const flag: Check<boolean> = (value, at, problems) => {
  if (value === true || value === "true" || value === "1") return true;
  if (value === false || value === "false" || value === "0") return false;
  problems.push({ at, message: "must be a boolean" });
  return false;
};

/** A whole number within bounds; a form writes it in digits. */
export function whole(min: number, max: number, error = "invalid_arguments"): Check<number> {
  return (value, at, problems) => {
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max) return number;
    problems.push({ at, message: `must be an integer between ${min} and ${max}`, error });
    return min;
  };
}

/** One of the given words. */
export function oneOf<const T extends string>(...allowed: readonly [T, ...T[]]): Check<T> {
  return (value, at, problems) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) problems.push({ at, message: `must be one of ${allowed.join(", ")}` });
    return found ?? allowed[0];
  };
}

/** A list of so many. */
export function list<T>(check: Check<T>, limits: { min?: number; max?: number } = {}): Check<readonly T[]> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = limits;
  return (value, at, problems) => {
    if (!Array.isArray(value)) {
      problems.push({ at, message: "must be an array" });
      return [];
    }
    if (value.length < min) problems.push({ at, message: `must have more than ${min - 1} items` });
    if (value.length > max) problems.push({ at, message: `must have no more than ${max} items` });
    return value.map((one, i) => check(one, `${at}/${i}`, problems));
  };
}

/** An object with these properties and no others. */
export function shape<F extends Fields>(fields: F): Check<Shape<F>> {
  return (value, at, problems) => {
    const given = isObject(value) ? value : {};
    if (!isObject(value)) problems.push({ at, message: "must be an object" });
    for (const key of Object.keys(given))
      if (!Object.hasOwn(fields, key)) problems.push({ at: `${at}/${key}`, message: "is not a known field" });
    const entries = Object.entries(fields).map(
      ([key, check]) => [key, check(given[key], `${at}/${key}`, problems)] as const,
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each entry was read by the check of its own key
    return Object.fromEntries(entries) as Shape<F>;
  };
}

/** What may be left out. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, at, problems) => (value === undefined || value === null ? undefined : check(value, at, problems));
}

/** A value that a form carries as JSON text. */
export function json<T>(check: Check<T>, error: { format: string; content: string }): Check<T> {
  return (value, at, problems) => {
    const inner: Problem[] = [];
    const read = check(typeof value === "string" ? parse(value, at, problems, error.format) : value, at, inner);
    for (const one of inner) problems.push({ error: error.content, ...one });
    return read;
  };
}

function parse(value: string, at: string, problems: Problem[], error: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    problems.push({ at, message: "is not valid JSON", error });
    return undefined;
  }
}

/** Whatever was given, for parts that nothing here looks into. */
export const anything: Check<unknown> = (value) => value;
