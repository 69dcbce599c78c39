import type { Conversation, TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import { jobOf } from "./inbox-questions.ts";
import type { Inbox } from "./inbox.ts";
import type { Asked, Desk, PlatformName } from "./platform.ts";
import type { OpenRun, ScheduleLedger } from "./schedule-ledger.ts";
import { timesOf, type Pattern, type Planned, type Times } from "./schedule-times.ts";
import { tryTo } from "./serve-revisions.ts";

/** A run that nobody could make in time is made so long afterwards at the latest. */
export const CATCH_UP_MS = 6 * 60 * 60_000;
/** After so long a digest says that it comes late. */
const LATE_MS = 10 * 60_000;
/** A digest goes back so far at most. */
const LONGEST_MS = 31 * 24 * 60 * 60_000;
const FAILED = "a digest by the clock could not be looked after; it is tried again";

/** Where a digest goes: into its own place, into another one whose readers may all read it, or to people who may. */
export type ScheduleTarget =
  | { readonly kind: "here" }
  | { readonly kind: "place"; readonly place: TalkPlace }
  | { readonly kind: "people"; readonly ids: readonly string[] };

/** A digest that is made by the clock. `when` is as people wrote it. */
export interface NewSchedule extends Pattern {
  readonly place: TalkPlace;
  readonly when: string;
  readonly target: ScheduleTarget;
  /** What happens where nothing was said: nothing, or a sentence that says so. */
  readonly quiet: "skip" | "say";
  /** A person's id, or "configuration". */
  readonly by: string;
}

export interface Schedule extends NewSchedule {
  /** A number, where people made it by a command. */
  readonly id: string;
  readonly isConfigured: boolean;
  /** Milliseconds. */
  readonly createdAt: number;
}

/** Digests by the clock, as commands see them. */
export interface Schedules {
  add(schedule: NewSchedule): Schedule;
  /** Those of a space or a place, each with its next instant (ISO 8601). */
  of(
    place: Pick<TalkPlace, "platform" | "space"> & Partial<TalkPlace>,
  ): readonly (Schedule & { readonly next?: string })[];
  /** False where there is none, and for those of the configuration. */
  remove(id: string): boolean;
}

/** What makes digests by the clock. */
export interface Scheduler {
  readonly schedules: Schedules;
  /** Makes all that is due now (milliseconds), and closes what has come to its end. Cheap where nothing is. Throws what SQLite throws. */
  tick(now: number): void;
}

/** What a scheduler is made with. */
export interface SchedulerOptions {
  readonly platform: PlatformName;
  readonly ledger: ScheduleLedger;
  readonly inbox: Pick<Inbox, "openJob" | "given">;
  readonly ask: Desk["ask"];
  readonly log: Log;
  readonly now: () => number;
}

/** A scheduler over a ledger, which others may share: each run is made by one of them. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { platform, ledger, log, now } = options;
  const known = new Map<string, Times>();
  const times = (schedule: Schedule) => {
    const found = known.get(schedule.id) ?? timesOf(schedule);
    known.set(schedule.id, found);
    return found;
  };
  const quiet = new Map<string, Quiet>();
  const look = (schedule: Schedule, at: number) => {
    const { from, until } = quiet.get(schedule.id) ?? { from: at, until: at };
    // Between the last look and the next run there is nothing to do, as long as the clock goes on.
    if (at < from || at >= until) makeDue(schedule, { ...options, times: times(schedule), at });
    quiet.set(schedule.id, {
      from: at,
      until: at >= from && at < until ? until : (times(schedule).next(at)?.at ?? Infinity),
    });
  };
  return {
    schedules: {
      add: (schedule) => ledger.add(schedule, now()),
      of: (place) => ledger.schedules(place).map((one) => ({ ...one, ...nextOf(times(one), now()) })),
      remove: (id) => ledger.remove(id),
    },
    tick(at) {
      // One that fails holds up none behind it.
      for (const schedule of ledger.schedules({ platform })) tryTo(() => look(schedule, at), { log, failed: FAILED });
      for (const run of ledger.open(platform)) {
        const after = () => lookAfter(run, { ...options, times: times(run.schedule), at });
        tryTo(after, { log, failed: FAILED });
      }
    },
  };
}

/** From the last look to the next run. */
interface Quiet {
  readonly from: number;
  readonly until: number;
}

type Ticking = SchedulerOptions & { readonly times: Times; readonly at: number };

function makeDue({ id, createdAt }: Schedule, { ledger, times, at, log }: Ticking): void {
  // The clock was ahead when it was made.
  if (createdAt > at) ledger.madeAt(id, at);
  const since = Math.min(createdAt, at);
  const window = Math.max(since, at - CATCH_UP_MS);
  const due = times.between(window, at);
  const known = Math.max(since, ledger.last(id, at) ?? 0);
  const missed = known < window ? times.between(known, window) : [];
  if (missed.length > 0)
    log.warn({ schedule: id, missed: missed.length }, "digests were not made in time, since Hearth was not running");
  ledger.claim(id, { due, missed });
}

/** Makes a run that was begun, here or by a process that is gone, unless the inbox has it; and closes it when its jobs are done with. */
function lookAfter(run: OpenRun, options: Ticking): void {
  const { ledger, inbox, ask, at, log } = options;
  const all = askedFor(run, options);
  const isTooLate = at - run.at > CATCH_UP_MS;
  let isOpen = false;
  for (const asked of all) {
    const isInHand = inbox.openJob(jobOf(asked)) !== undefined;
    if (isInHand || (!isTooLate && !inbox.given({ job: jobOf(asked) }) && ask(asked))) isOpen = true;
  }
  if (isOpen) return;
  const posted = all.flatMap((asked) => inbox.given({ job: jobOf(asked) })?.posted.map(({ id }) => id) ?? []);
  // What was begun may have been posted, however little is known of it now: it is never begun again.
  const state = posted.length > 0 ? "posted" : isTooLate ? "given up" : "empty";
  ledger.close(run.schedule.id, run.local, { state, posted });
  log.info({ schedule: run.schedule.id, planned: run.local, state }, "a digest by the clock");
}

/** A run as what is asked of the desk, with an id that is the same whoever asks: one for a place, or one for each of the people. */
function askedFor({ schedule, ...planned }: OpenRun, { platform, ledger, times, at }: Ticking): Asked[] {
  const { id, place, zone, target, quiet } = schedule;
  const before = ledger.lastMade(id, planned.at) ?? times.before(planned.at)?.at ?? planned.at - LONGEST_MS;
  const from = new Date(Math.max(before, planned.at - LONGEST_MS)).toISOString();
  const to = new Date(planned.at).toISOString();
  const common = {
    platform,
    files: [],
    wanted: { kind: "digest", place, from, to, isQuiet: quiet === "skip", isLate: at - planned.at > LATE_MS, zone },
  } as const;
  const ask = (
    name: string,
    of: { readonly to: Conversation; readonly by: string },
    how: Pick<Asked, "seenBy" | "route">,
  ): Asked => ({
    ...common,
    ...how,
    id: name,
    message: {
      id: name,
      conversation: of.to,
      author: { id: of.by, name: "Hearth", isBot: true },
      text: "",
      sentAt: new Date(at).toISOString(),
    },
  });
  const name = `digest:${id}@${planned.local}`;
  if (target.kind === "people") {
    return target.ids.map((by) =>
      ask(`${name}:${by}`, { to: place, by }, { seenBy: "asker", route: { post: "direct" } }),
    );
  }
  const there = target.kind === "place" ? target.place : place;
  return [ask(name, { to: there, by: "hearth" }, { seenBy: "place", route: { post: "here" } })];
}

function nextOf(times: Times, now: number): { readonly next?: string } {
  const next: Planned | undefined = times.next(now);
  return next ? { next: new Date(next.at).toISOString() } : {};
}
