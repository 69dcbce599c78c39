import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Steps, Trouble } from "./acme.ts";
import { whenAnswered, whenQuiet } from "./asking.ts";
import type { Program } from "./box.ts";
import { killAroundDigests } from "./digest-steps.ts";
import { say } from "./chat-steps.ts";
import { questionsOpen } from "./store.ts";
import { acmeOf, NotRun, started, type Stage } from "./stage.ts";

const fault = z.looseObject({
  api: z.string().optional(),
  mode: z.string().optional(),
  status: z.int().optional(),
  retry_after: z.number().optional(),
  times: z.int().default(1),
  seq: z
    .array(z.object({ status: z.int(), retry_after: z.number().optional(), global: z.boolean().optional() }))
    .optional(),
  gateway: z.string().optional(),
  socket: z.string().optional(),
  signal: z.string().optional(),
  throw_in: z.string().optional(),
});

/** What fails, and how much comes at once. Long ones are bounded by the stage's minutes. */
export const loadSteps: Steps = {
  async fault(given, stage) {
    const plan = fault.parse(given);
    if (plan.throw_in !== undefined) throw new NotRun("a way to make a handler of Hearth's throw");
    if (plan.signal !== undefined) throw new NotRun("a model with a process of its own, which a puppet has not");
    if (plan.gateway !== undefined || plan.socket !== undefined) return breakConnection(plan, stage);
    if (plan.api === undefined) throw new NotRun("a fault of that kind");
    // Whoever is refused at the start tries again, and is refused again.
    const times = plan.api === "auth.test" ? 200 : plan.times;
    acmeOf(stage).fail(plan.api, Array.from({ length: times }, () => sequenceOf(plan)).flat());
  },
  async load(given, stage) {
    const load = z
      .object({
        by: z.string().optional(),
        n: z.int().optional(),
        over_s: z.number().optional(),
        pattern: z.string().optional(),
        ingest: z.string().optional(),
        docs: z.int().optional(),
        change_rate: z.number().optional(),
        run: z.string().optional(),
        each: z.boolean().default(false),
      })
      .parse(given);
    if (load.run !== undefined) throw new NotRun(`a way to run ${load.run} alone`);
    await started(stage);
    if (load.pattern === "ask_then_delete") return askAndDelete(load.n ?? 1, load.by ?? "eve", stage);
    if ("load" in stage.case.input && stage.case.input["load"] === given) return othersAsk(load, stage);
    inBackground(stage, (signal) =>
      load.ingest === undefined ? questions(load, stage, signal) : documents(load, stage, signal),
    );
  },
  async kill9(given, stage) {
    const { cycles } = z.object({ cycles: z.int(), at: z.string() }).parse(given);
    const program = await started(stage);
    const half = (cycle: number) => (cycle % 3 === 2 ? "edge" : "core");
    if (stage.facts["digest at"] !== undefined) {
      const kill = async (cycle: number) => void (await killOne(program, half(cycle + 1), stage));
      return killAroundDigests(stage, { cycles, kill });
    }
    const until = performance.now() + stage.minutes * 60_000;
    let longest = 0;
    for (let cycle = 0; cycle < cycles && performance.now() < until && !stage.signal.aborted; cycle += 1) {
      await delay(200 + Math.random() * 2_500);
      longest = Math.max(longest, await killOne(program, half(cycle), stage));
      stage.facts["kills"] = cycle + 1;
    }
    stage.facts["proc.restart_ms"] = longest;
    await endOfLoad(stage);
  },
};

/** Kills a half of Hearth's and gives how long it took until all of it answered again. */
async function killOne(program: Program, half: "core" | "edge", { acme, signal }: Stage): Promise<number> {
  const pid = program.pidOf(half);
  const startedAt = performance.now();
  program.kill(half);
  while (!signal.aborted && performance.now() - startedAt < 60_000) {
    const again = program.pidOf(half);
    if (again !== undefined && again !== pid && (await program.status())) break;
    await delay(50);
  }
  const tookMs = performance.now() - startedAt;
  // Connecting is held back by the platform's own limits, so that it does not count; but the next kill waits for it.
  if (acme) await acme.until(() => acme.isConnected(), 60_000);
  return tookMs;
}

function sequenceOf({ mode, seq, status, retry_after: retryAfter }: z.output<typeof fault>): Trouble[] {
  if (mode === "commit_then_reset") return ["commit-then-reset"];
  if (mode !== undefined) throw new NotRun(`a fault of the kind ${mode}`);
  const whole = { status: status ?? 500, ...(retryAfter !== undefined && { retry_after: retryAfter }) };
  return (seq ?? [whole]).map(({ status: one, retry_after: seconds, ...rest }): Trouble => {
    const isGlobal = "global" in rest && rest.global === true;
    if (one === 429 || isGlobal) return { retryAfter: seconds ?? 1, isGlobal };
    return one === 200 ? "pass" : { status: one };
  });
}

/** Breaks the connection as often as the case says and the minutes allow, each time when it is there again. */
async function breakConnection(plan: Readonly<Record<string, unknown>>, stage: Stage): Promise<void> {
  await started(stage);
  const acme = acmeOf(stage);
  const breaking = acme.breaking(plan);
  const back = () => acme.until(() => acme.isConnected(), 90_000);
  const until = performance.now() + stage.minutes * 60_000;
  let done = 0;
  for (; done < breaking.times && performance.now() < until && !stage.signal.aborted; done += 1) {
    await back();
    await delay(breaking.pauseMs);
    await breaking.act(done);
  }
  stage.facts["faults"] = done;
  await back();
  await endOfLoad(stage);
}

