import type { Log } from "../log.ts";
import { inOneStep, openSqliteFile } from "../sqlite-file.ts";
import type { TalkPlace } from "../chat.ts";
import { statementsOf, type Row, type Statements, type Values } from "./inbox-statements.ts";
import type { NewSchedule, Schedule } from "./schedule.ts";
import type { Planned } from "./schedule-times.ts";

/** Counts up when the tables change. */
const VERSION = 1;
/** A run is known for two years: longer than a clock is ever set back. */
const KNOWN_MS = 2 * 365 * 24 * 60 * 60_000;

const TABLES = `
  CREATE TABLE IF NOT EXISTS schedules (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL,
    is_configured INTEGER NOT NULL, created_at INTEGER NOT NULL, made TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS runs (
    schedule TEXT NOT NULL, planned TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, posted TEXT,
    PRIMARY KEY (schedule, planned)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS runs_at ON runs (schedule, at);
  CREATE INDEX IF NOT EXISTS runs_open ON runs (schedule) WHERE state = 'open';`;

const ADD = `
  INSERT INTO schedules (id, platform, space, channel, is_configured, created_at, made)
  VALUES (:id, :platform, :space, :channel, :configured, :at, :made) ON CONFLICT (id) DO NOTHING`;
/** What was taken for missed is made after all where the clock had been ahead. */
const CLAIM = `
  INSERT INTO runs (schedule, planned, at, state) VALUES (:schedule, :planned, :at, 'open')
  ON CONFLICT DO UPDATE SET state = 'open' WHERE state = 'missed'`;
const PASS =
  "INSERT INTO runs (schedule, planned, at, state) VALUES (:schedule, :planned, :at, :state) ON CONFLICT DO NOTHING";
const LAST = "SELECT max(at) AS at FROM runs WHERE schedule = :schedule AND at <= :at";
const LAST_MADE = `
  SELECT max(at) AS at FROM runs WHERE schedule = :schedule AND at < :at AND state IN ('open', 'posted', 'empty')`;

/** A run that was begun and is not known to have ended. */
export interface OpenRun extends Planned {
  readonly schedule: Schedule;
}

/**
 * Schedules and their runs: a run is written down once for each planned local date and time, before it is made, whoever asks first.
 * "posted", "empty" and "given up" are ends; "passed over" was made up for by a later one, "missed" was never begun.
 */
export interface ScheduleLedger extends Disposable {
  /** Those of the configuration, which replace those that it held before. */
  configure(schedules: readonly (NewSchedule & { readonly id: string })[], now: number): void;
  add(schedule: NewSchedule, now: number): Schedule;
  remove(id: string): boolean;
  /** Those of a platform, of a space, or of one place. */
  schedules(of: Pick<TalkPlace, "platform"> & Partial<TalkPlace>): readonly Schedule[];
  /** It counts as made at this instant: the clock was set back behind the one that was noted. */
  madeAt(id: string, now: number): void;

  /**
   * Begins the latest of the runs that are due, if none began it or one after it before, and notes that those before it are passed over,
   * and others missed. Gives the run that the caller has to make.
   */
  claim(id: string, of: { readonly due: readonly Planned[]; readonly missed: readonly Planned[] }): Planned | undefined;
  open(platform: TalkPlace["platform"]): readonly OpenRun[];
  /** `posted`: the messages that it became. */
  close(
    id: string,
    planned: string,
    end: { readonly state: "posted" | "empty" | "given up"; readonly posted?: readonly string[] },
  ): void;
  /** When the last run up to an instant was planned, whatever became of it; and the last before it that was made. */
  last(id: string, at: number): number | undefined;
  lastMade(id: string, before: number): number | undefined;
  runs(id: string): readonly (Planned & { readonly state: string; readonly posted: readonly string[] })[];
}

/** The ledger in a SQLite file (":memory:" keeps none), which several processes may share. Throws SQLite's or the system's error. */
export function openScheduleLedger({
  path,
  log,
  now,
}: {
  readonly path: string;
  readonly log: Log;
  readonly now: number;
}): ScheduleLedger {
  const file = {
    path,
    name: "the ledger of digests",
    version: VERSION,
    tables: TABLES,
    synchronous: "FULL",
    isShared: true,
  } as const;
  const database = openSqliteFile(file, { log });
  const statements = statementsOf(database);
  statements.run("DELETE FROM runs WHERE at < :before", { before: now - KNOWN_MS });
  return {
    ...schedulesIn(statements, (work) => inOneStep(database, work)),
    ...runsIn(statements),
    claim: (id, of) => inOneStep(database, () => claim(statements, id, of)),
    [Symbol.dispose]() {
      if (database.isOpen) database.close();
    },
  };
}

