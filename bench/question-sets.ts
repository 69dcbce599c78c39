import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Turn } from "../src/chat.ts";
import { readEmbedderList } from "../src/config-embedder-list.ts";
import type { Embedder } from "../src/knowledge/embedder.ts";
import type { Knowledge } from "../src/knowledge/knowledge.ts";
import { openKnowledge } from "../src/knowledge/library.ts";
import { createTransformersEmbedder } from "../src/knowledge/transformers-embedder.ts";
import { openTransformersThread } from "../src/knowledge/transformers-thread.ts";
import { silentLog } from "../src/log.ts";

/** The public question sets, beside the project; not part of it. */
export const evalFolder = fileURLToPath(new URL("../../shared/eval", import.meta.url));
export const SETS = ["tts-handbook", "plausible-docs"] as const;
export type SetName = (typeof SETS)[number];

export interface EvalQuestion {
  readonly id: string;
  readonly question: string;
  readonly history?: readonly Turn[];
  readonly answerable: boolean;
  readonly gold_docs: readonly string[];
}

/** Whether the question sets are there; says loudly on standard error when they are not. */
export function hasQuestionSets(): boolean {
  if (existsSync(evalFolder)) return true;
  console.error(`SKIPPED: ${evalFolder} is not there, so nothing was measured`);
  return false;
}

export function readQuestions(set: SetName): EvalQuestion[] {
  const text = readFileSync(join(evalFolder, "questions", `${set}.jsonl`), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): EvalQuestion => JSON.parse(line));
}

/** The documents of a set, read into an index of their own (with their vectors, given a model), which goes when disposed of. */
export async function openSet(set: SetName, embedder?: Embedder): Promise<Knowledge> {
  const dataFolder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  const folder = realpathSync(join(evalFolder, "corpora", set));
  const options = { folder, audience: "team", exclude: ["SOURCE.md", "LICENSE.md"], maxBytes: 20_000_000 } as const;
  const knowledge = await openKnowledge({
    dataFolder,
    folders: [options],
    watch: false,
    log: silentLog(),
    ...(embedder && { embedder }),
  });
  await knowledge.sync({ signal: new AbortController().signal, complete: true });
  const { meaning } = await knowledge.status();
  if (embedder && meaning.kind !== "ready")
    throw new Error(`The embedding model is not ready: ${JSON.stringify(meaning)}`);
  return {
    ...knowledge,
    async [Symbol.asyncDispose]() {
      await knowledge[Symbol.asyncDispose]();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The embedding model in a folder (`--embedder DIR`), with what config/embedders.yaml knows of it by the folder's name. */
export function openEmbedder(path: string): Embedder {
  const folder = resolve(path);
  const list = fileURLToPath(new URL("../config/embedders.yaml", import.meta.url));
  const { models } = readEmbedderList(list, { shown: "config/embedders.yaml" });
  const known = models.find(({ name }) => name === basename(folder));
  const thread = openTransformersThread({});
  const embedder = createTransformersEmbedder({ folder, thread, ...(known?.kind === "embedder" && { known }) });
  return { ...embedder, [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose]() };
}
