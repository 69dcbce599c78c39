// Measures our engine beside the lowest loop of node-llama-cpp, each in a process of its own, in turn: reading and writing alone, several at
// once, follow-ups, copying by prompt lookup, loading, and what is left behind by unloading.
// Run: npx node bench/engine.ts [one] [many] [follow-up] [lookup] [load] [cycles] [--runs 5] [--cycles 500] [--model FILE] [--threads 2]
// Without a model it makes one with random weights in the shape of Qwen3 0.6B, which is as fast as a real one. Needs a quiet machine.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Cycles } from "./engine-cycles.ts";
import type { LowestLoop } from "./engine-library.ts";
import type { Copied, Ours } from "./engine-ours.ts";
import type { SideOptions } from "./engine-side.ts";
import { alternate, figure, openSide, ratio, type Side } from "./engine-sides.ts";
import { randomModel } from "./random-model.ts";

type From<Job extends (given: never) => unknown> = Awaited<ReturnType<Job>>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "5" },
    cycles: { type: "string", default: "500" },
    model: { type: "string" },
    threads: { type: "string", default: "2" },
  },
});
const runs = Number(values.runs);
const model = values.model ?? randomModel("bench");
const base = { model, threads: Number(values.threads), contextTokens: 2_048, parallel: 1 };

const groups = { one, many, "follow-up": followUp, lookup, load, cycles };
console.log(`${runs} runs of each, medians (least-most); load of the machine before: ${loadavg()[0]?.toFixed(1)}`);
for (const [name, measure] of Object.entries(groups)) {
  if (positionals.length === 0 || positionals.includes(name)) await measure();
}

/** 512 tokens are read and 128 written, alone. */
async function one(): Promise<void> {
  await using ours = await openSide({ ...base, side: "ours" });
  await using library = await openSide({ ...base, side: "library" });
  const write = 128;
  const [own, lowest] = await alternate<[From<Ours["one"]>, From<LowestLoop["one"]>]>(runs, [
    (seed) => ours.ask("one", { prompt: 512, write, seed }),
    (seed) => library.ask("one", { prompt: 512, write, seed }),
  ]);
  const reading = own.map(({ prompt, promptMs }) => (prompt / promptMs) * 1_000);
  const writing = own.map(({ written, writeMs }) => ((written - 1) / writeMs) * 1_000);
  const lowestReading = lowest.map(({ promptMs }) => (512 / promptMs) * 1_000);
  const lowestWriting = lowest.map(({ writeMs }) => ((write - 1) / writeMs) * 1_000);
  console.log(`\nalone, ${own[0]?.prompt} tokens read and ${own[0]?.written} written, tokens/s`);
  console.log(
    `  reading: ours ${same(reading)}, lowest loop ${same(lowestReading)}, ratio ${ratio(reading, lowestReading)}`,
  );
  console.log(
    `  writing: ours ${same(writing)}, lowest loop ${same(lowestWriting)}, ratio ${ratio(writing, lowestWriting)}`,
  );
}

/** 16 tokens are read and 96 written, by one, four and eight at once. */
async function many(): Promise<void> {
  const given = { ...base, contextTokens: 512, parallel: 8 };
  await using ours = await openSide({ ...given, side: "ours" });
  await using library = await openSide({ ...given, side: "library" });
  const at = [1, 4, 8];
  const write = 96;
  const results = await alternate<number[]>(
    runs,
    at.flatMap((count) => [
      async (seed: number) => {
        const { written, ms } = await ours.ask<From<Ours["many"]>>("many", { at: count, prompt: 16, write, seed });
        return (written / ms) * 1_000;
      },
      async (seed: number) => {
        const ms = await library.ask<number>("many", { at: count, prompt: 16, write, seed });
        return ((count * write) / ms) * 1_000;
      },
    ]),
  );
  console.log("\nat once, 16 tokens read and 96 written each, tokens/s written in all");
  for (const [index, count] of at.entries()) {
    const [own = [], lowest = []] = results.slice(index * 2, index * 2 + 2);
    const beside = `${ratio(own, results[0] ?? [])} and ${ratio(lowest, results[1] ?? [])} times one`;
    console.log(`  ${count}: ours ${same(own)}, lowest loop ${same(lowest)}, ${beside}`);
  }
}

