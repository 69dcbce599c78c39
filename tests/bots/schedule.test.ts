import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { jobOf } from "../../src/bots/inbox-questions.ts";
import type { Inbox } from "../../src/bots/inbox.ts";
import type { Asked } from "../../src/bots/platform.ts";
import { createScheduler, type NewSchedule, type Scheduler } from "../../src/bots/schedule.ts";
import { openScheduleLedger, type ScheduleLedger } from "../../src/bots/schedule-ledger.ts";
import { silentLog } from "../../src/log.ts";

const HOUR = 60 * 60_000;
const MINUTE = 60_000;
const place = { platform: "discord", space: "G1", channel: "C1" } as const;
const at = (instant: string) => Date.parse(instant);

const daily: NewSchedule = {
  place,
  when: "daily 9:00",
  cron: "0 9 * * *",
  zone: "Europe/Berlin",
  target: { kind: "here" },
  quiet: "skip",
  by: "U1",
};

interface World {
  readonly clock: { now: number };
  readonly ledger: ScheduleLedger;
  readonly inbox: Inbox;
  readonly asked: Asked[];
  /** The planned times that were asked for, by the ids of the jobs. */
  readonly planned: () => string[];
  scheduler: Scheduler;
  tick(instant?: string): void;
  /** What was asked for is posted, or ends without a post. */
  end(post?: "posted" | "nothing"): void;
  /** Another scheduler over the same ledger and inbox, as after a restart, or beside it. */
  another(path?: string): Scheduler;
}

/** A scheduler at an instant, with a ledger in a file. */
function world(start: string, path = join(mkdtempSync(join(tmpdir(), "hearth-test-")), "schedule.sqlite")): World {
  const clock = { now: at(start) };
  const inbox = openInbox({ path: ":memory:", log: silentLog(), now: () => clock.now });
  const ledger = openScheduleLedger({ path, log: silentLog(), now: clock.now });
  const asked: Asked[] = [];
  const ask = (one: Asked) => {
    const isNew = inbox.accept(one) !== undefined;
    if (isNew) asked.push(one);
    return isNew;
  };
  const open = (from: ScheduleLedger) =>
    createScheduler({ platform: "discord", ledger: from, inbox, ask, log: silentLog(), now: () => clock.now });
  const made: World = {
    clock,
    ledger,
    inbox,
    asked,
    planned: () => asked.map(({ id }) => id.replace(/^digest:/, "")),
    scheduler: open(ledger),
    tick(instant) {
      if (instant !== undefined) clock.now = at(instant);
      made.scheduler.tick(clock.now);
    },
    end(post = "posted") {
      for (const { job, asked: one } of inbox.open("discord")) {
        const { conversation } = one.message;
        const posted = [{ id: `P-${one.id}`, conversation }] as const;
        const given = {
          job,
          platform: "discord",
          conversation,
          askedId: one.id,
          askerId: "hearth",
          seenBy: one.seenBy,
        } as const;
        if (post === "posted") inbox.give({ ...given, answerId: `d-${one.id}`, posted, givenAt: clock.now });
        inbox.done(job);
      }
    },
    another: () => open(openScheduleLedger({ path, log: silentLog(), now: clock.now })),
  };
  return made;
}

