import type { DatabaseSync } from "node:sqlite";
import { codeOf } from "../error-code.ts";
import type { Log } from "../log.ts";
import { emptyWriteAheadLog, eraseTraces, inOneStep, isBusy, isFull, openSqliteFile } from "../sqlite-file.ts";
import { UserError } from "../user-error.ts";
import type { Inbox } from "./inbox.ts";
import { ANSWER_TABLES, answersIn, forgetAnswers, pruneAnswers } from "./inbox-answers.ts";
import { HEARD_TABLES, forgetHeard, heardIn } from "./inbox-heard.ts";
import { PLACE_TABLES, forgetPlaces, placesIn } from "./inbox-places.ts";
import { QUESTION_TABLES, forgetQuestions, pruneQuestions, questionsIn, type Erase } from "./inbox-questions.ts";
import { REVISION_TABLES, forgetEdits, revisionsIn } from "./inbox-revisions.ts";
import { onReserve, openReserve, type Reserve } from "./inbox-reserve.ts";
import { statementsOf, type Statements } from "./inbox-statements.ts";

/** Counts up when the tables change; an inbox of another version is put aside. */
const VERSION = 1;
/** Longer than any platform brings an event again, and than an adapter reads back after a stop: a week. */
const KNOWN_MS = 8 * 24 * 60 * 60_000;
/** How long what was done with may still lie on the disk. */
const ERASE_MS = 1_000;
/** As long as the brain keeps what answers were taken from. */
const GIVEN_MS = 30 * 24 * 60 * 60_000;

/**
 * The inbox in a SQLite file (":memory:" keeps none), readable by this user alone. What is dropped or forgotten is overwritten before
 * the call returns, what is done with or was edited within a second. A damaged file is put aside and begun anew; one that cannot be used is a
 * UserError, for without it questions would be lost.
 */
export function openInbox({
  path,
  log,
  now = Date.now,
}: {
  readonly path: string;
  readonly log: Log;
  readonly now?: () => number;
}): Inbox {
  const reserve = path === ":memory:" ? undefined : openReserve(`${path}.reserve`);
  const database = open(path, { log, reserve });
  reserve?.take();
  const statements = statementsOf(database);
  const { erase, eraseSoon, close } = erasing(database, log);
  const answers = answersIn(statements);
  const questions = questionsIn(statements, { now, erase, eraseSoon });
  const inbox: Inbox = {
    ...questions,
    accept: (asked) => surely(database, () => questions.accept(asked)),
    ...answers,
    give: (given) => inOneStep(database, () => answers.give(given)),
    ...placesIn(statements),
    ...heardIn(statements, { erase, eraseSoon }),
    ...revisionsIn(statements, { erase, eraseSoon }),
    forget(of) {
      const forgotten = erase(() => forget(statements, of, now()));
      if (forgotten > 0) eraseTraces(database);
      return forgotten;
    },
    prune: (at) =>
      void erase(() => pruneQuestions(statements, at - KNOWN_MS) + pruneAnswers(statements, at - GIVEN_MS)),
    [Symbol.dispose]() {
      close();
      database.close();
    },
  };
  return reserve ? onReserve(inbox, reserve) : inbox;
}

/** Gives how many rows. Where Hearth takes part is forgotten with all of a place, not with one person or a stretch of time. */
function forget(
  statements: Statements,
  { platform, space, channel, askerId: asker, since: instant }: Parameters<Inbox["forget"]>[0],
  at: number,
): number {
  const of = { platform, space, channel, asker };
  const since = instant === undefined ? undefined : Date.parse(instant);
  const rows =
    forgetQuestions(statements, { of, at, since }) +
    forgetAnswers(statements, of, since) +
    forgetHeard(statements, { ...of, since }) +
    forgetEdits(statements, of);
  return asker === undefined && since === undefined ? rows + forgetPlaces(statements, of) : rows;
}

/**
 * Overwriting waits for the disk, so that of what is done with many questions share it. What a killed process left to be overwritten
 * is so when the file is opened again.
 */
function erasing(
  database: DatabaseSync,
  log: Log,
): { readonly erase: Erase; readonly eraseSoon: Erase; readonly close: () => void } {
  emptyWriteAheadLog(database);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    clearTimeout(timer);
    timer = undefined;
    emptyWriteAheadLog(database);
  };
  const soon = () => {
    timer ??= setTimeout(() => {
      try {
        close();
      } catch (error) {
        log.error({ err: error }, "questions that are done could not be overwritten yet");
        soon();
      }
    }, ERASE_MS).unref();
  };
  return {
    erase(work) {
      const result = inOneStep(database, work);
      close();
      return result;
    },
    eraseSoon(work) {
      soon();
      return inOneStep(database, work);
    },
    close,
  };
}

function open(
  path: string,
  { log, reserve }: { readonly log: Log; readonly reserve: Reserve | undefined },
): DatabaseSync {
  // What was accepted is acknowledged to the platform, which then never brings it again: it has to outlast a power failure too.
  const file = { path, name: "the inbox", version: VERSION, synchronous: "NORMAL" } as const;
  const tables = QUESTION_TABLES + ANSWER_TABLES + PLACE_TABLES + HEARD_TABLES + REVISION_TABLES;
  try {
    return openSqliteFile({ ...file, tables }, { log });
  } catch (error) {
    if (isFull(error) && reserve?.give() === true) return open(path, { log, reserve });
    const why = isBusy(error)
      ? "another Hearth has it; stop that one"
      : `it cannot be used (${codeOf(error)}); name another place with --data or data in the configuration`;
    throw new UserError(`The inbox ${path}: ${why}`, { cause: error });
  }
}

/** Does work that outlasts a power failure: a platform never brings again what was acknowledged. */
function surely<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("PRAGMA synchronous = FULL");
  try {
    return work();
  } finally {
    database.exec("PRAGMA synchronous = NORMAL");
  }
}