function schedulesIn(
  statements: Statements,
  inStep: <Result>(work: () => Result) => Result,
): Pick<ScheduleLedger, "configure" | "add" | "remove" | "schedules" | "madeAt"> {
  const add = (
    schedule: NewSchedule & { readonly id: string },
    { now, configured }: { readonly now: number; readonly configured: 0 | 1 },
  ) => statements.run(ADD, { ...valuesOf(schedule), configured, at: now });
  return {
    configure: (wanted, now) =>
      inStep(() => {
        const ids = JSON.stringify(wanted.map(({ id }) => id));
        statements.run(
          "DELETE FROM schedules WHERE is_configured = 1 AND id NOT IN (SELECT value FROM json_each(:ids))",
          { ids },
        );
        for (const schedule of wanted) add(schedule, { now, configured: 1 });
      }),
    add: (schedule, now) =>
      inStep(() => {
        // A number is never given twice: the runs of a schedule that was removed are still known.
        const last = statements.first("SELECT seq FROM sqlite_sequence WHERE name = 'schedules'")?.["seq"];
        const made = { ...schedule, id: String(Number(last ?? 0) + 1) };
        add(made, { now, configured: 0 });
        return { ...made, isConfigured: false, createdAt: now };
      }),
    remove: (id) => statements.run("DELETE FROM schedules WHERE id = :id AND is_configured = 0", { id }) > 0,
    schedules({ platform, space = null, channel = null }) {
      const query = `SELECT * FROM schedules WHERE platform = :platform AND (:space IS NULL OR space = :space)
        AND (:channel IS NULL OR channel = :channel) ORDER BY number`;
      return statements.all(query, { platform, space, channel }).map(toSchedule);
    },
    madeAt: (id, now) => void statements.run("UPDATE schedules SET created_at = :now WHERE id = :id", { id, now }),
  };
}

function runsIn(statements: Statements): Pick<ScheduleLedger, "open" | "close" | "last" | "lastMade" | "runs"> {
  const instant = (row: Row | undefined) => (typeof row?.["at"] === "number" ? row["at"] : undefined);
  return {
    open(platform) {
      const query = `SELECT schedules.*, runs.planned AS planned, runs.at AS planned_at FROM runs
        JOIN schedules ON schedules.id = runs.schedule WHERE runs.state = 'open' AND schedules.platform = :platform`;
      return statements
        .all(query, { platform })
        .map((row) => ({ schedule: toSchedule(row), at: Number(row["planned_at"]), local: String(row["planned"]) }));
    },
    close: (schedule, planned, { state, posted = [] }) =>
      void statements.run(
        "UPDATE runs SET state = :state, posted = :posted WHERE schedule = :schedule AND planned = :planned",
        {
          schedule,
          planned,
          state,
          posted: JSON.stringify(posted),
        },
      ),
    last: (schedule, at) => instant(statements.first(LAST, { schedule, at })),
    lastMade: (schedule, at) => instant(statements.first(LAST_MADE, { schedule, at })),
    runs: (schedule) =>
      statements.all("SELECT * FROM runs WHERE schedule = :schedule ORDER BY at", { schedule }).map(toRun),
  };
}

function claim(
  statements: Statements,
  schedule: string,
  { due, missed }: { readonly due: readonly Planned[]; readonly missed: readonly Planned[] },
): Planned | undefined {
  const pass = (state: "passed over" | "missed") => (run: Planned) =>
    void statements.run(PASS, { schedule, planned: run.local, at: run.at, state });
  missed.forEach(pass("missed"));
  const latest = due.at(-1);
  if (!latest) return undefined;
  const isMine = statements.run(CLAIM, { schedule, planned: latest.local, at: latest.at }) > 0;
  due.slice(0, -1).forEach(pass("passed over"));
  return isMine ? latest : undefined;
}

function valuesOf({ id, ...made }: NewSchedule & { readonly id: string }): Values {
  const { platform, space, channel } = made.place;
  return { id, platform, space, channel, made: JSON.stringify(made) };
}

function toSchedule(row: Row): Schedule {
  const made: NewSchedule = JSON.parse(String(row["made"]));
  return {
    ...made,
    id: String(row["id"]),
    isConfigured: row["is_configured"] === 1,
    createdAt: Number(row["created_at"]),
  };
}

function toRun(row: Row): ReturnType<ScheduleLedger["runs"]>[number] {
  const posted: readonly string[] = typeof row["posted"] === "string" ? JSON.parse(row["posted"]) : [];
  return { at: Number(row["at"]), local: String(row["planned"]), state: String(row["state"]), posted };
}
