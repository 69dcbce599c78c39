import { setTimeout as delay } from "node:timers/promises";
import { randomFrom } from "../src/eval/random.ts";
import { childrenOf, type Running } from "../tests/helpers/hearth.ts";

/** Questions that wait for their answers at a time. */
const IN_HAND = 24;
/** Trouble comes when Hearth has been back for so long at most. */
const BACK_MS = 1_500;
/** What is doubled may come late. */
const LATE_MS = 10_000;
const LONGEST_MS = 3_600_000;

/** What people who ask in a storm say: the documents of the journeys answer both. */
export const QUESTIONS_ASKED = [
  "How many days of annual leave do we get?",
  "Whose approval do receipts over 50 EUR need?",
] as const;

/** A platform under which a storm is made. */
export interface Storm {
  readonly running: Running;
  readonly people: readonly string[];
  readonly channels: readonly string[];
  readonly questions: number;
  readonly reconnects: number;
  readonly kills: number;
  /** Asks; gives the id by which its answers are counted. */
  ask(question: { readonly by: string; readonly in: string; readonly text: string }): string;
  /** How many answers each question has so far. */
  answers(): ReadonlyMap<string, number>;
  /** What happens to connections. */
  readonly troubles: readonly (() => void)[];
  isConnected(): boolean;
}

/** Asks questions while connections break and processes are killed, and says how many were lost or answered twice. */
export async function makeStorm(storm: Storm): Promise<void> {
  const random = randomFrom(20_261_128);
  const startedAt = performance.now();
  const stop = new AbortController();
  const troubles = makeTrouble(storm, { random, signal: stop.signal });
  const asked: string[] = [];
  const open = new Map<string, string>();
  const free = [...storm.people];
  while ((asked.length < storm.questions || open.size > 0) && performance.now() - startedAt < LONGEST_MS) {
    const by = asked.length < storm.questions && open.size < IN_HAND ? free.shift() : undefined;
    if (by !== undefined) {
      const channel = storm.channels[asked.length % storm.channels.length] ?? "";
      const id = storm.ask({ by, in: channel, text: QUESTIONS_ASKED[random() < 0.5 ? 0 : 1] });
      asked.push(id);
      open.set(id, by);
      continue;
    }
    await delay(20);
    const answered = storm.answers();
    for (const [id, person] of open) {
      if (!answered.has(id)) continue;
      open.delete(id);
      free.push(person);
    }
  }
  stop.abort();
  const { reconnects, kills } = await troubles;
  await delay(LATE_MS);
  const counts = storm.answers();
  const lost = asked.filter((id) => !counts.has(id)).length;
  const doubled = asked.filter((id) => (counts.get(id) ?? 0) > 1).length;
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(
    `${asked.length} questions in ${minutes} min under ${reconnects} reconnects and ${kills} kills: ${lost} lost, ${doubled} doubled`,
  );
  if (lost + doubled > 0) process.exitCode = 1;
  if (storm.running.child.exitCode !== null) throw new Error("Hearth has ended by itself");
}

async function makeTrouble(
  { running, troubles, ...wanted }: Storm,
  { random, signal }: { readonly random: () => number; readonly signal: AbortSignal },
): Promise<{ readonly reconnects: number; readonly kills: number }> {
  const oneOf = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const done = { reconnects: 0, kills: 0 };
  while (!signal.aborted && (done.reconnects < wanted.reconnects || done.kills < wanted.kills)) {
    if (!wanted.isConnected()) {
      await delay(50, undefined, { signal }).catch(() => {});
      continue;
    }
    await delay(BACK_MS * random(), undefined, { signal }).catch(() => {});
    if (done.reconnects * wanted.kills <= done.kills * wanted.reconnects && done.reconnects < wanted.reconnects) {
      oneOf(troubles)?.();
      done.reconnects += 1;
      continue;
    }
    const children = childrenOf(running.child);
    const victims = oneOf([["edge"], ["core"], ["edge", "core"]]) ?? [];
    for (const victim of victims) if (children[victim] !== undefined) process.kill(children[victim], "SIGKILL");
    done.kills += 1;
    await delay(BACK_MS, undefined, { signal }).catch(() => {});
  }
  return done;
}
