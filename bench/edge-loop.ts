// Measures how long the edge's event loop is held up while the core indexes, beside the same load while the core is idle.
// Run: npx node bench/edge-loop.ts [documents, 4,000 by default]
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hearth, scratch } from "../tests/helpers/hearth.ts";
import { startEdge } from "./edge-monitor.ts";
import { freePort, lookup, statusWhen } from "./page.ts";

const DOCUMENTS = Number(process.argv[2] ?? 4_000);
const SECONDS = 8;
/** Lookups a second, as of several people who type at once. */
const LOOKUPS = 20;

using place = scratch();
for (let number = 0; number < DOCUMENTS; number += 1) place.write(`docs/${number}.md`, documentText(number));
const socket = join(place.folder, "core.sock");
const port = await freePort();
const url = `http://127.0.0.1:${port}`;

const words = ["--data", "data", "--docs", "docs", "--socket", socket];
await using edge = startEdge(words, { port, cwd: place.folder });
await measure();

async function measure(): Promise<void> {
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
}

/** Looks words up for some seconds, and gives the edge's delays of that time. */
async function delaysUnderLoad(): Promise<string> {
  for (let turn = 0; turn < SECONDS * LOOKUPS; turn += 1) {
    void lookup(url, `filling ${turn}`).catch(() => {});
    await delay(1_000 / LOOKUPS);
  }
  return edge.delays();
}

function documentText(number: number): string {
  const parts = Array.from(
    { length: 10 },
    (_, part) => `## Part ${part}\n\n${`Filling ${number} about ${part}. `.repeat(40)}\n`,
  );
  return `# Document ${number}\n\n${parts.join("\n")}`;
}
