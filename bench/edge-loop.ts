// Measures how long the edge's event loop is held up while the core indexes, beside the same load while the core is idle.
// Run: npx node bench/edge-loop.ts [documents, 4,000 by default]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hearth, root, scratch } from "../tests/helpers/hearth.ts";
import { freePort, lookup, statusWhen } from "./page.ts";

const DOCUMENTS = Number(process.argv[2] ?? 4_000);
const SECONDS = 8;
/** Lookups a second, as of several people who type at once. */
const LOOKUPS = 20;

/** Runs inside the edge: says the delays of the last stretch, in milliseconds, whenever it is sent SIGUSR2. */
const MONITOR = `
  import { monitorEventLoopDelay } from "node:perf_hooks";
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  process.on("SIGUSR2", () => {
    const values = [50, 99, 100].map((share) => (delays.percentile(share) / 1e6 - 1).toFixed(1));
    process.stdout.write("\\ndelays " + values.join(" / ") + "\\n");
    delays.reset();
  });`;

using place = scratch();
for (let number = 0; number < DOCUMENTS; number += 1) place.write(`docs/${number}.md`, documentText(number));
const socket = join(place.folder, "core.sock");
const port = await freePort();
const url = `http://127.0.0.1:${port}`;

const words = ["--data", "data", "--docs", "docs", "--socket", socket];
const edge = spawn(
  process.execPath,
  [
    "--import",
    `data:text/javascript,${encodeURIComponent(MONITOR)}`,
    join(root, "src/main.ts"),
    "edge",
    "--port",
    String(port),
    ...words,
  ],
  { cwd: place.folder, stdio: ["ignore", "pipe", "ignore"] },
);
let said = "";
edge.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
try {
  await using _core = hearth(["core", "--watch", ...words], { cwd: place.folder });
  await statusWhen(url, ({ sync }) => sync.kind === "reading" && sync.total > 0);
  await delaysUnderLoad();
  const indexing = await delaysUnderLoad();
  const status = await statusWhen(url, () => true);
  const isIndexing = status.sync.kind === "reading";
  await statusWhen(url, ({ sync }) => sync.kind === "current");
  await delay(5_000);
  await delaysUnderLoad();
  const idle = await delaysUnderLoad();
  console.log(`the edge's event loop, ms above its 1 ms timer: median / p99 / longest, at ${LOOKUPS} lookups a second`);
  console.log(
    `core indexing ${DOCUMENTS} documents${isIndexing ? "" : " (it was ready before the time was over)"}: ${indexing}`,
  );
  console.log(`core idle: ${idle}`);
} finally {
  edge.kill("SIGINT");
  await once(edge, "exit");
}

/** Looks words up for some seconds, and gives the edge's delays of that time. */
async function delaysUnderLoad(): Promise<string> {
  const before = said.length;
  for (let turn = 0; turn < SECONDS * LOOKUPS; turn += 1) {
    void lookup(url, `filling ${turn}`).catch(() => {});
    await delay(1_000 / LOOKUPS);
  }
  edge.kill("SIGUSR2");
  while (!/delays .*\n/.test(said.slice(before))) await delay(5);
  return /delays (.*)\n/.exec(said.slice(before))?.[1] ?? "";
}

function documentText(number: number): string {
  const parts = Array.from(
    { length: 10 },
    (_, part) => `## Part ${part}\n\n${`Filling ${number} about ${part}. `.repeat(40)}\n`,
  );
  return `# Document ${number}\n\n${parts.join("\n")}`;
}
