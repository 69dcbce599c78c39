import { hash } from "node:crypto";
import type { Question } from "../chat.ts";
import { isAttached } from "../knowledge/attached.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import type { Log } from "../log.ts";
import type { Answered, Brain } from "./brain.ts";
import { standingIn, takenFrom } from "./evidence.ts";
import { createFindMoved, placeOf, type FindMoved } from "./find-moved.ts";
import type { AnswerRecord, AnswerRecords, KeptSource } from "./records.ts";
import { createTell, type TellTimes } from "./tell-stale.ts";

/** Passages that are named for "Why?", besides those that an answer was taken from. */
const CONSIDERED = 10;
const PRUNE_MS = 60 * 60_000;

/** Follows the passages that answers were taken from, so that it is known when an answer no longer stands. */
export interface Follower extends AsyncDisposable, Pick<Brain, "staleAnswers" | "watchAnswers" | "forgetAnswers"> {
  /** How many changes there were so far. */
  readonly changes: () => number;
  /** Keeps how an answer came about, and what it was taken from. Never throws: an answer is worth more than its record. */
  readonly keep: (answered: Kept) => void;
  /**
   * Documents came, changed or went (any, where none are named). Resolves when the answers that were taken from them were looked at
   * again; never rejects.
   */
  readonly changed: (documents?: readonly string[]) => Promise<void>;
  /** Resolves when nothing waits to be looked at. */
  readonly idle: () => Promise<void>;
}

/** An answer to be kept; `begun` is how many changes there were when its question came. */
interface Kept {
  readonly answered: Answered;
  readonly question: Question;
  readonly begun: number;
}

interface Given {
  readonly records: AnswerRecords;
  readonly knowledge: Pick<Knowledge, "document" | "lookup">;
  readonly log: Log;
}

/** A follower, which has to be told of changes. The records and the knowledge must outlive it. */
export function followAnswers(given: Given & TellTimes): Follower {
  const { records, log } = given;
  const closing = new AbortController();
  const orLog = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, "the record of answers failed");
    }
  };
  const { changes, changed, look, idle } = createLook({ ...given, orLog, signal: closing.signal });
  const prune = () => orLog(() => records.prune(Date.now()));
  prune();
  const timer = setInterval(prune, PRUNE_MS);
  timer.unref();
  return {
    changes,
    changed,
    idle,
    keep: ({ begun, ...kept }) =>
      orLog(() => {
        const documents = keep(kept, records);
        // What it was taken from may have changed while it was being answered.
        if (begun !== changes()) look(documents);
      }),
    staleAnswers: async ({ platform, ids }, { signal }) => {
      signal.throwIfAborted();
      return records.stale(platform, ids);
    },
    watchAnswers: createTell(records, { ...given, closing: closing.signal }),
    forgetAnswers: async (of, { signal }) => {
      signal.throwIfAborted();
      return records.forget(of).answers;
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      clearInterval(timer);
      await idle();
    },
  };
}

/** Keeps an answer, and gives the documents that it was taken from. Of attached files nothing is kept, and so they are not followed. */
function keep({ question, answered }: Omit<Kept, "begun">, records: AnswerRecords): string[] {
  const { id, answer } = answered;
  const taken = takenFrom(answer).filter(({ passage }) => !isAttached(passage));
  const sources = taken.map(({ passage, stretches }) => ({ ...placeOf(passage), stretches }));
  const { conversation, id: messageId, author } = question.message;
  const place = { conversation, messageId, askerId: author.id, clearance: question.clearance };
  const used = new Set(sources.map(({ passageId }) => passageId));
  records.add({ id, answeredAt: new Date().toISOString(), ...place, sources, why: whyOf(answered, used) });
  return sources.map(({ documentId }) => documentId);
}

/** How an answer came about, without a text; of an attached file not even its name. */
function whyOf({ answer, hits, writing, timings }: Answered, used: ReadonlySet<string>): AnswerRecord["why"] {
  const passages = hits
    .filter(({ passage: { id, ...passage } }, place) => !isAttached(passage) && (place < CONSIDERED || used.has(id)))
    .map(({ score, passage: { id, documentId, path, title, headings, url, modifiedAt } }) => ({
      documentId,
      path,
      title,
      headings,
      ...(url !== undefined && { url }),
      ...(modifiedAt !== undefined && { modifiedAt }),
      score,
      isUsed: used.has(id),
    }));
  return { kind: answer.kind, ...(writing && { writing }), timings, passages };
}

/** Looks at documents one after the other; those named meanwhile wait for their turn. */
function createLook(given: Given & { readonly orLog: (work: () => void) => void; readonly signal: AbortSignal }) {
  const { records, log, orLog, signal } = given;
  const waiting = new Set<string>();
  const failed = new Set<string>();
  let findMoved = createFindMoved([], given);
  /** The documents that changed since nothing waited: a text may have moved with an earlier change than the last. */
  let lately: readonly string[] = [];
  let running: Promise<void> | undefined;
  let changes = 0;
  const run = async () => {
    for (const documentId of waiting) {
      waiting.delete(documentId);
      if (signal.aborted) break;
      try {
        await lookAt(documentId, { ...given, findMoved });
      } catch (error) {
        failed.add(documentId);
        if (!signal.aborted) log.error({ err: error }, "what answers were taken from could not be looked at again");
      }
    }
    running = undefined;
  };
  const look = (documents: readonly string[]) => {
    for (const id of documents) waiting.add(id);
    if (waiting.size > 0) running ??= run();
  };
  const idle = async () => running;
  const changed = async (documents?: readonly string[]) => {
    changes += 1;
    lately = [...new Set([...(running ? lately : []), ...(documents ?? [])])];
    findMoved = createFindMoved(lately, given);
    orLog(() => {
      const known = new Set(records.documents());
      look([...(documents ?? known), ...failed].filter((id) => known.has(id)));
      failed.clear();
    });
    await running;
  };
  return { changes: () => changes, look, changed, idle };
}

/** Looks at everything that was taken from a document, as the readers of each answer may read it. */
async function lookAt(documentId: string, given: Given & { readonly findMoved: FindMoved }): Promise<void> {
  const { records, knowledge } = given;
  const byReaders = Map.groupBy(records.sourcesIn(documentId), ({ clearance }) => clearance.join("\n"));
  for (const sources of byReaders.values()) {
    const clearance = sources[0]?.clearance ?? [];
    const passages = await knowledge.document(documentId, { clearance });
    if (passages.length === 0) {
      for (const source of sources) await lookForMoved(source, given);
      continue;
    }
    const hashes = new Map(passages.map(({ id, text }) => [id, hash("sha256", text)]));
    const stands = standingIn(passages.map(({ text }) => text).join("\n\n"));
    for (const source of sources) {
      const isSame = hashes.get(source.passageId) === source.textHash || source.stretches.every(stands);
      judge(source, isSame ? undefined : "changed", records);
    }
  }
}

/** A source whose document is gone is followed to where its text was moved to. */
async function lookForMoved(
  source: KeptSource,
  { records, findMoved }: Given & { readonly findMoved: FindMoved },
): Promise<void> {
  const { key, clearance, stretches } = source;
  const place = await findMoved(source, { clearance });
  if (place) records.move(key, { ...place, stretches });
  judge(source, place ? undefined : "removed", records);
}

function judge(source: KeptSource, change: KeptSource["change"], records: AnswerRecords): void {
  if (change !== source.change) records.judge(source.key, change, Date.now());
}
