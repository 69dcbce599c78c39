// Simulates digests by the clock over years, in 40 time zones: the real scheduler (two at once over one ledger on the disk), desk, inbox and
// Discord's adapter in a process of their own that is killed (SIGKILL) at any moment and started again after seconds or hours, sleeps for
// hours, and whose clock jumps ahead and back. Only the clock of desk, inbox and scheduler is simulated. What was posted is counted from
// the transcript of the Discord emulator and held against the language's own calendar (Temporal, not the cron library that is used).
// Run: npx node bench/schedule.ts [days, 1096] [seed, 8] [how many times as much trouble, 1]. The same seed brings the same troubles.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { openDiscordEmulator } from "../emulators/discord/emulator.ts";
import { CATCH_UP_MS } from "../src/bots/schedule.ts";
import { randomFrom } from "../src/eval/random.ts";
import { instantsOf, planSchedules, toSchedule, ZONES } from "./schedule-plan.ts";
import type { SideOptions, Told } from "./schedule-side.ts";

const DAYS = Number(process.argv[2] ?? 1_096);
const SEED = Number(process.argv[3] ?? 8);
const TROUBLE = Number(process.argv[4] ?? 1);
const START = Date.parse("2023-01-01T00:00:00Z");
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
const END = START + DAYS * DAY;
const POST = z.object({ content: z.string() });
const POSTING = "/channels/{channel}/messages";
const RUN = /Run (\d+) at (\S+Z)/;

const counts = { ticks: 0, kills: 0, sleeps: 0, ahead: 0, back: 0 };
/** When the schedulers looked and everything came to its end, in the order of the simulation. */
const looks: number[] = [];
/** By channel and instant: the messages that there were. */
const posts = new Map<string, Set<string>>();

