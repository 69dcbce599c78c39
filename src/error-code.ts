/** The system's code of an error ("ENOENT"), or "error" where it has none. Holds no text of anybody's. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "error";
}