/** A question of 32 tokens behind 2,000 that were read before. */
async function followUp(): Promise<void> {
  const given = { ...base, contextTokens: 4_096 };
  await using ours = await openSide({ ...given, side: "ours" });
  await using library = await openSide({ ...given, side: "library" });
  let fresh = 32;
  const [own, lowest] = await alternate<[From<Ours["followUp"]>, number]>(runs, [
    async (seed) => {
      const result = await ours.ask<From<Ours["followUp"]>>("followUp", { prefix: 2_000, added: 32, seed: seed * 2 });
      ({ fresh } = result);
      return result;
    },
    (seed) => library.ask("behind", { prefix: 2_000, added: fresh, seed }),
  ]);
  const first = own.map(({ firstMs }) => firstMs);
  console.log(`\nfollow-up behind 2,000 tokens, ${fresh} new ones, ms to the first token`);
  console.log(`  ours ${same(first)}, the new tokens alone ${same(lowest)}, ratio ${ratio(first, lowest)}`);
}

/** An output that is forced token by token, with prompt lookup and without. */
async function lookup(): Promise<void> {
  await using on = await openSide({ ...base, side: "ours", lookup: "auto" });
  await using off = await openSide({ ...base, side: "ours", lookup: "off" });
  console.log("\nprompt lookup, 192 tokens behind a document of 1,000, tokens/s");
  for (const copied of ["all", "quotes", "none"] as const satisfies Copied[]) {
    const speed = (side: Side) => async (seed: number) => {
      const { written, writeMs } = await side.ask<From<Ours["copy"]>>("copy", { copied, write: 192, seed });
      return ((written - 1) / writeMs) * 1_000;
    };
    const [guessing, plain] = await alternate<[number, number]>(runs, [speed(on), speed(off)]);
    const beside = `without ${same(plain)}, ratio ${ratio(guessing, plain)}`;
    console.log(`  copies ${copied.padEnd(6)}: with ${same(guessing)}, ${beside}`);
  }
}

/** From the start of the process to the first token of a short prompt, the file being in the system's cache. */
async function load(): Promise<void> {
  const first = async (side: SideOptions["side"], seed: number) => {
    const startedAt = performance.now();
    await using opened = await openSide({ ...base, side });
    await opened.ask("one", { prompt: 16, write: 1, seed });
    return (performance.now() - startedAt) / 1_000;
  };
  const [own, lowest] = await alternate<[number, number]>(runs, [
    (seed) => first("bare", seed),
    (seed) => first("library", seed),
  ]);
  console.log("\nfrom the start of the process to the first token, s");
  console.log(`  ours ${same(own)}, lowest loop ${same(lowest)}, ratio ${ratio(own, lowest)}`);
}

/** A tiny model, loaded and unloaded again and again. */
async function cycles(): Promise<void> {
  const count = Number(values.cycles);
  await using side = await openSide({ ...base, model: randomModel("tiny"), threads: 1, side: "cycles" });
  const { slope, megabytes, descriptors, msEach } = await side.ask<Cycles>("cycles", { count });
  console.log(`\n${count} times loaded, answered, aborted and unloaded, ${msEach.toFixed(0)} ms each`);
  console.log(
    `  memory grows by ${slope.toFixed(1)} kB each time (${megabytes.map((size) => size.toFixed(0)).join(" to ")} MB)`,
  );
  console.log(`  open descriptors: ${descriptors.join(" at first, ")} at last`);
}

function same(numbers: readonly number[]): string {
  return figure(numbers, (number) => number);
}
