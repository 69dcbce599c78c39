// Measures digests and recall without a chat model on the public chats, by their own scorer, beside its baselines: the longest messages,
// and BM25 over single messages. Each channel by itself too, so that what helps one alone shows. With an embedding model, recall by
// words and meaning as well. Run: npx node bench/chats.ts [--share 0.1] [--embedder DIR]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { digest, digestText, logLength } from "../src/brain/digest.ts";
import { createLineCheck } from "../src/brain/digest-check.ts";
import { readChatQuestions, readSegments, type ChatQuestion } from "../src/commands/chats-folder.ts";
import type { Embedder } from "../src/knowledge/embedder.ts";
import { recall } from "../src/memory/recall.ts";
import { indexTalk, type TalkIndex } from "../src/memory/recall-index.ts";
import { exchangeText } from "../src/memory/talk.ts";
import { evalFolder, hasQuestionSets, openEmbedder } from "./question-sets.ts";

/** What of a line of `memory_questions.jsonl` says whether an answer is right. */
interface Gold {
  readonly id: string;
  readonly answerable: boolean;
  readonly gold_msg_ids: readonly string[];
}

const { values } = parseArgs({
  options: { share: { type: "string", default: "0.1" }, embedder: { type: "string" } },
});
const chats = join(evalFolder, "chats");
const signal = new AbortController().signal;
/** Messages that are cited at most, and the nearest that meaning may bring in. */
const [CITED, NEAREST] = [5, 100];
const BATCH = 32;

if (hasQuestionSets()) {
  await digests(Number(values.share));
  await memory("words", undefined);
  if (values.embedder !== undefined) {
    await using embedder = openEmbedder(values.embedder);
    await memory(`words and ${basename(values.embedder)}`, embedder);
  }
}

async function digests(share: number): Promise<void> {
  const segments = await readSegments(chats);
  const ids = new Set(segments.flatMap(({ messages }) => messages.map(({ id }) => id)));
  let [lines, linked, carried] = [0, 0, 0];
  const startedAt = performance.now();
  const made = segments.map(({ id, messages }) => ({
    id,
    messages,
    digest: digest(messages, { characters: Math.floor(share * logLength(messages)) }),
  }));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const { messages, digest: one } of made) {
    const checker = createLineCheck(messages);
    for (const line of one.groups.flatMap((group) => group.lines)) {
      lines += 1;
      if (line.ids.every((id) => ids.has(id))) linked += 1;
      if (checker.check(`${line.author}: ${line.text.replace(/…$/, "")}`, line.ids).kind === "carried") carried += 1;
    }
  }
  const report = scored(
    "digest",
    made.map((one) => ({ id: one.id, digest: digestText(one.digest) })),
  );
  console.log(`digests at ${share * 100} % of the log, ${made.length} stretches in ${seconds.toFixed(1)} s`);
  console.log(`  longest messages    ${scorer("floor").split("\n")[0]}`);
  for (const line of report.split("\n").slice(-2)) console.log(`  Hearth              ${line}`);
  for (const [channel, own] of byChannel(report)) console.log(`  ${channel.padEnd(20)}facts present: ${own}`);
  console.log(
    `  lines whose messages exist: ${linked} of ${lines}; carried by them, by the check for a model's lines: ${carried}`,
  );
}

/** Facts present in each channel's stretches, from the scorer's line for each stretch. */
function byChannel(report: string): Map<string, string> {
  const channels = new Map(
    readFileSync(join(chats, "segments.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
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

async function memory(name: string, embedder: Embedder | undefined): Promise<void> {
  const questions = await readChatQuestions(chats);
  const gold = new Map(goldOf().map((one) => [one.id, one]));
  const took: number[] = [];
  const ranks = new Map<string, number[]>();
  const lines: object[] = [];
  const vectors = embedder && (await vectorsOf(questions, embedder));
  for (const question of questions) {
    const index = indexTalk(question.before);
    const nearness = embedder && vectors && (await nearnessOf(question, { index, embedder, vectors }));
    const startedAt = performance.now();
    const { found } = recall(question.question, index, {
      now: question.askedAt,
      limit: CITED,
      ...(nearness && { nearness }),
    });
    took.push(performance.now() - startedAt);
    const cited = found.map(({ message }) => message.id);
    const right = gold.get(question.id);
    if (right?.answerable) {
      const rank = cited.findIndex((id) => right.gold_msg_ids.includes(id));
      ranks.set(question.channel, [...(ranks.get(question.channel) ?? []), rank < 0 ? Infinity : rank + 1]);
    }
    lines.push({ id: question.id, answer: found.map(({ message }) => message.text).join("\n"), cited_msg_ids: cited });
  }
  const all = [...ranks.values()].flat();
  const within = (list: readonly number[], most: number) =>
    `${list.filter((rank) => rank <= most).length}/${list.length}`;
  console.log(
    `memory questions, by ${name}: right message first ${within(all, 1)}, in three ${within(all, 3)}, in five ${within(all, 5)}`,
  );
  for (const [channel, list] of ranks) console.log(`  ${channel.padEnd(20)}in five ${within(list, CITED)}`);
  console.log(`  ${scored("memory", lines)}`);
  console.log(`  baseline            ${scorer("recall")}`);
  const sorted = took.toSorted((one, other) => one - other);
  console.log(
    `  ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms a question (median), over at most 3,576 messages`,
  );
}

function goldOf(): Gold[] {
  return readFileSync(join(chats, "memory_questions.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): Gold => JSON.parse(line));
}

/** A vector for each message of the channels that are asked about, with what it goes on from, by its id. */
async function vectorsOf(questions: readonly ChatQuestion[], embedder: Embedder): Promise<Map<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  const longest = new Map<string, ChatQuestion>();
  for (const one of questions) {
    if (one.before.length > (longest.get(one.channel)?.before.length ?? 0)) longest.set(one.channel, one);
  }
  for (const { before } of longest.values()) {
    const { said } = indexTalk(before);
    for (let from = 0; from < before.length; from += BATCH) {
      const batch = said.slice(from, from + BATCH);
      const made = await embedder.embed(
        batch.map(({ place }) => exchangeText(place, said)),
        { as: "passage", signal },
      );
      for (const [place, vector] of made.entries()) vectors.set(batch[place]?.message.id ?? "", vector);
    }
  }
  return vectors;
}

async function nearnessOf(
  { question }: ChatQuestion,
  { index, embedder, vectors }: { index: TalkIndex; embedder: Embedder; vectors: ReadonlyMap<string, Float32Array> },
): Promise<ReadonlyMap<string, number>> {
  const [asked = new Float32Array()] = await embedder.embed([question], { as: "query", signal });
  const cosine = (vector: Float32Array) => vector.reduce((sum, value, place) => sum + value * (asked[place] ?? 0), 0);
  const all = index.said.flatMap(({ message }) => {
    const vector = vectors.get(message.id);
    return vector ? [[message.id, cosine(vector)] as const] : [];
  });
  return new Map(all.toSorted(([, one], [, other]) => other - one).slice(0, NEAREST));
}

/** What the scorer says of lines that were made. */
function scored(mode: "digest" | "memory", lines: readonly object[]): string {
  const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  try {
    const file = join(folder, "lines.jsonl");
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n"));
    return scorer(mode, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function scorer(mode: string, ...files: readonly string[]): string {
  const script = join(evalFolder, "score_chat.mjs");
  return execFileSync(process.execPath, [script, mode, chats, ...files], { encoding: "utf8" }).trim();
}
