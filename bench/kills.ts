// Kills the core, the edge, and both with SIGKILL in the middle of a sync, and looks whether the index then answers and matches the
// folder. Run: npx node bench/kills.ts [rounds, 20 by default]
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";
import { askPage, childrenOf, hearth, root, scratch } from "../tests/helpers/hearth.ts";
import { randomFrom } from "../src/eval/random.ts";
import { median, percentile } from "./figures.ts";
import { freePort, lookup, statusWhen } from "./page.ts";

const ROUNDS = Number(process.argv[2] ?? 20);
const DOCUMENTS = 400;
/** Documents written anew, and taken away, in each round. */
const CHANGED = 150;
const REMOVED = 10;
/** A kill comes at a random moment after the last write, when the sync has begun and is not yet done. */
const SYNC_BEGINS_MS = 150;
const SYNC_MS = 350;
/** Documents that are looked up after each kill, the changed ones among them, so many at a time. */
const CHECKED = 200;
const AT_ONCE = 8;

const random = randomFrom(20_261_124);
const place = scratch();
/** What every document says now: one word that no other document ever had. */
const words = new Map<string, string>();
let written = 0;

try {
  for (let number = 0; number < DOCUMENTS; number += 1) write(`docs/${number}.md`);
  const results = await killAll();
  console.log("killed in a sync   rounds   wrong   back after, median / p95 / longest");
  for (const { name, times, wrong } of results) {
    const shown = [median(times), percentile(times, 0.95), Math.max(...times)].map(
      (time) => `${(time / 1000).toFixed(1)} s`,
    );
    console.log(`${name.padEnd(18)} ${String(times.length).padEnd(8)} ${String(wrong).padEnd(7)} ${shown.join(" / ")}`);
  }
  process.exitCode = results.some(({ wrong }) => wrong > 0) ? 1 : 0;
} finally {
  place[Symbol.dispose]();
}

async function killAll() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await using running = hearth(["start", "--port", String(port), "--docs", "docs", "--data", "data"], {
    cwd: place.folder,
  });
  await running.says(/Ctrl-C stops/, 120_000);
  const results = [];
  for (const victims of [["core"], ["edge"], ["core", "edge"]]) {
    const times: number[] = [];
    let wrong = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      do {
        change();
        await delay(SYNC_BEGINS_MS + random() * SYNC_MS);
      } while (await isFound(url, newest()));
      const startedAt = performance.now();
      const children = childrenOf(running.child);
      for (const victim of victims) process.kill(children[victim] ?? Number.NaN, "SIGKILL");
      await untilMatching(url).catch((error: unknown) => console.error(error));
      times.push(performance.now() - startedAt);
      wrong += (await faults(url)).length > 0 ? 1 : 0;
    }
    results.push({ name: victims.join("+"), times, wrong });
  }
  running.child.kill("SIGINT");
  await running.ended;
  checkWhole();
  return results;
}

function change(): void {
  const paths = [...words.keys()].toSorted(() => random() - 0.5);
  for (const path of paths.slice(0, REMOVED)) {
    rmSync(join(place.folder, path));
    words.delete(path);
  }
  for (const path of paths.slice(REMOVED, REMOVED + CHANGED)) write(path);
  for (let number = 0; number < REMOVED; number += 1) write(`docs/new-${written}.md`);
}

function write(path: string): void {
  written += 1;
  const word = `word${written}x`;
  words.delete(path);
  const paragraphs = Array.from(
    { length: 8 },
    (_, number) => `## Part ${number}\n\n${`Filling about ${number}. `.repeat(60)}\n`,
  );
  place.write(path, `# Document ${path}\n\nThis one says ${word}.\n\n${paragraphs.join("\n")}`);
  words.set(path, word);
}

function newest(): [path: string, word: string] {
  const last = [...words].at(-1);
  if (!last) throw new Error("There are no documents");
  return last;
}

async function isFound(url: string, [path, word]: readonly [string, string]): Promise<boolean> {
  const hits = await lookup(url, word).catch(() => []);
  return hits.some(({ passage }) => `docs/${passage.path}` === path && passage.text.includes(word));
}

/** Waits until the index holds as many documents as the folder, and what was written last. */
async function untilMatching(url: string): Promise<void> {
  await statusWhen(url, ({ sync, documents }) => sync.kind === "current" && documents === words.size);
  while (!(await isFound(url, newest()))) await delay(20);
}

/** Documents that cannot be found by the word that they say now, and words that are found though no document says them any more. */
async function faults(url: string): Promise<string[]> {
  const wrong: string[] = [];
  const queue = new PQueue({ concurrency: AT_ONCE });
  // What was written last stands last.
  for (const [path, word] of [...words].slice(-CHECKED)) {
    void queue.add(async () => {
      if (!(await isFound(url, [path, word]))) wrong.push(`${path} is not found by ${word}`);
    });
  }
  await queue.onIdle();
  const events = await askPage(url, `Which document says ${newest()[1]}?`);
  if (!JSON.stringify(events.at(-1)).includes(newest()[1])) wrong.push("a question has no answer");
  for (const fault of wrong.slice(0, 3)) console.error(fault);
  return wrong;
}

/** A sync by a process of its own must find nothing to do. */
function checkWhole(): void {
  const main = join(root, "src/main.ts");
  const check = spawnSync(process.execPath, [main, "docs", "sync", "--docs", "docs", "--data", "data"], {
    cwd: place.folder,
    encoding: "utf8",
  });
  console.log(check.stdout.trim());
  if (!check.stdout.includes(` 0 added, 0 changed, 0 removed, ${words.size} unchanged`)) {
    throw new Error(`The index does not match the folder after all: ${check.stdout}${check.stderr}`);
  }
}
