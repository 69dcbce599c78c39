// Measures digests and recall on the public chats, by their own scorer, through the commands that people run: beside the longest messages
// and BM25 over single messages. Each channel by itself too, so that what helps one alone shows. Then how much of a question's subject is
// talked about where it is answered and where it is not, and where documents' questions are asked of the same chats: what decides whether
// talk answers. Run: npx node bench/chats.ts [--share 0.1] [--embedder DIR] [--model FILE] [--digests | --memory]
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { asksForTalk } from "../src/brain/asks-for-talk.ts";
import { createLineCheck } from "../src/brain/digest-check.ts";
import { readChatQuestions, readSegments, type ChatQuestion } from "../src/commands/chats-folder.ts";
import { placeFor } from "../src/commands/chats-hear.ts";
import { silentLog } from "../src/log.ts";
import { recallIn } from "../src/memory/recall-places.ts";
import { openTalkRecord } from "../src/memory/record-sqlite.ts";
import type { TalkRecord } from "../src/memory/record.ts";
import { evalFolder, hasQuestionSets, readQuestions, SETS } from "./question-sets.ts";

/** What of a line of `memory_questions.jsonl` says whether an answer is right. */
interface Gold {
  readonly id: string;
  readonly channel: string;
  readonly answerable: boolean;
  readonly gold_msg_ids: readonly string[];
}

/** What of a line of `hearth digest` is looked at. */
interface DigestRow {
  readonly id: string;
  readonly kind: string;
  readonly lines: readonly { readonly author?: string; readonly text: string; readonly ids: readonly string[] }[];
}

/** What of a line of `hearth recall` is looked at. */
interface RecallRow {
  readonly id: string;
  readonly cited_msg_ids: readonly string[];
}

const { values } = parseArgs({
  options: {
    share: { type: "string", default: "0.1" },
    embedder: { type: "string" },
    model: { type: "string" },
    digests: { type: "boolean", default: false },
    memory: { type: "boolean", default: false },
  },
});
const chats = join(evalFolder, "chats");
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
/** Among so many messages an answer may be; and the messages whose coverage is looked at. */
const CITED = 5;
const THRESHOLDS = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

if (hasQuestionSets()) {
  const both = values.digests === values.memory;
  const writing = values.model === undefined ? [] : ["--model", values.model, "--write", "always"];
  if (both || values.digests) await digests("without a model", []);
  if ((both || values.digests) && writing.length > 0) await digests(basename(values.model ?? ""), writing);
  if (both || values.memory) {
    await memory("by words", ["--no-embeddings"]);
    if (values.embedder !== undefined)
      await memory(`by words and ${basename(values.embedder)}`, ["--embedder", values.embedder]);
    await coverages();
  }
}

async function digests(name: string, flags: readonly string[]): Promise<void> {
  const segments = await readSegments(chats);
  const known = new Map(segments.map(({ id, messages }) => [id, messages]));
  const { text, seconds } = await run("digest", ["--share", values.share, "--no-embeddings", ...flags]);
  const rows = rowsOf(text).map((line): DigestRow => JSON.parse(line));
  let [lines, linked, carried, written] = [0, 0, 0, 0];
  for (const { id, lines: own } of rows) {
    const messages = known.get(id) ?? [];
    const ids = new Set(messages.map((message) => message.id));
    const checker = createLineCheck(messages);
    for (const { author, text: said, ids: sources } of own) {
      lines += 1;
      if (author === undefined) written += 1;
      if (sources.length > 0 && sources.every((source) => ids.has(source))) linked += 1;
      const line = `${author === undefined ? "" : `${author}: `}${said.replace(/…$/, "")}`;
      if (checker.check(line, sources).kind === "carried") carried += 1;
    }
  }
  const report = scorer("digest", text);
  console.log(
    `digests ${name}, at ${Number(values.share) * 100} % of the log, ${rows.length} stretches in ${seconds.toFixed(0)} s`,
  );
  console.log(`  longest messages    ${scorer("floor").split("\n")[0]}`);
  for (const line of report.split("\n").slice(-2)) console.log(`  Hearth              ${line}`);
  for (const [channel, own] of byChannel(report)) console.log(`  ${channel.padEnd(20)}facts present: ${own}`);
  console.log(
    `  lines whose messages exist: ${linked} of ${lines}; carried by them: ${carried}; written by the model: ${written}`,
  );
}

/** Facts present in each channel's stretches, from the scorer's line for each stretch. */
function byChannel(report: string): Map<string, string> {
  const channels = new Map(
    rowsOf(readFileSync(join(chats, "segments.jsonl"), "utf8"))
      .map((line): { id: string; channel: string } => JSON.parse(line))
      .map(({ id, channel }) => [id, channel]),
  );
  const sums = new Map<string, readonly [number, number]>();
  for (const [, id = "", hits, all] of report.matchAll(/^(\S+)\s+[\d.]+ % \((\d+)\/(\d+)\)/gm)) {
    const channel = channels.get(id);
    if (channel === undefined) continue;
    const [had, of] = sums.get(channel) ?? [0, 0];
    sums.set(channel, [had + Number(hits), of + Number(all)]);
  }
  return new Map(
    [...sums].map(([channel, [had, of]]) => [channel, `${((100 * had) / of).toFixed(1)} % (${had}/${of})`]),
  );
}

