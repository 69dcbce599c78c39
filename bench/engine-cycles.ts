import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Llama } from "node-llama-cpp";
import { openLibrary } from "../src/brain/llama-library.ts";
import { silentLog } from "../src/log.ts";
import { openEngine, toLlamaOptions, type OursOptions } from "./engine-ours.ts";

/** What is left behind by loading and unloading a model again and again. */
export interface Cycles {
  readonly cycles: number;
  /** Kilobytes of resident memory that each cycle adds: the slope of the straight line through all but the first tenth. */
  readonly slope: number;
  readonly megabytes: readonly [first: number, last: number];
  readonly descriptors: readonly [first: number, last: number];
  readonly msEach: number;
}

const never = new AbortController().signal;
const messages = [{ role: "user", text: "How many days of annual leave do we get?" }] as const;

/** Loads a model, lets it answer, aborts its next answer and unloads it, again and again. */
export async function measureCycles({ count, ...options }: OursOptions & { readonly count: number }): Promise<Cycles> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const resident: number[] = [];
  const descriptors: number[] = [];
  const startedAt = performance.now();
  // One library a process, as in the model process: the binding itself leaves a hundred kilobytes behind each time it is opened.
  const llama = await openLibrary(toLlamaOptions(options), silentLog());
  for (let cycle = 0; cycle < count; cycle += 1) {
    await oneCycle(options, llama);
    collect();
    resident.push(process.memoryUsage.rss() / 1_024);
    descriptors.push(readdirSync("/proc/self/fd").length);
  }
  await llama.dispose();
  const msEach = (performance.now() - startedAt) / count;
  const settled = resident.slice(Math.floor(count / 10));
  const ends = (values: readonly number[], share = 1) =>
    [(values[0] ?? 0) / share, (values.at(-1) ?? 0) / share] as const;
  return {
    cycles: count,
    slope: slopeOf(settled),
    megabytes: ends(settled, 1_024),
    descriptors: ends(descriptors.slice(Math.floor(count / 10))),
    msEach,
  };
}

async function oneCycle(options: OursOptions, llama: Llama): Promise<void> {
  await using engine = await openEngine(options, llama);
  await engine.generate({ messages, maxTokens: 16 }, { signal: never });
  const stop = new AbortController();
  await engine
    .generate({ messages, maxTokens: 500 }, { signal: stop.signal, onText: () => stop.abort() })
    .catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
}

/** The slope of the line that fits best. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const above = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  return above / values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
}