describe("a digest by the clock", () => {
  it("is asked for once, at its time, of the stretch since the one before, and closed with what it became", () => {
    const w = world("2026-11-28T07:00:00Z");
    const { id } = w.scheduler.schedules.add(daily);
    w.tick("2026-11-28T07:59:59Z");
    expect(w.planned()).toEqual([]);
    w.tick("2026-11-28T08:00:05Z");
    w.tick("2026-11-28T08:00:15Z");
    expect(w.planned()).toEqual([`${id}@2026-11-28T09:00`]);
    expect(w.asked[0]).toMatchObject({
      seenBy: "place",
      route: { post: "here" },
      message: { conversation: place, text: "" },
      wanted: {
        kind: "digest",
        place,
        from: "2026-11-27T08:00:00.000Z",
        to: "2026-11-28T08:00:00.000Z",
        isQuiet: true,
        isLate: false,
        zone: "Europe/Berlin",
      },
    });
    expect(w.ledger.runs(id)).toMatchObject([{ local: "2026-11-28T09:00", state: "open" }]);
    w.end();
    w.tick("2026-11-28T08:01:00Z");
    expect(w.ledger.runs(id)).toMatchObject([{ state: "posted", posted: [`P-digest:${id}@2026-11-28T09:00`] }]);
    w.tick("2026-11-29T08:00:00Z");
    expect(w.asked.at(-1)?.wanted).toMatchObject({ from: "2026-11-28T08:00:00.000Z", to: "2026-11-29T08:00:00.000Z" });
    w.end("nothing");
    w.tick();
    expect(w.ledger.runs(id).map(({ state }) => state)).toEqual(["posted", "empty"]);
  });

  it("that was missed is made late within six hours, the latest of several alone, and what is older is noted", () => {
    const w = world("2026-11-28T00:00:00Z");
    const { id } = w.scheduler.schedules.add({ ...daily, cron: "0 * * * *", zone: "UTC" });
    w.tick();
    w.clock.now = at("2026-11-28T09:30:00Z");
    w.tick();
    expect(w.planned()).toEqual([`${id}@2026-11-28T09:00`]);
    expect(w.asked[0]?.wanted).toMatchObject({ to: "2026-11-28T09:00:00.000Z" });
    const states = w.ledger.runs(id).map(({ local, state }) => `${local.slice(11)} ${state}`);
    expect(states).toEqual([
      ...["01:00", "02:00", "03:00"].map((time) => `${time} missed`),
      ...["04:00", "05:00", "06:00", "07:00", "08:00"].map((time) => `${time} passed over`),
      "09:00 open",
    ]);
    w.end();
    w.tick("2026-11-28T10:00:00Z");
    expect(w.planned()).toHaveLength(2);
  });

  it("that nobody could make within six hours is not made", () => {
    const w = world("2026-11-28T07:00:00Z");
    const { id } = w.scheduler.schedules.add(daily);
    w.tick("2026-11-28T14:00:00Z");
    expect(w.planned()).toEqual([]);
    expect(w.ledger.runs(id)).toMatchObject([{ state: "missed" }]);
    // One second earlier it would have been: the window is open at its end.
    const other = world("2026-11-28T07:00:00Z");
    other.scheduler.schedules.add(daily);
    other.tick("2026-11-28T13:59:59Z");
    expect(other.planned()).toHaveLength(1);
  });

  it("is not made again where the clock is set back, nor lost where it was ahead", () => {
    const w = world("2026-11-28T07:00:00Z");
    const { id } = w.scheduler.schedules.add(daily);
    w.tick("2026-11-28T08:00:00Z");
    w.end();
    for (const back of ["2026-11-28T05:00:00Z", "2026-11-28T08:00:00Z", "2026-11-20T08:00:00Z"]) w.tick(back);
    expect(w.planned().filter((one) => one.includes("11-28"))).toHaveLength(1);
    // A wrong clock, months ahead for a moment: what it took for missed comes at its time.
    w.clock.now = at("2026-11-28T09:00:00Z");
    w.tick("2027-02-01T23:00:00Z");
    w.tick("2026-11-28T09:01:00Z");
    w.tick("2026-11-29T08:00:30Z");
    expect(w.planned()).toContain(`${id}@2026-11-29T09:00`);
  });

  it("whose schedule was made by a clock that was ahead begins when the clock is right", () => {
    const w = world("2027-11-28T07:00:00Z");
    w.scheduler.schedules.add(daily);
    w.tick("2026-11-28T07:00:00Z");
    w.tick("2026-11-28T08:00:00Z");
    expect(w.planned()).toHaveLength(1);
  });

  it("is made at the end of a gap, and once where an hour comes twice", () => {
    const w = world("2026-03-28T12:00:00Z");
    w.scheduler.schedules.add({ ...daily, cron: "30 2 * * *" });
    for (let now = w.clock.now; now < at("2026-03-30T12:00:00Z"); now += 10 * MINUTE) w.scheduler.tick(now);
    const hourly = world("2026-10-24T23:30:00Z");
    hourly.scheduler.schedules.add({ ...daily, cron: "0 * * * *" });
    for (let now = hourly.clock.now; now < at("2026-10-25T02:30:00Z"); now += 10 * MINUTE) hourly.scheduler.tick(now);
    expect(w.planned().map((one) => one.slice(-16))).toEqual(["2026-03-29T03:00", "2026-03-30T02:30"]);
    expect(hourly.planned().map((one) => one.slice(-5))).toEqual(["02:00", "03:00"]);
  });

  it("that was begun by a process that died is made by the next one, and once", () => {
    const w = world("2026-11-28T07:00:00Z");
    const { id } = w.scheduler.schedules.add(daily);
    w.ledger.claim(id, { due: [{ at: at("2026-11-28T08:00:00Z"), local: "2026-11-28T09:00" }], missed: [] });
    expect(w.planned()).toEqual([]);
    w.scheduler = w.another();
    w.tick("2026-11-28T08:00:20Z");
    expect(w.planned()).toHaveLength(1);
    w.scheduler = w.another();
    w.tick("2026-11-28T08:00:30Z");
    w.end();
    w.scheduler = w.another();
    w.tick("2026-11-28T08:00:40Z");
    expect(w.planned()).toHaveLength(1);
    expect(w.ledger.runs(id)).toMatchObject([{ state: "posted" }]);
  });

  it("that was begun and never asked for is given up once six hours have passed", () => {
    const w = world("2026-11-28T07:00:00Z");
    const { id } = w.scheduler.schedules.add(daily);
    w.ledger.claim(id, { due: [{ at: at("2026-11-28T08:00:00Z"), local: "2026-11-28T09:00" }], missed: [] });
    w.tick("2026-11-28T15:00:00Z");
    expect(w.planned()).toEqual([]);
    expect(w.ledger.runs(id)).toMatchObject([{ state: "given up" }]);
  });

  it("is made although another one fails, which is tried again", () => {
    const w = world("2026-11-28T07:00:00Z");
    const [first, second] = [w.scheduler.schedules.add(daily), w.scheduler.schedules.add(daily)];
    const broken = { now: true };
    const claim: ScheduleLedger["claim"] = (id, of) => {
      if (broken.now && id === first.id) throw new Error("The disk is full");
      return w.ledger.claim(id, of);
    };
    w.scheduler = createScheduler({
      platform: "discord",
      ledger: { ...w.ledger, claim },
      inbox: w.inbox,
      ask: (one) => w.inbox.accept(one) !== undefined && w.asked.push(one) > 0,
      log: silentLog(),
      now: () => w.clock.now,
    });
    w.tick("2026-11-28T08:00:05Z");
    expect(w.planned()).toEqual([`${second.id}@2026-11-28T09:00`]);
    broken.now = false;
    w.tick("2026-11-28T08:00:15Z");
    expect(w.planned()).toEqual([second, first].map(({ id }) => `${id}@2026-11-28T09:00`));
  });

  it("is made by one of two schedulers that look at once", () => {
    const w = world("2026-11-28T07:00:00Z");
    w.scheduler.schedules.add(daily);
    const other = w.another();
    for (let day = 0; day < 5; day++) {
      const now = at("2026-11-28T08:00:00Z") + day * 24 * HOUR;
      for (const scheduler of day % 2 === 0 ? [w.scheduler, other] : [other, w.scheduler]) scheduler.tick(now);
      w.clock.now = now;
      w.end();
    }
    expect(w.planned()).toHaveLength(5);
    expect(new Set(w.planned()).size).toBe(5);
  });

  it("is begun by one of two processes that share the ledger", { timeout: 120_000 }, async () => {
    const path = join(mkdtempSync(join(tmpdir(), "hearth-test-")), "schedule.sqlite");
    openScheduleLedger({ path, log: silentLog(), now: 0 })[Symbol.dispose]();
    const from = (file: string) => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href);
    const code = `
      import { openScheduleLedger } from ${from("bots/schedule-ledger.ts")};
      import { silentLog } from ${from("log.ts")};
      using ledger = openScheduleLedger({ path: ${JSON.stringify(path)}, log: silentLog(), now: 0 });
      const due = Array.from({ length: 200 }, (_, number) => ({ at: number, local: String(number) }));
      for (const run of due) if (ledger.claim("1", { due: [run], missed: [] })) console.log(run.local);`;
    const begun = await Promise.all(
      [1, 2].map(() => promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", code])),
    );
    const runs = begun.map(({ stdout }) => stdout.split("\n").filter((line) => line !== ""));
    expect(runs.flat().toSorted()).toEqual(Array.from({ length: 200 }, (_, number) => String(number)).toSorted());
  });

  it("goes to another place, or to each of the people by direct message", () => {
    const w = world("2026-11-28T07:00:00Z");
    const there = { ...place, channel: "C2" };
    w.scheduler.schedules.add({ ...daily, target: { kind: "place", place: there }, quiet: "say" });
    w.scheduler.schedules.add({ ...daily, target: { kind: "people", ids: ["U1", "U2"] } });
    w.tick("2026-11-28T08:00:00Z");
    expect(
      w.asked.map(({ message, seenBy, route, wanted }) => [
        message.conversation.channel,
        message.author.id,
        seenBy,
        route["post"],
        wanted?.isQuiet,
      ]),
    ).toEqual([
      ["C2", "hearth", "place", "here", false],
      ["C1", "U1", "asker", "direct", true],
      ["C1", "U2", "asker", "direct", true],
    ]);
    w.end();
    w.tick();
    expect(w.ledger.open("discord")).toEqual([]);
  });
});