/** Ends what runs in the background, and waits until every question is answered. */
export async function endOfLoad(stage: Stage): Promise<void> {
  for (const one of stage.background) {
    one.stop();
    await one.work;
  }
  const acme = acmeOf(stage);
  const until = performance.now() + 180_000;
  for (const question of stage.questions) await whenAnswered(acme, question, Math.max(1, until - performance.now()));
  await whenQuiet(acme, { stillMs: 1_500, mostMs: 20_000 });
  if (stage.program) await whenSettled(stage.program);
}

/** Waits until the documents are read and nothing of that changes any more. */
async function whenSettled(program: Program): Promise<void> {
  const until = performance.now() + 90_000;
  let last = "";
  while (performance.now() < until) {
    const { sync, documents: count, passages } = (await program.status()) ?? {};
    const now = `${sync?.kind} ${count} ${passages}`;
    if (sync?.kind === "current" && now === last) return;
    last = now;
    await delay(2_500);
  }
}

/** Starts work that goes on until it is stopped. */
function inBackground(stage: Stage, work: (signal: AbortSignal) => Promise<void>): void {
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, stage.signal]);
  stage.background.push({ work: work(signal), stop: () => stopping.abort() });
}

interface Asking {
  readonly by?: string | undefined;
  readonly n?: number | undefined;
  readonly over_s?: number | undefined;
  /** Whether each of them asks so often, instead of all together. */
  readonly each?: boolean;
}

/** "5 users" are five of that name, "eve" is one person. */
async function questions(
  { by = "5 users", n = 1, over_s: seconds, each = false }: Asking,
  stage: Stage,
  signal: AbortSignal,
) {
  const [, count, kind = by] = /^(\d+) (\w+)$/.exec(by) ?? [];
  const people = Number(count ?? 1);
  const times = each ? n * people : n;
  // Without a time they ask as fast as answers of a channel can be posted; one question each is asked at once.
  const pauseMs = each ? 0 : seconds === undefined ? 1_200 : (seconds * 1_000) / n;
  for (let asked = 0; asked < times && !signal.aborted; asked += 1) {
    const place = asked % 2 === 0 ? "ga_general" : "ga_pub";
    const who = count === undefined ? kind : `${kind}${asked % people}`;
    say({ in: place, by: who, text: `What is the rollback command, number ${asked}?` }, stage, { asks: true });
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
}

/** People ask while somebody else asks without end: how long each waits, how evenly they are served, and how long the queue gets. */
async function othersAsk(load: Asking, stage: Stage): Promise<void> {
  const busy = stage.case.setup.flatMap(({ load: own }) => Number(Object(own).over_s ?? []) || []);
  // Amid what the other one asks.
  await delay((busy[0] ?? 0) * 500);
  const first = stage.questions[0]?.by;
  const before = stage.questions.length;
  const looking = new AbortController();
  const longest = longestQueue(stage, looking.signal);
  await questions(load, stage, stage.signal);
  const own = stage.questions.slice(before).filter(({ by }) => by !== first);
  await Promise.all(own.map((question) => whenAnswered(acmeOf(stage), question, 180_000)));
  await endOfLoad(stage);
  looking.abort();
  const waits = own
    .map(({ at, answeredAt = performance.now() }) => (answeredAt - at) / 1_000)
    .toSorted((a, b) => a - b);
  const got = [...Map.groupBy(own, ({ by }) => by).values()].map(
    (asked) => asked.filter(({ answeredAt }) => answeredAt !== undefined).length,
  );
  stage.facts["queue.length"] = await longest;
  stage.facts["proc.others_p95_wait_s"] = waits[Math.ceil(waits.length * 0.95) - 1];
  stage.facts["metrics.jain_index_others"] = evenness(got);
}

/** Jain's index: 1 where all have the same, one n-th where one of n has all. Pure. */
function evenness(shares: readonly number[]): number {
  const sum = shares.reduce((total, one) => total + one, 0);
  const squares = shares.reduce((total, one) => total + one * one, 0);
  return squares === 0 ? 0 : sum ** 2 / (shares.length * squares);
}

/** The most questions that waited in the inbox at any time, until the signal. */
async function longestQueue({ box }: Stage, signal: AbortSignal): Promise<number> {
  let longest = 0;
  while (!signal.aborted) {
    longest = Math.max(longest, questionsOpen(box));
    await delay(1_000, undefined, { signal }).catch(() => {});
  }
  return longest;
}

/** Writes documents again and again; each says in all its parts which revision it is. */
async function documents(
  { docs = 1, change_rate: rate = 1 }: { docs?: number | undefined; change_rate?: number | undefined },
  { box }: Stage,
  signal: AbortSignal,
): Promise<void> {
  for (let revision = 0; !signal.aborted; revision += 1) {
    for (let number = 0; number < docs && !signal.aborted; number += 1) {
      if (revision > 0 && Math.random() > rate) continue;
      box.write(`docs/load-${number}.md`, loadDocument(number, revision));
    }
    await delay(1_000, undefined, { signal }).catch(() => {});
  }
}

/** A document of the load: two parts, both with the words by which it and its revision are known. */
export function loadDocument(number: number, revision: number): string {
  const part = (name: string) => `## ${name}\n\nLoadnumber${number} has revision${revision}x of ${name}.\n\n`;
  return `# Load ${number}\n\n${part("Beginning")}${part("Middle")}${part("End")}`;
}

async function askAndDelete(n: number, by: string, stage: Stage): Promise<void> {
  const acme = acmeOf(stage);
  for (let count = 0; count < n && !stage.signal.aborted; count += 1) {
    const question = say({ in: "ga_pub", by, text: `hello number ${count}` }, stage, { asks: true });
    if (!question) continue;
    await delay(5);
    acme.remove(question);
    stage.questions.splice(stage.questions.indexOf(question), 1);
  }
}
