import type { Question } from "../chat.ts";
import { isAttached } from "../knowledge/attached.ts";
import type { Log } from "../log.ts";
import type { Answered, Brain } from "./brain.ts";
import { takenFrom } from "./evidence.ts";
import { createFindMoved, placeOf } from "./find-moved.ts";
import { lookAtDocument, lookAtTalk, type Looking } from "./look-at-sources.ts";
import type { AnswerRecord, AnswerRecords } from "./records.ts";
import { isTalk, saidOn } from "./talk-passages.ts";
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
   * Documents came, changed or went (any, where none are named), or of a place's talk the messages that `passages` names (all, where none
   * are). Resolves when the answers that were taken from them were looked at again; never rejects.
   */
  readonly changed: (documents?: readonly string[], passages?: readonly string[]) => Promise<void>;
  /** Resolves when nothing waits to be looked at. */
  readonly idle: () => Promise<void>;
}

/** An answer to be kept; `begun` is how many changes there were when its question came. */
interface Kept {
  readonly answered: Answered;
  readonly question: Question;
  readonly begun: number;
}

interface Given extends Looking {
  readonly log: Log;
}

/** A follower, which has to be told of changes. The records and the knowledge must outlive it. */
export function followAnswers(given: Given & TellTimes): Follower {
  const { records, log } = given;
  const closing = new AbortController();
  const orLog = logging(log);
  const { watchAnswers, wake } = createTell(records, { ...given, closing: closing.signal });
  const { changes, changed, look, idle } = createLook({ ...given, orLog, wake, signal: closing.signal });
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
    watchAnswers,
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

/** Does some work with the records, whose failure is logged. */
function logging(log: Log): (work: () => void) => void {
  return (work) => {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, "the record of answers failed");
    }
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
    .map(({ score, passage: { id, documentId, path, title, headings, url, modifiedAt, said } }) => ({
      // By the message itself, so that nothing is told of it once it is gone.
      documentId: said ? id : documentId,
      path,
      title: said ? saidOn(said.at) : title,
      headings,
      ...(url !== undefined && { url }),
      ...(modifiedAt !== undefined && { modifiedAt }),
      score,
      isUsed: used.has(id),
    }));
  return { kind: answer.kind, ...(writing && { writing }), timings, passages };
}

interface LookGiven extends Given {
  readonly orLog: (work: () => void) => void;
  readonly wake: () => void;
  readonly signal: AbortSignal;
}

/** Looks at documents, and at places' talk, when they change. */
function createLook(given: LookGiven) {
  const { records, orLog } = given;
  let findMoved = createFindMoved([], given);
  /** The documents that changed since nothing waited: a text may have moved with an earlier change than the last. */
  let lately: readonly string[] = [];
  let changes = 0;
  const line = createLine(async (documentId, passages) => {
    if (isTalk({ documentId })) lookAtTalk(documentId, given, passages);
    else await lookAtDocument(documentId, { ...given, findMoved });
  }, given);
  const changed = async (documents?: readonly string[], passages?: readonly string[]) => {
    changes += 1;
    lately = [...new Set([...(line.isRunning() ? lately : []), ...(documents ?? [])])];
    findMoved = createFindMoved(lately, given);
    orLog(() => {
      const known = new Set(records.documents());
      const isKnown = (id: string) => known.has(id);
      line.look([...(documents ?? known)].filter(isKnown), passages);
      line.look(line.takeFailed().filter(isKnown));
    });
    await line.idle();
  };
  return { changes: () => changes, look: line.look, changed, idle: line.idle };
}

/** Looks at one after the other, or at some of its passages; those named meanwhile wait for their turn. */
function createLine(
  lookAt: (documentId: string, passages: readonly string[] | undefined) => Promise<void>,
  { log, wake, signal }: LookGiven,
) {
  const waiting = new Map<string, readonly string[] | undefined>();
  const failed = new Set<string>();
  let running: Promise<void> | undefined;
  const run = async () => {
    // It must not be over before it is known to run.
    await Promise.resolve();
    for (const [documentId, passages] of waiting) {
      waiting.delete(documentId);
      if (signal.aborted) break;
      try {
        await lookAt(documentId, passages);
      } catch (error) {
        failed.add(documentId);
        if (!signal.aborted) log.error({ err: error }, "what answers were taken from could not be looked at again");
      }
    }
    running = undefined;
    wake();
  };
  return {
    isRunning: () => running !== undefined,
    idle: async () => running,
    look: (documents: readonly string[], passages?: readonly string[]) => {
      for (const id of documents) {
        const before = waiting.has(id) ? waiting.get(id) : [];
        waiting.set(id, before && passages && [...before, ...passages]);
      }
      if (waiting.size > 0) running ??= run();
    },
    /** Those that could not be looked at, each told once. */
    takeFailed: () => {
      const taken = [...failed];
      failed.clear();
      return taken;
    },
  };
}
