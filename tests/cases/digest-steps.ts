import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Acme, Steps } from "./acme.ts";
import { whenQuiet } from "./asking.ts";
import type { Case, Step } from "./case.ts";
import { openClock, type Clock } from "./clock.ts";
import { acmeOf, NotRun, started, type Stage } from "./stage.ts";

const MINUTE = 60_000;
/** Hearth looks at its clock every ten seconds. */
const LOOK_MS = 12_000;
/** How long Hearth may take to make and post a digest that is due. */
const MADE_MS = 30_000;
const TITLE = /^\W*Digest, /m;

/** Has Hearth keep what is said in the places where a case has somebody talk. */
export function rememberPlaces(given: Case, acme: Acme, configuration: Record<string, unknown>): void {
  const names = new Set([...given.setup, given.input].flatMap(talkedIn));
  const channels = [...names].filter((name) => !acme.isDirect(name)).map((name) => ({ place: acme.audience(name) }));
  if (channels.length > 0) configuration["memory"] = { channels };
}

function talkedIn(step: Step): string[] {
  const { msg, digest, repeat } = step;
  const { in: place }: { in?: string } = Object(msg);
  const channel: unknown = Object(digest).channel;
  return [
    ...(place === undefined ? [] : [place]),
    ...(typeof channel === "string" ? [channel] : []),
    ...(typeof repeat === "object" && repeat !== null && "step" in repeat ? talkedIn(Object(repeat.step)) : []),
  ];
}

/** A digest by the clock, as the configuration of a case has it. */
const setting = z.strictObject({
  at: z.string().regex(/^\d\d:\d\d$/),
  tz: z.string(),
  catch_up_h: z.number().optional(),
});

/** The configuration of a digest in the public place: one that says so where nothing was said, for all that is looked at is when it comes. */
export function configureDigest(given: unknown, stage: Stage): void {
  const { at, tz, catch_up_h: hours = 6 } = setting.parse(given);
  if (hours !== 6) throw new NotRun("another time within which a digest is made up for");
  const place = acmeOf(stage).audience("ga_general");
  stage.box.configuration["memory"] = { channels: [{ place }] };
  stage.box.configuration["digests"] = [{ place, when: `daily ${at}`, zone: tz, to: "same", quiet: "say" }];
  stage.facts["digest at"] = { at, tz };
}

/** What becomes of talk over time. */
export const digestSteps: Steps = {
  /** A digest is made due: Hearth starts anew with one whose time comes just then. */
  async digest(given, stage) {
    const { channel } = z.object({ channel: z.string() }).parse(given);
    const acme = acmeOf(stage);
    const clock = turned(stage);
    await started(stage);
    await whenQuiet(acme);
    // The next full minute, and what was said until now is before it.
    const due = Math.ceil((clock.now() + 5_000) / MINUTE) * MINUTE;
    await stop(stage);
    const [hour, minute] = new Date(due).toISOString().slice(11, 16).split(":").map(Number);
    const place = acme.audience(channel);
    stage.box.configuration["digests"] = [
      { place, when: `${minute} ${hour} * * *`, zone: "UTC", to: "same", quiet: "skip" },
    ];
    await started(stage);
    await during(stage, async () => {
      clock.set(Math.max(clock.now(), due - 1_000));
      await acme.until(() => digestsIn(acme) > 0, LOOK_MS + MADE_MS).catch(() => {});
      await whenQuiet(acme, { stillMs: 1_500, mostMs: 15_000 });
    });
    countDigests(stage);
  },
  /** Done when the digest step gets there. */
  during: (given, stage) => {
    stage.facts["during"] = given;
    return Promise.resolve();
  },
  async clock(given, stage) {
    await passTime(given, stage);
    countDigests(stage);
  },
};

/** Hearth's clock, which has to be turned before its first start. */
function turned(stage: Stage): Clock {
  const known = stage.facts["clock"];
  if (isClock(known)) return known;
  throw new NotRun("mounts of its own for the run (Linux, unshare)");
}

function isClock(value: unknown): value is Clock {
  return typeof value === "object" && value !== null && "set" in value;
}

/** Makes Hearth's clock one that can be turned, where the case needs that. */
export function prepareClock(stage: Stage): void {
  const { input, setup } = stage.case;
  const isAboutTime =
    "digest" in input || "clock" in input || setup.some(({ config }) => Object(config).digest !== undefined);
  if (isAboutTime && stage.sink) stage.facts["clock"] = openClock(stage.box);
}

async function stop(stage: Stage): Promise<void> {
  await stage.program?.[Symbol.asyncDispose]();
  stage.program = undefined;
}

/** Does what a case wants done at the moment that the model is asked for a digest; without such a moment nothing is done. */
async function during(stage: Stage, work: () => Promise<void>): Promise<void> {
  const wanted = stage.facts["during"];
  if (wanted === undefined) return work();
  const plan = z
    .object({ stage: z.literal("digest.generate"), do: z.object({ delete: z.object({ id: z.string() }) }) })
    .parse(wanted);
  const before = stage.box.prompts().length;
  const finished = new AbortController();
  const watching = (async () => {
    while (!finished.signal.aborted && stage.box.prompts().length === before) await delay(20);
    if (stage.box.prompts().length === before) throw new NotRun("a model that is asked for the digest");
    const message = stage.named.get(plan.do.delete.id);
    if (message) acmeOf(stage).remove(message);
  })();
  await work();
  finished.abort();
  await watching;
}

