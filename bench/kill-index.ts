// Kills a process with SIGKILL that writes and looks after an index, and looks whether each document is then as it was before or as it was
// given last, with its vectors. Run: npx node bench/kill-index.ts [rounds, 25 by default]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { randomFrom } from "../src/eval/random.ts";
import { openLanceIndex } from "../src/knowledge/lance.ts";
import { openLanceVectors } from "../src/knowledge/lance-vectors.ts";
import { MODEL, embedded, vectorOf } from "../tests/contracts/vector-index.ts";
import { idOf, indexed } from "../tests/contracts/passage-index.ts";

const DOCUMENTS = 300;
const CHANGED = 40;
/** A kill comes at a random moment up to so long after the first write has begun: while rows are written, merged, or made one file. */
const LONGEST_MS = 4_000;
const clearance = ["team"] as const;
const [, , mode = "25", place = ""] = process.argv;

if (mode === "write") await write(place);
else await killAll(Number(mode));

async function open(folder: string) {
  const onWarning = (sentence: string) => console.log(`warning ${sentence}`);
  return {
    index: await openLanceIndex({ folder: join(folder, "lance"), mayWrite: true, onWarning }),
    vectors: await openLanceVectors({ folder: join(folder, "vectors"), mayWrite: true, model: MODEL, onWarning }),
  };
}

/** Writes one version of many documents after the other, and looks after the index all the time; says what is about to be, and is, written. */
async function write(folder: string): Promise<void> {
  const { index, vectors } = await open(folder);
  const random = randomFrom(Date.now());
  const first = 1 + Math.max(0, ...(await versions(index)).values());
  for (let version = first; ; version += 1) {
    const numbers = [...new Set(Array.from({ length: CHANGED }, () => Math.floor(random() * DOCUMENTS)))];
    const count = 1 + (version % 7);
    const texts = Array.from({ length: count }, (_, part) => `version ${version} part ${part}`);
    console.log(`begin ${version} ${numbers.join(",")}`);
    await index.replace({ documents: numbers.map((number) => indexed(`${number}.md`, texts)), removed: [] });
    const given = texts.map((_, part) => vectorOf(1, version, part));
    const documents = numbers.map((number) => embedded(`${number}.md`, given, { hash: String(version) }));
    await vectors.replace({ documents, removed: [] });
    console.log(`end ${version}`);
    if (version % 3 === 0) await Promise.all([index.optimize(), vectors.optimize()]);
  }
}

async function killAll(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  const random = randomFrom(20_261_124);
  /** The version of each document by what was written to the end, or was found after a kill. */
  const sure: Sure = { words: new Map(), vectors: new Map() };
  const wrong: string[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const begun = new Map<number, number[]>();
      const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "write", folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const writing = Promise.withResolvers<void>();
      const listening = (async () => {
        for await (const line of createInterface({ input: child.stdout })) {
          const [kind = "", version = "", numbers = ""] = line.split(" ");
          if (kind === "warning") wrong.push(`round ${round}: ${line}`);
          if (kind === "begin") writing.resolve();
          if (kind === "begin") begun.set(Number(version), numbers.split(",").map(Number));
          if (kind === "end") {
            for (const number of begun.get(Number(version)) ?? []) {
              sure.words.set(number, Number(version));
              sure.vectors.set(number, Number(version));
            }
            begun.delete(Number(version));
          }
        }
      })();
      const exited = once(child, "exit");
      await writing.promise;
      await delay(random() * LONGEST_MS);
      child.kill("SIGKILL");
      await exited;
      await listening;
      wrong.push(...(await faults(folder, { sure, begun })).map((fault) => `round ${round}: ${fault}`));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${rounds} kills, ${Math.max(0, ...sure.words.values())} versions written, ${wrong.length} faults`);
  for (const fault of wrong.slice(0, 10)) console.log(fault);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

interface Sure {
  readonly words: Map<number, number>;
  readonly vectors: Map<number, number>;
}

type Index = Awaited<ReturnType<typeof open>>["index"];

/** The version of each document that is stored; NaN where its passages are of several, or some are missing. */
async function versions(index: Index): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const [id, { path, passages: count }] of await index.documents()) {
    const texts = (await index.document(id, { clearance })).map(({ text }) => text);
    const [version = Number.NaN, ...others] = new Set(texts.map((text) => Number(text.split(" ")[1])));
    const isWhole = others.length === 0 && texts.length === count && count === 1 + (version % 7);
    found.set(Number.parseInt(path, 10), isWhole ? version : Number.NaN);
  }
  return found;
}

async function faults(
  folder: string,
  { sure, begun }: { readonly sure: Sure; readonly begun: ReadonlyMap<number, readonly number[]> },
): Promise<string[]> {
  const wrong: string[] = [];
  const { index, vectors } = await open(folder);
  await using _index = index;
  await using _vectors = vectors;
  const stored = await versions(index);
  const known = await vectors.documents();
  const near = await vectors.nearest(vectorOf(1), { clearance, limit: 100_000 });
  const counts = Map.groupBy(near, ({ id }) => id.slice(0, 32));
  const maybe = (number: number) =>
    [...begun].flatMap(([version, numbers]) => (numbers.includes(number) ? version : []));
  for (let number = 0; number < DOCUMENTS; number += 1) {
    const id = idOf(`${number}.md`);
    const words = stored.get(number);
    if (![sure.words.get(number), ...maybe(number)].includes(words)) wrong.push(`${number}.md is of version ${words}`);
    const version = known.get(id) === undefined ? undefined : Number(known.get(id));
    if (![sure.vectors.get(number), ...maybe(number)].includes(version))
      wrong.push(`the vectors of ${number}.md are of version ${version}`);
    const count = version === undefined ? 0 : 1 + (version % 7);
    const own = counts.get(id) ?? [];
    if (own.length !== count || own.some(({ hash }) => Number(hash) !== version)) {
      wrong.push(`${number}.md has ${own.length} vectors, not ${count}`);
    }
    // What was only begun may have been written: from now on that is what is there.
    if (words !== undefined) sure.words.set(number, words);
    if (version !== undefined) sure.vectors.set(number, version);
  }
  return wrong;
}
