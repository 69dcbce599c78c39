/** What is wrong with one value of a request, and where: `embeds.0.title`. */
export interface Problem {
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

/** Reads a value strictly: what does not fit is added to `problems`, and some value of the type comes back. */
export type Check<T> = (value: unknown, at: string, problems: Problem[]) => T;

/** What a check reads. */
export type Read<C> = C extends Check<infer T> ? T : never;

type Fields = Readonly<Record<string, Check<unknown>>>;
type Shape<F extends Fields> = { readonly [K in keyof F]: Read<F[K]> };

const wrong = (problems: Problem[], problem: Problem): void => void problems.push(problem);

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Text of so many characters (code points, as Discord counts), and of a form. */
export function text(limits: { min?: number; max?: number; form?: RegExp } = {}): Check<string> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, form } = limits;
  return (value, at, problems) => {
    if (typeof value !== "string") {
      wrong(problems, { at, code: "STRING_TYPE_CONVERT", message: "Could not interpret the value as a string." });
      return "";
    }
    const length = value.length <= max && value.length >= 2 * min ? value.length : Array.from(value).length;
    if (length < min || length > max)
      wrong(problems, {
        at,
        code: length > max ? "BASE_TYPE_MAX_LENGTH" : "BASE_TYPE_MIN_LENGTH",
        message: `Must be between ${min} and ${max} in length.`,
      });
    if (form !== undefined && !form.test(value))
      wrong(problems, { at, code: "STRING_TYPE_REGEX", message: "String value did not match validation regex." });
    return value;
  };
}

/** An id as Discord writes it. */
export const snowflake: Check<string> = (value, at, problems) => {
  if (typeof value === "string" && /^\d{15,20}$/.test(value)) return value;
  wrong(problems, { at, code: "NUMBER_TYPE_COERCE", message: `Value is not snowflake.` });
  return "0";
};

/** A whole number within bounds. */
export function whole(min = 0, max = Number.MAX_SAFE_INTEGER): Check<number> {
  return (value, at, problems) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    wrong(problems, {
      at,
      code: "NUMBER_TYPE_RANGE",
      message: `Must be a whole number between ${min} and ${max}.`,
    });
    return min;
  };
}

/** The same in a query, where numbers come as text. */
export function wholeText(min = 0, max = Number.MAX_SAFE_INTEGER): Check<number> {
  const check = whole(min, max);
  return (value, at, problems) =>
    check(typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value, at, problems);
}

/** Yes or no. */
export const bool: Check<boolean> = (value, at, problems) => {
  if (typeof value === "boolean") return value;
  wrong(problems, { at, code: "BOOLEAN_TYPE_CONVERT", message: "Must be either true or false." });
  return false;
};

/** Yes or no in a query. */
export const boolText: Check<boolean> = (value, at, problems) =>
  bool(value === "true" ? true : value === "false" ? false : value, at, problems);

/** One of the given values. */
export function oneOf<T extends string | number>(...allowed: readonly [T, ...T[]]): Check<T> {
  return (value, at, problems) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      wrong(problems, { at, code: "BASE_TYPE_CHOICES", message: `Value must be one of ${allowed.join(", ")}.` });
    return found ?? allowed[0];
  };
}

/** May be left out, or null. */
export function maybe<T>(check: Check<T>): Check<T | undefined> {
  return (value, at, problems) => (value === undefined || value === null ? undefined : check(value, at, problems));
}

/** A list of so many. */
export function list<T>(check: Check<T>, limits: { min?: number; max?: number } = {}): Check<readonly T[]> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = limits;
  return (value, at, problems) => {
    if (!Array.isArray(value)) {
      wrong(problems, { at, code: "LIST_TYPE_CONVERT", message: "Only iterables may be used in a ListType." });
      return [];
    }
    if (value.length < min || value.length > max)
      wrong(problems, {
        at,
        code: "BASE_TYPE_BAD_LENGTH",
        message: `Must be between ${min} and ${max} in length.`,
      });
    return value.map((one, i) => check(one, `${at}.${i}`, problems));
  };
}

/** An object with these properties and no others. */
export function shape<F extends Fields>(fields: F): Check<Shape<F>> {
  return (value, at, problems) => {
    const given = isObject(value) ? value : {};
    const prefix = at === "" ? "" : `${at}.`;
    if (!isObject(value))
      wrong(problems, { at, code: "MODEL_TYPE_CONVERT", message: "Only dictionaries may be used in a ModelType." });
    for (const key of Object.keys(given))
      if (!Object.hasOwn(fields, key))
        wrong(problems, { at: `${prefix}${key}`, code: "UNKNOWN_PROPERTY", message: "No such property." });
    const entries = Object.entries(fields).map(([key, check]) => {
      return [key, check(given[key], `${prefix}${key}`, problems)] as const;
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each entry was read by the check of its own key
    return Object.fromEntries(entries) as Shape<F>;
  };
}

/** An object whose `type` says which of the given shapes it has. */
export function byType<T>(checks: Readonly<Record<number, Check<T>>>): Check<T | undefined> {
  return (value, at, problems) => {
    const type = isObject(value) ? value.type : undefined;
    const check = typeof type === "number" ? checks[type] : undefined;
    if (check !== undefined) return check(value, at, problems);
    wrong(problems, { at: `${at}.type`, code: "UNION_TYPE_CHOICES", message: 'Value of field "type" is not known.' });
    return undefined;
  };
}

/** What fits a check and a rule beyond it; the rule says what is wrong. */
export function where<T>(check: Check<T>, rule: (value: T) => string | undefined): Check<T> {
  return (value, at, problems) => {
    const before = problems.length;
    const read = check(value, at, problems);
    const message = problems.length === before ? rule(read) : undefined;
    if (message !== undefined) wrong(problems, { at, code: "BASE_TYPE_INVALID", message });
    return read;
  };
}

/** Only the given value. */
export const exactly = <const T extends string | number>(value: T): Check<T> => oneOf(value);

/** Whatever was given, for parts that nothing here looks into. */
export const anything: Check<unknown> = (value) => value;

/** The body of a 50035 answer: problems nested by their path. */
export function nest(problems: readonly Problem[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { at, code, message } of problems) {
    let here = root;
    for (const part of at.split(".").filter((one) => one !== "")) {
      const next = here[part];
      const inner: Record<string, unknown> = isObject(next) ? next : {};
      here[part] = inner;
      here = inner;
    }
    const listed = Array.isArray(here._errors) ? here._errors : [];
    here._errors = [...listed, { code, message }];
  }
  return root;
}
