import type { Scope } from "../knowledge/passage-index.ts";
import { UserError } from "../user-error.ts";

/** What the command line says about where to look. */
export interface ScopeOptions {
  readonly in?: string;
  readonly type?: readonly string[];
  readonly since?: string;
  readonly until?: string;
}

/** The scope of a search. Days and months are taken at their first instant (UTC). Throws a UserError for a date that is none. */
export function readScope({ in: folder, type: types, since, until }: ScopeOptions): Scope {
  return {
    ...(folder !== undefined && { folder: folder.replace(/^\.?\/+/, "") }),
    ...(types !== undefined && { types: types.map((type) => type.toLowerCase().replace(/^\./, "")) }),
    ...(since !== undefined && { since: toInstant(since, "--since") }),
    ...(until !== undefined && { until: toInstant(until, "--until") }),
  };
}

function toInstant(written: string, flag: string): string {
  const at = /^\d{4}(?:-\d{2}){0,2}(?:T.+)?$/.test(written) ? new Date(written) : undefined;
  // The 31st of February would be taken for a day of March.
  const isOtherDay = /^\d{4}-\d{2}-\d{2}$/.test(written) && at?.toJSON()?.startsWith(written) !== true;
  if (at === undefined || isOtherDay || Number.isNaN(at.getTime())) {
    throw new UserError(`${flag} "${written}" is no date; write it as 2026-11-24`);
  }
  return at.toISOString();
}
