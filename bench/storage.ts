// Measures the index on S3-compatible storage beside the same index in a folder: opening it, a search that is cold and one that is warm,
// a write of one document, and how soon a reader sees that. The server (s3rver) is a process of its own on this machine, reached as a
// core reaches it, through its proxy and the relay. Run: npx node bench/storage.ts [passages]
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Passage } from "../src/chat.ts";
import { readAddress } from "../src/addresses.ts";
import { randomFrom } from "../src/eval/random.ts";
import { openIndexStorage } from "../src/index-storage.ts";
import type { IndexedDocument } from "../src/knowledge/document.ts";
import { openLanceIndex } from "../src/knowledge/lance.ts";
import type { LancePlace } from "../src/knowledge/lance-place.ts";
import { silentLog } from "../src/log.ts";
import { runRelay } from "../src/relay.ts";
import { STORAGE_ENVIRONMENT } from "../tests/helpers/storage-server.ts";
import { median, percentile } from "./figures.ts";

const TOTAL = Number(process.argv[2] ?? 10_000);
const PER_DOCUMENT = 10;
const WORDS_IN_PASSAGE = 120;
const QUERIES = 100;
const WRITES = 20;

const random = randomFrom(20_261_128);
const words = Array.from({ length: 20_000 }, () => Array.from({ length: 2 + below(3) }, () => syllable()).join(""));
const query = { clearance: ["team"], limit: 10 } as const;

const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
const server = spawn(process.execPath, ["--input-type=module", "-e", serving(join(folder, "s3"))], {
  stdio: ["pipe", "pipe", "inherit"],
});
const stop = new AbortController();
try {
  const [line]: Buffer[] = await once(server.stdout, "data");
  const endpoint = String(line).trim();
  void runRelay([readAddress(endpoint)], { folder, log: silentLog(), signal: stop.signal });
  const settings = { endpoint, bucket: "docs", prefix: "hearth", region: "us-east-1", public: false } as const;
  const given = { socket: join(folder, "core.sock"), keys: STORAGE_ENVIRONMENT };
  await using writing = await openIndexStorage({ ...settings, access: "write" }, given);
  await using reading = await openIndexStorage({ ...settings, access: "read" }, given);
  await measure("folder", { folder: join(folder, "lance") }, { folder: join(folder, "lance") });
  await measure("storage", writing.shared.place, reading.shared.place);
} finally {
  stop.abort();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(name: string, writer: LancePlace, reader: LancePlace): Promise<void> {
  await using index = await openLanceIndex({ ...writer, mayWrite: true });
  let built = 0;
  for (let first = 0; first < TOTAL / PER_DOCUMENT; first += 100) {
    const documents = Array.from({ length: 100 }, (_, offset) => makeDocument(first + offset));
    built += await time(() => index.replace({ documents, removed: [] }));
  }
  built += await time(() => index.optimize());
  say(name, `${TOTAL} passages built`, `${(built / 1_000).toFixed(1)} s`);
  const startedAt = performance.now();
  await using other = await openLanceIndex({ ...reader, mayWrite: false });
  say(name, "opened", `${Math.round(performance.now() - startedAt)} ms`);
  say(name, "first search", `${Math.round(await time(() => other.search(question(), query)))} ms`);
  await repeat(QUERIES, () => time(() => other.search(question(), query)));
  say(name, "search", figures(await repeat(QUERIES, () => time(() => other.search(question(), query)))));
  const seen: number[] = [];
  const writes = await repeat(WRITES, async (turn) => {
    const mark = `mark${turn}x${below(1_000_000)}`;
    const document = makeDocument(TOTAL + turn, mark);
    const took = await time(() => index.replace({ documents: [document], removed: [] }));
    seen.push(
      await time(async () => {
        while ((await other.search(mark, query)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }),
    );
    return took;
  });
  say(name, "write of one document", figures(writes));
  say(name, "seen by a reader after", figures(seen));
}

function say(name: string, what: string, figure: string): void {
  console.log(`${name.padEnd(8)} ${what.padEnd(24)} ${figure}`);
}

function figures(values: readonly number[]): string {
  return `p50 ${median(values).toFixed(1)} ms, p95 ${percentile(values, 0.95).toFixed(1)} ms`;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function repeat(times: number, work: (turn: number) => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let turn = 0; turn < times; turn += 1) results.push(await work(turn));
  return results;
}

function makeDocument(number: number, mark = ""): IndexedDocument {
  const id = createHash("sha256").update(`document ${number}`).digest("hex").slice(0, 32);
  const path = `${number}.md`;
  const make = (place: number): Passage => ({
    id: `${id}#${place}`,
    documentId: id,
    path,
    title: pick(3),
    headings: [pick(3)],
    anchor: "",
    lines: [place + 1, place + 1],
    modifiedAt: "2026-11-24T09:00:00.000Z",
    text: `${pick(WORDS_IN_PASSAGE)} ${mark}`,
  });
  const rest = Array.from({ length: PER_DOCUMENT - 1 }, (_, place) => make(place + 1));
  return {
    id,
    file: id,
    hash: createHash("sha256").update(`${number} ${mark}`).digest("hex"),
    audience: "team",
    modifiedAt: "2026-11-24T09:00:00.000Z",
    passages: [make(0), ...rest],
  };
}

function question(): string {
  return pick(6);
}

/** Words, frequent ones first, as in a language. */
function pick(count: number): string {
  return Array.from({ length: count }, () => words[Math.floor(words.length ** random()) - 1] ?? "").join(" ");
}

function syllable(): string {
  return `${"bdfgklmnprst"[below(12)]}${"aeiou"[below(5)]}`;
}

function below(limit: number): number {
  return Math.floor(random() * limit);
}

/** The program of the server's process, which ends with this one. */
function serving(disk: string): string {
  const helper = new URL("../tests/helpers/storage-server.ts", import.meta.url).href;
  return `
    const { storageServer } = await import(${JSON.stringify(helper)});
    const { url } = await storageServer(${JSON.stringify(disk)});
    console.log(url);
    process.stdin.on("end", () => process.exit()).resume();`;
}