await using emulator = await openDiscordEmulator({
  rates: "wide",
  historyCap: 50,
  identifiesPerDay: 100_000,
  identifySpacingMs: 0,
});
const folder = mkdtempSync(join(tmpdir(), "hearth-schedule-"));
const guild = emulator.world.guild({ name: "Acme" });
const wanted = planSchedules(SEED).map((schedule, index) => ({
  ...schedule,
  channel: emulator.world.channel({ guild, name: `channel-${index}` }),
}));
const startedAt = performance.now();
try {
  await simulate();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

async function simulate(): Promise<void> {
  const random = randomFrom(SEED);
  const between = (low: number, high: number) => low + random() * (high - low);
  let [now, error] = [START, 0];
  let side = await start(now);
  let told = 0;
  while (now < END) {
    now += between(0.2 * MINUTE, 20 * MINUTE);
    const chance = random() / TROUBLE;
    if (chance < 0.002) {
      counts.sleeps += 1;
      now += between(10 * MINUTE, 20 * HOUR);
    } else if (chance < 0.003) {
      // Now and then by weeks, as by a battery that is empty; the clock is right again soon.
      counts.ahead += 1;
      error = between(MINUTE, random() < 0.2 ? 45 * DAY : 5 * HOUR);
    } else if (chance < 0.004) {
      counts.back += 1;
      error = -between(MINUTE, 5 * HOUR);
    } else if (error !== 0 && random() > 0.7) error = 0;
    const at = Math.round(now + error);
    const isKilled = random() < 0.002 * TROUBLE;
    if (!isKilled) {
      await tell(side, { now: at, waits: true });
      looks.push(at);
    } else {
      counts.kills += 1;
      if (random() < 0.8) await tell(side, { now: at, waits: false });
      await delay(between(0, 40));
      side.kill("SIGKILL");
      await once(side, "exit");
      now += random() < 0.7 ? between(5 * SECOND, 2 * MINUTE) : between(2 * MINUTE, 14 * HOUR);
      side = await start(Math.round(now + error));
    }
    counts.ticks += 1;
    if (counts.ticks % 50 === 0 || isKilled) await harvest();
    if ((now - START) / DAY > told) {
      told += 5;
      const shown = [now - START, END - START].map((stretch) => Math.round(stretch / DAY));
      console.error(`day ${shown[0]} of ${shown[1]}, ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  }
  side.kill("SIGKILL");
  await once(side, "exit");
  await harvest();
}

async function start(now: number): Promise<ChildProcess> {
  const { api, cdn, token } = emulator;
  const schedules = wanted.map((one, index) => ({ ...toSchedule(one, one.channel, guild), id: `c${index}` }));
  const options: SideOptions = { folder, api, cdn, token, now, schedules };
  const side = fork(fileURLToPath(new URL("schedule-side.ts", import.meta.url)), [JSON.stringify(options)]);
  await answer(side);
  return side;
}

async function tell(side: ChildProcess, told: Told): Promise<void> {
  side.send(told);
  if (told.waits) await answer(side);
}

/** The next thing that the process says; rejects where it ends instead. */
async function answer(side: ChildProcess): Promise<void> {
  const said = new AbortController();
  const ended = once(side, "exit", { signal: said.signal }).then(([code]: unknown[]) => {
    throw new Error(`The process has ended by itself (${String(code)})`);
  });
  try {
    await Promise.race([once(side, "message", { signal: said.signal }), ended]);
  } finally {
    said.abort();
    ended.catch(() => {});
  }
}

/** Counts what the transcript shows as posted, once all that was asked is answered or cut off, and begins it anew. */
async function harvest(): Promise<void> {
  const { transcript } = emulator;
  await emulator.until(
    () => transcript.entries.every((entry) => entry.kind !== "rest" || entry.status !== undefined),
    20_000,
  );
  for (const entry of transcript.entries) {
    if (entry.kind !== "rest" || entry.method !== "POST" || entry.route !== POSTING || entry.message === undefined)
      continue;
    const { content = "" } = POST.safeParse(entry.body).data ?? {};
    const [, channel, to] = RUN.exec(content) ?? [];
    if (channel === undefined || to === undefined) throw new Error(`A post is of no run: ${content}`);
    const run = `${channel} ${Date.parse(to)}`;
    // What a nonce finds again is the message that was there before.
    posts.set(run, (posts.get(run) ?? new Set()).add(entry.message));
  }
  transcript.clear();
}

type Verdict = "posted" | "made up for by a later one" | "outside the window of six hours" | "missed inside it";

function report(): void {
  const sums = new Map<Verdict, number>();
  const known = new Set<string>();
  const look = firstLooks();
  for (const one of wanted) {
    // A clock that is wrong may bring some of before and after.
    const instants = instantsOf(one, START - 2 * DAY, END + 60 * DAY);
    for (const [index, at] of instants.entries()) {
      known.add(`${one.channel} ${at}`);
      if (at <= START || at > END - DAY) continue;
      const verdict = judge(one.channel, { at, after: instants[index + 1], look: look(at) });
      sums.set(verdict, (sums.get(verdict) ?? 0) + 1);
      if (verdict === "missed inside it")
        console.log(`  missed: ${one.zone}, ${one.cron}, ${new Date(at).toISOString()}`);
    }
  }
  const doubled = [...posts].filter(([, messages]) => messages.size > 1);
  for (const [key] of doubled) console.log(`  doubled: ${key}`);
  const strange = [...posts.keys()].filter((key) => !known.has(key)).length;
  const { violations } = emulator.transcript;
  const { ticks, kills, sleeps, ahead, back } = counts;
  const planned = [...sums.values()].reduce((all, one) => all + one, 0);
  const missed = sums.get("missed inside it") ?? 0;
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(
    `${planned} runs of ${wanted.length} schedules in ${ZONES.length} zones over ${DAYS} days (seed ${SEED}, ${minutes} min), all by Discord's emulator,\n` +
      `under ${kills} kills, ${sleeps} sleeps, ${ahead} jumps ahead, ${back} jumps back and ${ticks} looks of two schedulers:\n` +
      [...sums].map(([verdict, count]) => `${count} ${verdict}`).join(", ") +
      `; ${missed} missed inside it, ${doubled.length} doubled, ${strange} that no calendar has, ${violations.length} requests that Discord would not take`,
  );
  if (missed + doubled.length + strange + violations.length > 0) process.exitCode = 1;
}

/**
 * A run is owed where the schedulers looked within six hours after it, by their own clock; unless at the first such look a later run of the
 * same schedule was due too, which is made instead.
 */
function judge(
  channel: string,
  { at, after, look }: { readonly at: number; readonly after: number | undefined; readonly look: number | undefined },
): Verdict {
  if (posts.has(`${channel} ${at}`)) return "posted";
  if (look === undefined) return "outside the window of six hours";
  return after !== undefined && after <= look ? "made up for by a later one" : "missed inside it";
}

/** Gives the first look, in the order of the simulation, that was within the window after an instant. */
function firstLooks(): (at: number) => number | undefined {
  const byHour = new Map<number, number[]>();
  for (const [index, look] of looks.entries()) {
    const hour = Math.floor(look / HOUR);
    byHour.set(hour, [...(byHour.get(hour) ?? []), index]);
  }
  return (at) => {
    const hours = Array.from({ length: CATCH_UP_MS / HOUR + 1 }, (_, after) => Math.floor(at / HOUR) + after);
    const within = hours
      .flatMap((hour) => byHour.get(hour) ?? [])
      .filter((index) => {
        const look = looks[index] ?? 0;
        return look >= at && look < at + CATCH_UP_MS;
      });
    return within.length === 0 ? undefined : looks[Math.min(...within)];
  };
}
