import { hash } from "node:crypto";
import type { Audience } from "../chat.ts";
import type { Seen } from "./lance-remembered.ts";

/**
 * How many rows a search's filter lets pass, of how many; and the filter itself, but where it lets pass them all: to hold it against every
 * row then takes half of a search's time. As other rows may come at any moment, what is found is to be looked at again by `isFor`.
 */
export async function narrow(
  { table, counted }: Seen<unknown>,
  filter: string,
): Promise<{ readonly passing: number; readonly total: number; readonly filter?: string }> {
  const passing = await counted(hash("sha1", filter), () => table.countRows(filter));
  const total = await counted("rows", () => table.countRows());
  return { passing, total, ...(passing < total && { filter }) };
}

/** Whether a row is for a clearance. */
export function isFor({ audience }: { readonly audience: string }, clearance: readonly Audience[]): boolean {
  return clearance.some((one) => one === audience);
}