describe("schedules", () => {
  it("are listed by place with their next time, removed by their number, and numbers are not given again", () => {
    const w = world("2026-11-28T07:00:00Z");
    const { schedules } = w.scheduler;
    const first = schedules.add(daily);
    schedules.add({ ...daily, place: { ...place, channel: "C2" } });
    expect(schedules.of(place)).toMatchObject([
      { id: first.id, next: "2026-11-28T08:00:00.000Z", isConfigured: false },
    ]);
    expect(schedules.of({ platform: "discord", space: "G1" })).toHaveLength(2);
    expect(schedules.of({ platform: "slack", space: "G1" })).toEqual([]);
    expect([schedules.remove(first.id), schedules.remove(first.id)]).toEqual([true, false]);
    expect(schedules.add(daily).id).not.toBe(first.id);
    w.tick("2026-11-28T08:00:00Z");
    expect(w.planned()).toHaveLength(2);
  });

  it("of the configuration stay themselves as long as they stand there, and only it can remove them", () => {
    const w = world("2026-11-28T07:00:00Z");
    const one = { ...daily, id: "c1", by: "configuration" };
    w.ledger.configure([one, { ...one, id: "c2" }], w.clock.now);
    w.ledger.configure([one], at("2026-11-28T09:00:00Z"));
    expect(w.ledger.schedules({ platform: "discord" })).toEqual([
      { ...one, isConfigured: true, createdAt: at("2026-11-28T07:00:00Z") },
    ]);
    expect(w.scheduler.schedules.remove("c1")).toBe(false);
    // It was made before this Hearth was started late.
    w.tick("2026-11-28T10:00:00Z");
    expect(w.planned()).toEqual(["c1@2026-11-28T09:00"]);
    expect(jobOf({ platform: "discord", id: "digest:c1@2026-11-28T09:00" })).toMatch(/^[a-z0-9]{20}$/);
  });
});
