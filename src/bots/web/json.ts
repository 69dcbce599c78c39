/** JSON in which no "<" is left as it is, so that it stays inert even where it is taken for HTML. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
