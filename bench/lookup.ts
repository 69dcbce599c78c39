// Measures search over 100,000 passages beside SQLite FTS5, query by query in one process. The text is made up here: words of
// syllables, drawn as often as words are in a language (Zipf). Run: npx node bench/lookup.ts [passages]
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Passage } from "../src/chat.ts";
import type { IndexedDocument } from "../src/knowledge/document.ts";
import { openLanceIndex } from "../src/knowledge/lance.ts";
import { randomFrom } from "../src/eval/random.ts";
import { median, percentile } from "./figures.ts";

const TOTAL = Number(process.argv[2] ?? 100_000);
const PER_DOCUMENT = 10;
const WORDS_IN_PASSAGE = 120;
const VOCABULARY = 50_000;
const QUERIES = 300;

const random = randomFrom(20_261_124);
const vocabulary = makeVocabulary();

const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using index = await openLanceIndex({ folder: join(folder, "lance"), mayWrite: true });
  const sqlite = new DatabaseSync(join(folder, "fts5.sqlite"));
  sqlite.exec("CREATE VIRTUAL TABLE passages USING fts5(search_text, tokenize = 'porter unicode61'); BEGIN");
  const insert = sqlite.prepare("INSERT INTO passages VALUES (?)");
  let writing = 0;
  for (let first = 0; first < TOTAL / PER_DOCUMENT; first += 100) {
    const documents = Array.from({ length: 100 }, (_, offset) => makeDocument(first + offset));
    for (const { passages } of documents) {
      for (const { title, headings, text } of passages) insert.run([title, ...headings, text].join("\n"));
    }
    writing += await time(() => index.replace({ documents, removed: [] }));
  }
  sqlite.exec("COMMIT");
  console.log(`${TOTAL} passages written in ${(writing / 1000).toFixed(1)} s`);
  console.log(`upkeep ${((await time(() => index.optimize())) / 1000).toFixed(1)} s`);

  const clearance = ["team"] as const;
  const select = sqlite.prepare(
    "SELECT rowid, search_text, bm25(passages) AS score FROM passages WHERE passages MATCH ? ORDER BY score LIMIT ?",
  );
  const ours: Record<string, number[]> = {};
  const theirs: Record<string, number[]> = {};
  const run = async (name: string, words: readonly string[], limit: number, prefix: boolean) => {
    const match = words
      .map((word, place) => (prefix && place === words.length - 1 ? `${word}*` : `"${word}"`))
      .join(" OR ");
    (ours[name] ??= []).push(await time(() => index.search(words.join(" "), { clearance, limit, prefix })));
    (theirs[name] ??= []).push(await time(async () => select.all(match, limit)));
  };
  for (let turn = 0; turn < QUERIES; turn += 1) {
    await run("question, 100 passages", Array.from({ length: 8 }, drawWord), 100, false);
    const typed = Array.from({ length: 1 + (turn % 3) }, drawWord);
    const last = typed.at(-1) ?? "";
    await run("as typed, 10 passages", [...typed.slice(0, -1), last.slice(0, Math.max(2, last.length - 2))], 10, true);
  }
  const counts: number[] = [];
  for (let turn = 0; turn < QUERIES; turn += 1) {
    const words = Array.from({ length: 8 }, drawWord);
    counts.push(await time(() => index.frequencies(words, { clearance, cap: 2_000 })));
  }
  console.log("                          Hearth p50 / p95 ms      FTS5 p50 / p95 ms      ratio of medians");
  for (const name of Object.keys(ours)) {
    const [one = [], other = []] = [ours[name], theirs[name]];
    console.log(`${name.padEnd(26)}${show(one)}${show(other)}${(median(other) / median(one)).toFixed(1)} times`);
  }
  console.log(`${"frequencies of 8 words".padEnd(26)}${show(counts)}`);
  const changed = makeDocument(7);
  console.log(
    `one document replaced: ${(await time(() => index.replace({ documents: [changed], removed: [] }))).toFixed(0)} ms`,
  );
  console.log(`known documents listed: ${(await time(() => index.documents())).toFixed(0)} ms`);
  console.log(`counted: ${(await time(() => index.count())).toFixed(0)} ms`);
  console.log(`memory: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`);
  sqlite.close();
}

function show(times: readonly number[]): string {
  return `${median(times).toFixed(1)} / ${percentile(times, 0.95).toFixed(1)}`.padEnd(24);
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function makeVocabulary(): readonly string[] {
  const syllables = "bcdfghjklmnprstvwz".split("").flatMap((one) => "aeiou".split("").map((other) => one + other));
  const words = new Set<string>();
  while (words.size < VOCABULARY) {
    const length = 1 + Math.floor(random() * 4);
    words.add(Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)] ?? "").join(""));
  }
  return [...words];
}

/** The n-th most frequent word comes about 1/n as often as the first: the inverse of that distribution, roughly. */
function drawWord(): string {
  return vocabulary[Math.floor(VOCABULARY ** random()) - 1] ?? "ba";
}

function makeDocument(number: number): IndexedDocument {
  const id = createHash("sha256").update(String(number)).digest("hex").slice(0, 32);
  const words = (count: number) => Array.from({ length: count }, drawWord).join(" ");
  const make = (position: number): Passage => ({
    id: `${id}#${position}`,
    documentId: id,
    path: `${number}.md`,
    title: words(3),
    headings: [words(2), words(2)],
    anchor: "",
    lines: [position + 1, position + 1],
    text: words(WORDS_IN_PASSAGE),
  });
  const rest = Array.from({ length: PER_DOCUMENT - 1 }, (_, position) => make(position + 1));
  return {
    id,
    file: id,
    hash: id,
    audience: "team",
    modifiedAt: "2026-11-24T09:00:00.000Z",
    passages: [make(0), ...rest],
  };
}
