import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Fault } from "../../emulators/discord/faults.ts";
import { whenAnswered, whenQuiet } from "./asking.ts";
import type { Program } from "./box.ts";
import { say } from "./chat-steps.ts";
import { acmeOf, NotRun, started, type Stage } from "./stage.ts";

type Steps = Readonly<Record<string, (given: unknown, stage: Stage) => Promise<void>>>;

const POSTS = /^\/channels\/\d+\/messages$/;

const fault = z.object({
  api: z.string().optional(),
  mode: z.string().optional(),
  status: z.int().optional(),
  seq: z
    .array(z.object({ status: z.int(), retry_after: z.number().optional(), global: z.boolean().optional() }))
    .optional(),
  gateway: z.string().optional(),
  events: z.int().optional(),
  n: z.int().optional(),
  codes: z.array(z.int()).optional(),
  signal: z.string().optional(),
  throw_in: z.string().optional(),
});

/** What fails, and how much comes at once. Long ones are bounded by the stage's minutes. */
export const loadSteps: Steps = {
  async fault(given, stage) {
    const plan = fault.parse(given);
    if (plan.throw_in !== undefined) throw new NotRun("a way to make a handler of Hearth's throw");
    if (plan.signal !== undefined) throw new NotRun("a model with a process of its own, which a puppet has not");
    if (plan.gateway !== undefined) return gatewayFault({ ...plan, gateway: plan.gateway }, stage);
    const { emulator } = acmeOf(stage);
    if (plan.api === "auth.test")
      emulator.rest.fail({ sequence: Array.from({ length: 200 }, (): Fault => plan.status ?? 401) });
    else if (plan.api === "post_message")
      emulator.rest.fail({ method: "POST", path: POSTS, sequence: sequenceOf(plan) });
    else throw new NotRun(`a fault of ${plan.api ?? "that kind"}`);
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
      })
      .parse(given);
    if (load.run !== undefined) throw new NotRun(`a way to run ${load.run} alone`);
    await started(stage);
    if (load.pattern === "ask_then_delete") return askAndDelete(load.n ?? 1, load.by ?? "eve", stage);
    inBackground(stage, (signal) =>
      load.ingest === undefined ? questions(load, stage, signal) : documents(load, stage, signal),
    );
  },
  async kill9(given, stage) {
    const { cycles } = z.object({ cycles: z.int(), at: z.string() }).parse(given);
    const program = await started(stage);
    const until = performance.now() + stage.minutes * 60_000;
    let longest = 0;
    for (let cycle = 0; cycle < cycles && performance.now() < until && !stage.signal.aborted; cycle += 1) {
      await delay(200 + Math.random() * 2_500);
      longest = Math.max(longest, await killOne(program, cycle % 3 === 2 ? "edge" : "core", stage));
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
  // Identifying is held back by Discord's own limit, so that it does not count; but the next kill waits for it.
  if (acme) await acme.emulator.until(() => acme.emulator.gateway.sessions > 0, 60_000);
  return tookMs;
}

function sequenceOf({ mode, seq, status }: z.output<typeof fault>): Fault[] {
  if (mode === "commit_then_reset") return ["commit-then-reset"];
  if (mode !== undefined) throw new NotRun(`a fault of the kind ${mode}`);
  return (seq ?? [{ status: status ?? 500 }]).map(({ status: one, retry_after: retryAfter, ...rest }): Fault => {
    if ("global" in rest && rest.global === true) return { retryAfter: retryAfter ?? 1, scope: "global" };
    if (one === 429) return { retryAfter: retryAfter ?? 1 };
    return one === 200 ? "pass" : one;
  });
}

async function gatewayFault(plan: z.output<typeof fault> & { readonly gateway: string }, stage: Stage): Promise<void> {
  await started(stage);
  const { emulator } = acmeOf(stage);
  const { gateway } = emulator;
  const back = () => emulator.until(() => gateway.sessions > 0, 90_000);
  const until = performance.now() + stage.minutes * 60_000;
  const isOver = () => performance.now() > until || stage.signal.aborted;
  const repeat = async (times: number, pauseMs: number, act: (time: number) => void) => {
    let done = 0;
    for (; done < times && !isOver(); done += 1) {
      await back();
      await delay(pauseMs);
      act(done);
    }
    stage.facts["faults"] = done;
    await back();
  };
  switch (plan.gateway) {
    case "op7_then_resume_replay":
      gateway.reconnect();
      await emulator.until(() => gateway.sessions === 0, 10_000).catch(() => {});
      await back();
      gateway.redeliver(plan.events ?? 1);
      break;
    case "disconnect_loop": {
      const codes = plan.codes ?? [1000];
      const times = plan.n ?? 1;
      await repeat(times, 600_000 / times, (time) => gateway.disconnect(codes[time % codes.length] ?? 1000));
      break;
    }
    case "op9_false":
      await repeat(plan.n ?? 1, 100, () => gateway.invalidate(false));
      break;
    default:
      throw new NotRun(`a fault of the gateway of the kind ${plan.gateway}`);
  }
  await endOfLoad(stage);
}

/** Ends what runs in the background, and waits until every question is answered. */
async function endOfLoad(stage: Stage): Promise<void> {
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

async function questions(
  {
    by = "5 users",
    n = 1,
    over_s: seconds,
  }: { by?: string | undefined; n?: number | undefined; over_s?: number | undefined },
  stage: Stage,
  signal: AbortSignal,
): Promise<void> {
  const people = Number.parseInt(by, 10) || 1;
  // Without a time they ask as fast as answers of a channel can be posted.
  const pauseMs = seconds === undefined ? 1_200 : (seconds * 1_000) / n;
  for (let asked = 0; asked < n && !signal.aborted; asked += 1) {
    const place = asked % 2 === 0 ? "ga_general" : "ga_pub";
    say({ in: place, by: `user${asked % people}`, text: `What is the rollback command, number ${asked}?` }, stage, {
      asks: true,
    });
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
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
  const { emulator } = acmeOf(stage);
  for (let count = 0; count < n && !stage.signal.aborted; count += 1) {
    const question = say({ in: "ga_pub", by, text: `hello number ${count}` }, stage, { asks: true });
    if (!question) continue;
    await delay(5);
    emulator.remove({ message: question.id, in: question.in });
    stage.questions.splice(stage.questions.indexOf(question), 1);
  }
}
