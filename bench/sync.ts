// Measures keeping the index in step with a folder: the first sync of 10,000 Markdown files (50 MB), one with nothing changed, how soon a
// changed file is found while the folder is watched, memory, and whether the index equals the folder after 1,000 random edits, renames and
// deletes under searches. Words only. Run: npx node bench/sync.ts [files, 10000 by default] [changes, 1000 by default]
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Knowledge } from "../src/knowledge/knowledge.ts";
import { openKnowledge } from "../src/knowledge/library.ts";
import { silentLog } from "../src/log.ts";
import { median, percentile } from "./figures.ts";
import { makeMarkdown, whole } from "./material.ts";

const FILES = Number(process.argv[2] ?? 10_000);
const CHANGES = Number(process.argv[3] ?? 1_000);
const BYTES = 5_000;
const CHANGED = 10;
const signal = new AbortController().signal;
const reader = { clearance: ["team"], limit: 5, signal } as const;

const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
/** What every file says now: one word that no other file ever had. */
const marks = new Map<string, string>();
let written = 0;
let mostMemory = 0;
const watchingMemory = setInterval(() => (mostMemory = Math.max(mostMemory, process.memoryUsage.rss())), 100);

try {
  await measure();
} finally {
  clearInterval(watchingMemory);
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  let bytes = 0;
  for (let number = 0; number < FILES; number += 1) bytes += write(nameOf(number));
  console.log(`${FILES} files, ${(bytes / 1e6).toFixed(0)} MB`);
  await unwatched();
  await using knowledge = await open({ watch: true });
  await knowledge.sync({ signal });
  const times: number[] = [];
  for (let turn = 0; turn < CHANGED; turn += 1) {
    const path = anyFile();
    write(path);
    const startedAt = performance.now();
    while (!(await isFound(knowledge, path))) await delay(5);
    times.push(performance.now() - startedAt);
    await delay(300);
  }
  console.log(`a changed file is found after ${seconds(median(times))}, at most ${seconds(Math.max(...times))}`);
  await churn(knowledge);
  console.log(`memory: at most ${(mostMemory / 1e6).toFixed(0)} MB`);
}

function open({ watch }: { readonly watch: boolean }): Promise<Knowledge> {
  return openKnowledge({
    dataFolder: join(folder, "data"),
    folders: [{ folder: join(folder, "docs"), audience: "team", exclude: [], maxBytes: 20e6 }],
    watch,
    log: silentLog(),
  });
}

async function unwatched(): Promise<void> {
  await using knowledge = await open({ watch: false });
  const startedAt = performance.now();
  const first = await knowledge.sync({ signal });
  const cpu = process.cpuUsage();
  console.log(
    `first sync ${seconds(performance.now() - startedAt)}: ${first.added} added, ${first.failed.length} failed`,
  );
  console.log(
    `  processor time ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s, memory at most ${(mostMemory / 1e6).toFixed(0)} MB`,
  );
  const times: number[] = [];
  // Files that are younger than two seconds are opened.
  await delay(2_100);
  for (let turn = 0; turn < 5; turn += 1) {
    const { unchanged, seconds: took } = await knowledge.sync({ signal });
    if (unchanged !== FILES) throw new Error(`Only ${unchanged} of ${FILES} files are unchanged`);
    times.push(took * 1000);
  }
  console.log(
    `sync with nothing changed ${seconds(median(times.slice(1)))}, after files were opened once more ${seconds(times[0] ?? 0)}`,
  );
}

/** Edits, renames and deletes in bursts while questions are asked all the time; then every file must be found by what it says, and no other. */
async function churn(knowledge: Knowledge): Promise<void> {
  const gone: string[] = [];
  const searches: number[] = [];
  const done = new AbortController();
  const asking = (async () => {
    while (!done.signal.aborted) {
      const text = makeMarkdown("nothing", 100).slice(2, 60);
      const startedAt = performance.now();
      await knowledge.search({ text, earlier: [] }, { ...reader, limit: 10 });
      searches.push(performance.now() - startedAt);
      await delay(20);
    }
  })();
  const startedAt = performance.now();
  for (let turn = 0; turn < CHANGES; turn += 1) {
    change(gone);
    if (turn % 10 === 9) await delay(whole(200));
  }
  await settled(knowledge);
  done.abort();
  await asking;
  const report = await knowledge.sync({ signal });
  const { documents } = await knowledge.status();
  const wrong: string[] = [];
  for (const path of marks.keys()) if (!(await isFound(knowledge, path))) wrong.push(path);
  for (const mark of gone) if ((await lookup(knowledge, mark)).length > 0) wrong.push(mark);
  console.log(
    `${CHANGES} edits, renames and deletes in ${seconds(performance.now() - startedAt)}, ${searches.length} questions meanwhile, ` +
      `p50 / p95 ${median(searches).toFixed(0)} / ${percentile(searches, 0.95).toFixed(0)} ms`,
  );
  console.log(
    `the index has ${documents} of ${marks.size} files, ${wrong.length} wrong; a sync then changes ${report.added + report.changed + report.removed}`,
  );
  if (wrong.length > 0 || documents !== marks.size) process.exitCode = 1;
}

function change(gone: string[]): void {
  const path = anyFile();
  const kind = whole(4);
  if (kind === 0) {
    rmSync(join(folder, "docs", path));
    gone.push(marks.get(path) ?? "");
    marks.delete(path);
  } else if (kind === 1) {
    const to = nameOf(FILES + written++);
    mkdirSync(dirname(join(folder, "docs", to)), { recursive: true });
    renameSync(join(folder, "docs", path), join(folder, "docs", to));
    marks.set(to, marks.get(path) ?? "");
    marks.delete(path);
  } else {
    gone.push(marks.get(path) ?? "");
    write(path);
  }
}

async function settled(knowledge: Knowledge): Promise<void> {
  for (;;) {
    const { added, changed, removed } = await knowledge.sync({ signal });
    if (added + changed + removed === 0) return;
  }
}

function write(path: string): number {
  const mark = `mark${(written += 1)}x`;
  const text = makeMarkdown(mark, BYTES);
  mkdirSync(dirname(join(folder, "docs", path)), { recursive: true });
  writeFileSync(join(folder, "docs", path), text);
  marks.set(path, mark);
  return text.length;
}

function nameOf(number: number): string {
  return `folder ${number % 100}/part ${number % 7}/${number}.md`;
}

function anyFile(): string {
  const paths = [...marks.keys()];
  return paths[whole(paths.length)] ?? "";
}

async function lookup(knowledge: Knowledge, words: string) {
  const hits = await knowledge.lookup(words, reader);
  return hits.filter(({ passage }) => passage.text.includes(words));
}

async function isFound(knowledge: Knowledge, path: string): Promise<boolean> {
  const mark = marks.get(path) ?? "";
  return (await lookup(knowledge, mark)).some(({ passage }) => passage.path === path);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
