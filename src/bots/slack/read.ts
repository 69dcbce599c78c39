/** A JSON object from Slack, of which nothing is known yet. */
export type Raw = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that is not empty. Pure. */
export function textOf(value: unknown, key: string): string | undefined {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** The objects of a list. Pure. */
export function listOf(value: unknown, key: string): readonly Raw[] {
  const found = isObject(value) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** The texts of a list. Pure. */
export function textsOf(value: unknown, key: string): readonly string[] {
  const found: unknown = isObject(value) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
}

/** Where the next page of a list begins; undefined where there is none. Pure. */
export function nextCursor(page: unknown): string | undefined {
  return textOf(isObject(page) ? page["response_metadata"] : undefined, "next_cursor");
}
