// Measures how soon the quoted sentences are on the page while the model is busy with other people's questions, and how long the edge's
// event loop is held up meanwhile. Run: npx node bench/busy-model.ts MODEL.gguf [questions, 40 by default]
import { join, resolve } from "node:path";
import { hearth, scratch } from "../tests/helpers/hearth.ts";
import { startEdge } from "./edge-monitor.ts";
import { median, percentile } from "./figures.ts";
import { freePort, statusWhen } from "./page.ts";
import { evalFolder, hasQuestionSets, readQuestions } from "./question-sets.ts";

const [model, count = "40"] = process.argv.slice(2);
/** People who keep the model busy. */
const OTHERS = 2;

if (!model) console.error("SKIPPED: name a model's file (../shared/models/get.sh brings two)");
else if (hasQuestionSets()) await measure(resolve(model), Number(count));

async function measure(file: string, asked: number): Promise<void> {
  using place = scratch();
  const socket = join(place.folder, "core.sock");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const docs = join(evalFolder, "corpora", "plausible-docs");
  const words = ["--data", "data", "--docs", docs, "--socket", socket, "--model", file, "--write", "always"];
  const questions = readQuestions("plausible-docs").filter(({ answerable }) => answerable);
  await using edge = startEdge(words, { port, cwd: place.folder });
  await using _core = hearth(["core", "--watch", ...words], { cwd: place.folder });
  await statusWhen(url, ({ sync }) => sync.kind === "current");
  const stop = new AbortController();
  const textAt = (index: number) => questions[index % questions.length]?.question ?? "";
  const others = Array.from({ length: OTHERS }, async (_, other) => {
    for (let turn = 0; !stop.signal.aborted; turn += 1) {
      await firstQuote(url, { text: textAt(turn * OTHERS + other), isWhole: true, signal: stop.signal }).catch(
        () => {},
      );
    }
  });
  await firstQuote(url, { text: textAt(7), isWhole: true, signal: stop.signal });
  await edge.delays();
  const times: number[] = [];
  for (let turn = 0; turn < asked; turn += 1) {
    const ms = await firstQuote(url, { text: textAt(turn * 3 + 1), isWhole: false, signal: stop.signal });
    if (ms !== undefined) times.push(ms);
  }
  const delays = await edge.delays();
  stop.abort();
  await Promise.all(others);
  const figures = [median(times), percentile(times, 0.95)].map((ms) => `${Math.round(ms)} ms`).join(" / ");
  console.log(
    `quoted sentences while the model writes for ${OTHERS} others, ${times.length} questions, median / p95: ${figures}`,
  );
  console.log(`the edge's event loop meanwhile, ms above its 1 ms timer: median / p99 / longest: ${delays}`);
}

/** Milliseconds until the quotes are there; undefined where the answer has none. `isWhole` waits for the written answer. */
async function firstQuote(
  url: string,
  { text, isWhole, signal }: { readonly text: string; readonly isWhole: boolean; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const left = new AbortController();
  const startedAt = performance.now();
  const response = await fetch(new URL("/api/ask", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: crypto.randomUUID(), text, turns: [] }),
    signal: AbortSignal.any([signal, left.signal]),
  });
  let said = "";
  try {
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      said += part;
      if (!isWhole && said.includes('"kind":"quoted"')) return performance.now() - startedAt;
    }
  } finally {
    left.abort();
  }
  return undefined;
}
