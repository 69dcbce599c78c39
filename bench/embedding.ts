// Measures embedding by Hearth beside ONNX Runtime alone, turn by turn in one process: the same model, the same passages (Hearth's manual
// and, where it lies beside the project, a public handbook), and for ONNX Runtime tokens that were counted out before, sorted by length.
// Then how long a question takes while documents are embedded. Run: npx node bench/embedding.ts [model folder] [rounds] [passages]
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { embeddedText } from "../src/knowledge/embedded-text.ts";
import { cutPassages } from "../src/knowledge/passages.ts";
import { readDocuments } from "../src/knowledge/read/read.ts";
import { createTransformersEmbedder } from "../src/knowledge/transformers-embedder.ts";
import { findModelFiles } from "../src/knowledge/transformers-folder.ts";
import { openTransformersThread } from "../src/knowledge/transformers-thread.ts";
import { median, percentile } from "./figures.ts";
import { evalFolder } from "./question-sets.ts";

const THREADS = 2;
const QUESTIONS = 200;
/** How ONNX Runtime alone is run: the fastest of these counts. Threads that spin are faster on a quiet machine, and slower on a busy one. */
const RAW = [1, 4, 8].flatMap((size) => ["spinning", "waiting"].map((threads) => ({ size, threads })));

const beside = fileURLToPath(new URL("../../shared/models/all-MiniLM-L6-v2", import.meta.url));
const folder = process.argv[2] ?? beside;
const rounds = Number(process.argv[3] ?? 5);
const PASSAGES = Number(process.argv[4] ?? 256);
if (existsSync(folder)) await measure();
else console.error(`SKIPPED: there is no model in ${folder}, so nothing was measured`);

async function measure(): Promise<void> {
  const signal = new AbortController().signal;
  const texts = await readPassages();
  await using thread = openTransformersThread({ threads: THREADS });
  const embedder = createTransformersEmbedder({ folder, thread });
  const loading = await time(() => embedder.ready({ signal }));
  const raw = await openRaw(texts);
  const speeds: Record<string, number[]> = {};
  const note = (name: string, milliseconds: number) => (speeds[name] ??= []).push((raw.tokens * 1_000) / milliseconds);
  for (let round = 0; round <= rounds; round += 1) {
    const ours = await time(() => embedder.embed(texts, { as: "passage", signal }));
    const theirs: [string, number][] = [];
    for (const way of RAW) {
      theirs.push([`ONNX Runtime, batches of ${way.size}, ${way.threads}`, await time(() => raw.run(way))]);
    }
    // In the first round both find out how large things get.
    if (round > 0) for (const [name, milliseconds] of [["Hearth", ours], ...theirs] as const) note(name, milliseconds);
  }
  console.log(
    `${texts.length} passages, ${raw.tokens} tokens, ${THREADS} threads; loaded in ${(loading / 1_000).toFixed(2)} s`,
  );
  for (const [name, values] of Object.entries(speeds)) {
    console.log(`${name.padEnd(40)}${median(values).toFixed(0).padStart(8)} tokens/s`);
  }
  const best = Object.entries(speeds).filter(([name]) => name !== "Hearth");
  const ratios = (speeds["Hearth"] ?? []).map(
    (ours, round) => ours / Math.max(...best.map(([, all]) => all[round] ?? 0)),
  );
  console.log(`Hearth beside the fastest: ${median(ratios).toFixed(2)} times (median of ${rounds} rounds)`);
  const ask = (turn: number) => time(() => embedder.embed([`How is number ${turn} done?`], { as: "query", signal }));
  const alone: number[] = [];
  for (let turn = 0; turn < QUESTIONS; turn += 1) alone.push(await ask(turn));
  const stop = new AbortController();
  const ingest = keepEmbedding(() => embedder.embed(texts, { as: "passage", signal: stop.signal }), stop.signal);
  const meanwhile: number[] = [];
  for (let turn = 0; turn < QUESTIONS; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20 + (turn % 50)));
    meanwhile.push(await ask(turn));
  }
  stop.abort();
  await ingest;
  console.log(`a question alone: ${show(alone)}; while documents are embedded: ${show(meanwhile)}`);
  console.log(`memory: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB, with three copies of the model`);
}

async function keepEmbedding(embed: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await embed().catch(() => {});
}

async function readPassages(): Promise<string[]> {
  const roots = [fileURLToPath(new URL("../docs", import.meta.url)), join(evalFolder, "corpora/tts-handbook")];
  const texts: string[] = [];
  for (const path of roots
    .filter(existsSync)
    .flatMap((root) => globSync("**/*.md", { cwd: root }).map((name) => join(root, name)))) {
    for (const document of await readDocuments(readFileSync(path), { path })) {
      texts.push(...cutPassages(document, { documentId: "0".repeat(32), path }).map(embeddedText));
    }
  }
  // Spread over all of them, so that every length comes as often as it does.
  const step = Math.max(1, Math.floor(texts.length / PASSAGES));
  return texts.filter((_, place) => place % step === 0).slice(0, PASSAGES);
}

/** The model in ONNX Runtime alone, with the passages as sorted tokens. */
async function openRaw(texts: readonly string[]) {
  env.allowRemoteModels = false;
  const { subfolder, dtype, maxTokens } = findModelFiles(folder);
  const tokenizer = await AutoTokenizer.from_pretrained(folder);
  const options = { return_tensor: false, truncation: true, max_length: maxTokens } as const;
  const ids: number[][] = texts.map((text) => tokenizer(text, options).input_ids);
  ids.sort((one, other) => one.length - other.length);
  const file = join(folder, subfolder, dtype === "q8" ? "model_quantized.onnx" : "model.onnx");
  const open = (allow: "0" | "1") => {
    const extra = { session: { intra_op: { allow_spinning: allow } } };
    return InferenceSession.create(file, { intraOpNumThreads: THREADS, interOpNumThreads: 1, extra });
  };
  const sessions = { spinning: await open("1"), waiting: await open("0") };
  return {
    tokens: ids.reduce((sum, { length }) => sum + length, 0),
    async run({ size, threads }: (typeof RAW)[number]): Promise<void> {
      const session = threads === "spinning" ? sessions.spinning : sessions.waiting;
      for (let start = 0; start < ids.length; start += size) {
        await session.run(toFeeds(ids.slice(start, start + size), session));
      }
    },
  };
}

function toFeeds(batch: readonly (readonly number[])[], { inputNames }: InferenceSession): Record<string, Tensor> {
  const longest = Math.max(...batch.map(({ length }) => length));
  const tensor = (valueOf: (ids: readonly number[], place: number) => number) => {
    const values = batch.flatMap((ids) => Array.from({ length: longest }, (_, place) => BigInt(valueOf(ids, place))));
    return new Tensor("int64", BigInt64Array.from(values), [batch.length, longest]);
  };
  const feeds = {
    input_ids: tensor((ids, place) => ids[place] ?? 0),
    attention_mask: tensor((ids, place) => (place < ids.length ? 1 : 0)),
    token_type_ids: tensor(() => 0),
  };
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputNames.includes(name)));
}

function show(times: readonly number[]): string {
  return `${median(times).toFixed(1)} / ${percentile(times, 0.95).toFixed(1)} ms`;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