async function memory(name: string, flags: readonly string[]): Promise<void> {
  const { text, seconds } = await run("recall", flags);
  const rows = rowsOf(text).map((line): RecallRow => JSON.parse(line));
  const gold = new Map(goldOf().map((one) => [one.id, one]));
  const ranks = new Map<string, number[]>();
  for (const { id, cited_msg_ids: cited } of rows) {
    const right = gold.get(id);
    if (!right?.answerable) continue;
    const rank = cited.slice(0, CITED).findIndex((one) => right.gold_msg_ids.includes(one));
    ranks.set(right.channel, [...(ranks.get(right.channel) ?? []), rank < 0 ? Infinity : rank + 1]);
  }
  const all = [...ranks.values()].flat();
  const within = (list: readonly number[], most: number) =>
    `${list.filter((rank) => rank <= most).length}/${list.length}`;
  console.log(
    `memory questions, ${name}: right message first ${within(all, 1)}, in three ${within(all, 3)}, in five ${within(all, CITED)}; ${seconds.toFixed(0)} s`,
  );
  for (const [channel, list] of ranks) console.log(`  ${channel.padEnd(20)}in five ${within(list, CITED)}`);
  console.log(`  ${scorer("memory", text)}`);
  console.log(`  baseline            ${scorer("recall")}`);
}

/** Coverages of the memory questions, and of the documents' questions over the same chats, which answer none of them. */
async function coverages(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  const record = openTalkRecord({ folder, log: silentLog() });
  try {
    const gold = new Map(goldOf().map((one) => [one.id, one]));
    const own: (Coverage & { readonly gold: Gold | undefined })[] = [];
    const last = new Map<string, ChatQuestion>();
    for (const question of await readChatQuestions(chats)) {
      hear(question.before.slice(last.get(question.channel)?.before.length ?? 0), question.channel, record);
      last.set(question.channel, question);
      own.push({ ...(await coverageOf(question.question, question, record)), gold: gold.get(question.id) });
    }
    const foreign: Coverage[] = [];
    for (const { question } of SETS.flatMap(readQuestions)) {
      for (const chat of last.values()) foreign.push(await coverageOf(question, chat, record));
    }
    showCoverages(own, foreign);
  } finally {
    record[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  }
}

interface Coverage {
  readonly coverage: number;
  readonly asks: boolean;
}

function showCoverages(
  own: readonly (Coverage & { readonly gold: Gold | undefined })[],
  foreign: readonly Coverage[],
): void {
  console.log("coverage of at least …  answerable  unanswerable   documents' questions, asking for talk / not");
  const [yes, no] = [own.filter((one) => one.gold?.answerable), own.filter((one) => !one.gold?.answerable)];
  const [asking, others] = [foreign.filter((one) => one.asks), foreign.filter((one) => !one.asks)];
  for (const least of THRESHOLDS) {
    const share = (list: readonly Coverage[]) =>
      `${list.filter(({ coverage }) => coverage >= least).length}/${list.length}`;
    console.log(
      `  ${String(least).padEnd(22)}${share(yes).padEnd(12)}${share(no).padEnd(15)}${share(asking).padEnd(10)}${share(others)}`,
    );
  }
}

function hear(messages: ChatQuestion["before"], channel: string, record: TalkRecord): void {
  const place = placeFor(channel);
  record.keepPlace({ ...place, since: 0, by: "bench", days: 36_500 });
  record.keep(
    messages.map((message) => ({ ...message, conversation: { ...message.conversation, ...place } })),
    Date.now(),
  );
}

async function coverageOf(
  text: string,
  { channel, askedAt: now }: ChatQuestion,
  record: TalkRecord,
): Promise<Coverage> {
  const signal = new AbortController().signal;
  const { found, coverage } = await recallIn({ text, places: [placeFor(channel)], now }, { record, signal });
  return { coverage, asks: asksForTalk(text, { now, speakers: found.map(({ message }) => message.author.name) }) };
}

function goldOf(): Gold[] {
  return rowsOf(readFileSync(join(chats, "memory_questions.jsonl"), "utf8")).map((line): Gold => JSON.parse(line));
}

function rowsOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** Runs one of the commands over the chats in a data folder of its own; its lines, and how long it took. */
async function run(
  command: "digest" | "recall",
  flags: readonly string[],
): Promise<{ readonly text: string; readonly seconds: number }> {
  const data = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  const startedAt = performance.now();
  try {
    const child = spawn(process.execPath, [main, command, "--jsonl", chats, "--data", data, ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) text += String(chunk);
    return { text, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** What the scorer says, of lines that were made or of its own baselines. */
function scorer(mode: string, lines?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  try {
    const file = join(folder, "lines.jsonl");
    if (lines !== undefined) writeFileSync(file, lines);
    const words = [join(evalFolder, "score_chat.mjs"), mode, chats, ...(lines === undefined ? [] : [file])];
    return execFileSync(process.execPath, words, { encoding: "utf8" }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
