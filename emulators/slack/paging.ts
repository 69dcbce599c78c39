import { SlackError } from "./state.ts";

/** One page of a list, and the cursor of the next; a cursor is opaque to the app. */
export function page<T>(
  all: readonly T[],
  { cursor, limit }: { cursor: string | undefined; limit: number },
): { items: readonly T[]; next: string } {
  const start = cursor === undefined || cursor === "" ? 0 : offsetOf(cursor);
  const items = all.slice(start, start + limit);
  const next = start + limit < all.length ? Buffer.from(`next:${start + limit}`).toString("base64") : "";
  return { items, next };
}

/** A cursor for what lies before a message. */
export const cursorAt = (ts: string): string => Buffer.from(`next_ts:${ts}`).toString("base64");

/** The ts of such a cursor. */
export function tsOfCursor(cursor: string): string {
  const found = /^next_ts:(\d+\.\d+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1];
  if (found === undefined) throw new SlackError("invalid_cursor", { strict: "a cursor that never was" });
  return found;
}

function offsetOf(cursor: string): number {
  const found = /^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1];
  if (found === undefined) throw new SlackError("invalid_cursor", { strict: "a cursor that never was" });
  return Number(found);
}