/** The digests that stand in the public places, however often they were edited. */
function digestsIn(acme: Acme): number {
  return acme.posts().filter(({ text }) => TITLE.test(text)).length;
}

function countDigests(stage: Stage): void {
  const count = digestsIn(acmeOf(stage));
  stage.facts["outbound.digests_sent"] = count;
  stage.facts["outbound.digests"] = count;
}

const passing = z.object({
  from: z.string(),
  to: z.string(),
  jumps: z.array(z.object({ at: z.string(), by_s: z.number() })).default([]),
  suspend: z.tuple([z.string(), z.string()]).optional(),
  restarts: z.array(z.string()).default([]),
});

const HALF_HOUR = 30 * MINUTE;

/**
 * Lets time pass: Hearth lives through the beginning of each half of an hour, longer around the time of the digest, and what lies between is
 * left out. Every planned time of the cases is a full or a half hour.
 */
async function passTime(given: unknown, stage: Stage): Promise<void> {
  const { from, to, jumps, suspend, restarts } = passing.parse(given);
  const clock = turned(stage);
  const instant = (text: string) => Date.parse(text.includes("T") ? text : from.slice(0, 11) + text);
  const leaps = jumps.map(({ at, by_s: seconds }) => ({ at: instant(at), by: seconds * 1_000 }));
  const stops = restarts.map(instant);
  const [asleep = Infinity, awake = 0] = (suspend ?? []).map(instant);
  clock.set(instant(from));
  await started(stage);
  await live(LOOK_MS, stage);
  while (clock.now() < instant(to) && !stage.signal.aborted) {
    const half = (Math.floor(clock.now() / HALF_HOUR) + 1) * HALF_HOUR;
    const next = Math.min(half, leaps[0]?.at ?? Infinity, stops[0] ?? Infinity, instant(to));
    const at = next >= asleep && next < awake ? awake : next;
    // Half a second before it, so that it comes as time does.
    clock.set(Math.max(clock.now(), at - 500));
    await delay(600);
    if (stops[0] !== undefined && at >= stops[0]) {
      stops.shift();
      await stop(stage);
      await started(stage);
    }
    if (isNear(at, stage.facts["digest at"])) await live(LOOK_MS, stage);
    if (leaps[0] === undefined || at < leaps[0].at) continue;
    clock.set(clock.now() + leaps[0].by);
    leaps.shift();
    await live(LOOK_MS, stage);
  }
  await live(MADE_MS, stage);
}

/** Whether an instant is within an hour and a half of a time of day, as clocks show it there. */
function isNear(instant: number, of: unknown): boolean {
  const { at = "00:00", tz = "UTC" }: { at?: string; tz?: string } = Object(of);
  const shown = new Intl.DateTimeFormat("en-GB", { timeZone: tz, hour: "2-digit", minute: "2-digit" }).format(instant);
  const [one, other] = [shown, at].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)));
  const apart = Math.abs((one ?? 0) - (other ?? 0));
  return Math.min(apart, 24 * 60 - apart) <= 90;
}

/** A day after the other, Hearth is killed around the time of its digest; what was sent on each day is noted. */
export async function killAroundDigests(
  stage: Stage,
  { cycles, kill }: { readonly cycles: number; readonly kill: (cycle: number) => Promise<void> },
): Promise<void> {
  const clock = turned(stage);
  const acme = acmeOf(stage);
  const { at = "09:00" }: { at?: string } = Object(stage.facts["digest at"]);
  const first = Date.parse(`${new Date(clock.now() + 24 * 60 * MINUTE).toISOString().slice(0, 10)}T${at}Z`);
  const until = performance.now() + stage.minutes * MINUTE;
  const sent: number[] = [];
  for (let cycle = 0; cycle < cycles && performance.now() < until && !stage.signal.aborted; cycle += 1) {
    const before = digestsIn(acme);
    clock.set(first + cycle * 24 * 60 * MINUTE - 1_000);
    await delay(Math.random() * LOOK_MS);
    await kill(cycle);
    await acme.until(() => digestsIn(acme) > before, LOOK_MS + MADE_MS).catch(() => {});
    await live(LOOK_MS, stage);
    sent.push(digestsIn(acme) - before);
    stage.facts["kills"] = cycle + 1;
  }
  stage.facts["outbound.digests_sent_per_day"] = sent.find((count) => count !== 1) ?? sent[0];
}

/** So long Hearth runs on, and then until it posts nothing more. */
async function live(milliseconds: number, stage: Stage): Promise<void> {
  await delay(milliseconds, undefined, { signal: stage.signal }).catch(() => {});
  await whenQuiet(acmeOf(stage), { stillMs: 500, mostMs: 10_000 });
}
