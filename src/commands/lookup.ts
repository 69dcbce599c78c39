import { toJsonLine } from "../bots/terminal/plain.ts";
import { renderHits } from "../bots/terminal/to-terminal.ts";
import type { Brain } from "../brain/brain.ts";
import { LONGEST_TEXT } from "../channel/protocol.ts";
import type { Audience } from "../chat.ts";
import type { Scope } from "../knowledge/passage-index.ts";
import { UserError } from "../user-error.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import { lookOf, type Surroundings } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { runQuestionsFile } from "./run-questions-file.ts";
import { rounded, toLookupRecord, toResult } from "./to-json.ts";
import { write } from "./write.ts";

const MOST_PASSAGES = 100;

/** What `hearth lookup` was told: words, or a file of questions. */
export interface LookupOptions {
  readonly words: string;
  readonly jsonl?: string;
  readonly json: boolean;
  readonly limit: number;
  readonly scope: Scope;
  readonly clearance: readonly Audience[];
}

interface Given {
  readonly brain: Brain;
  readonly surroundings: Surroundings;
}

/**
 * `hearth lookup`: brings the index up to date and lists the passages for the words. The exit code is 0, or 1 where nothing was
 * found. A file of questions is searched as questions are, not as words that are being typed. Throws a UserError for a mistake of a
 * person's.
 */
export async function runLookup(options: LookupOptions, given: Given): Promise<number> {
  const { words, jsonl, limit, clearance } = options;
  if (jsonl !== undefined && words !== "")
    throw new UserError("Both words and --jsonl were given; leave one of them out");
  if (jsonl === undefined && words.trim() === "") {
    throw new UserError("There are no words to look up; write hearth lookup and the words");
  }
  if (words.length > LONGEST_TEXT) {
    throw new UserError(`The words have ${words.length} characters, more than ${LONGEST_TEXT}; shorten them`);
  }
  if (limit < 1 || limit > MOST_PASSAGES) {
    throw new UserError(`--limit ${limit} cannot be used; give a number from 1 to ${MOST_PASSAGES}`);
  }
  return unlessInterrupted(given.surroundings.signal, () =>
    jsonl === undefined
      ? lookUp(options, given)
      : runQuestionsFile({ path: jsonl, clearance, toRecord: toLookupRecord }, given),
  );
}

async function lookUp(
  { words, limit, scope, json, clearance }: LookupOptions,
  { brain, surroundings }: Given,
): Promise<number> {
  const { signal, out, err } = surroundings;
  const startedAt = performance.now();
  await bringUpToDate(brain, surroundings);
  const before = performance.now();
  const hits = await brain.lookup(words, { clearance, scope, limit, signal });
  const now = performance.now();
  if (json) {
    const timings = rounded({ sync: before - startedAt, search: now - before, total: now - startedAt });
    await write(out, toJsonLine({ words, results: hits.map(toResult), timings }), { signal });
  } else if (hits.length > 0) {
    await write(out, renderHits(hits, lookOf(surroundings)), { signal });
  } else {
    err.write(`Nothing was found; try fewer or other words${isNarrow(scope) ? ", or a wider scope" : ""}.\n`);
  }
  return hits.length > 0 ? 0 : 1;
}

function isNarrow(scope: Scope): boolean {
  return Object.keys(scope).length > 0;
}
