// Measures how long Hearth takes to its first answer on the page, how long a restart with nothing changed takes, and how much memory
// its processes hold when idle. Run: npx node bench/start.ts [folder of documents]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { askPage, childrenOf, hearth, scratch } from "../tests/helpers/hearth.ts";
import { median } from "./figures.ts";
import { freePort, statusWhen } from "./page.ts";
import { evalFolder } from "./question-sets.ts";

const RUNS = 5;
/** Memory is looked at when the reader's worker thread has ended and upkeep is done. */
const IDLE_MS = 20_000;

const folder = process.argv[2] ?? join(evalFolder, "corpora/tts-handbook/pages");
if (existsSync(folder)) await measure();
else console.error(`SKIPPED: ${folder} is not there; name a folder of documents`);

async function measure(): Promise<void> {
  const first: number[] = [];
  const again: number[] = [];
  let memory: Memory | undefined;
  for (let run = 0; run < RUNS; run += 1) {
    using place = scratch();
    const isLast = run === RUNS - 1;
    const started = await start(place.folder, { idle: isLast });
    first.push(started.seconds);
    again.push((await start(place.folder)).seconds);
    memory = started.memory;
  }
  const show = (times: readonly number[]) => times.map((time) => time.toFixed(2)).join(", ");
  console.log(
    `first answer on the page after the start, nothing indexed: ${median(first).toFixed(2)} s (${show(first)})`,
  );
  console.log(`the same, nothing changed since the last start: ${median(again).toFixed(2)} s (${show(again)})`);
  if (memory) {
    console.log(
      `memory when idle, after everything was indexed: ${mb(memory.proportional)} MB of their own and their share of what is shared (PSS)`,
    );
    for (const [name, { proportional, resident }] of Object.entries(memory.each)) {
      console.log(`  ${name.padEnd(6)} PSS ${mb(proportional)} MB, RSS ${mb(resident)} MB`);
    }
  }
}

interface Memory {
  readonly proportional: number;
  readonly each: Readonly<Record<string, { readonly proportional: number; readonly resident: number }>>;
}

/** Starts Hearth, asks as soon as the page answers, and gives the seconds until the answer, which waits for all documents. */
async function start(
  cwd: string,
  { idle = false }: { readonly idle?: boolean } = {},
): Promise<{ readonly seconds: number; readonly memory?: Memory }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  await using running = hearth(["start", "--port", String(port), "--docs", folder, "--data", "data"], { cwd });
  await statusWhen(url, ({ sync }) => sync.kind === "current");
  const events = await askPage(url, "How many hours of comp time can I earn?");
  const seconds = (performance.now() - startedAt) / 1_000;
  if (!JSON.stringify(events.at(-1)).includes('"answered"')) throw new Error("There was no answer");
  if (!idle) return { seconds };
  await delay(IDLE_MS);
  const children = { main: running.child.pid ?? 0, ...childrenOf(running.child) };
  const each = Object.fromEntries(Object.entries(children).map(([name, id]) => [name, memoryOf(id)]));
  const proportional = Object.values(each).reduce((sum, one) => sum + one.proportional, 0);
  return { seconds, memory: { proportional, each } };
}

/** Linux's own count, in bytes. */
function memoryOf(id: number): { readonly proportional: number; readonly resident: number } {
  const rollup = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
  const bytes = (name: string) =>
    1_024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? Number.NaN);
  return { proportional: bytes("Pss"), resident: bytes("Rss") };
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
