import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { loadModel, type LoadedModel, type Tokens } from "./transformers-model.ts";
import type { FromModels, ModelRequest, ModelThreadData, ToModels } from "./transformers-request.ts";

/** A batch should take so long: a question that comes meanwhile waits for it. */
const BATCH_MS = 15;
/** Texts and tokens (padded) of a batch: more are not faster, and memory grows with them. */
const MOST_TEXTS = 8;
const FEWEST_TOKENS = 64;
const FIRST_TOKENS = 256;
const MOST_TOKENS = 1_024;

/** One request in hand: which text comes next, one that was made ready for the next batch, and what is done. */
interface Job {
  readonly id: number;
  readonly request: ModelRequest;
  next: number;
  ahead: Tokens | undefined;
  readonly done: Float32Array[];
}

const { threads }: ModelThreadData = workerData;
const jobs: Job[] = [];
const models = new Map<string, Promise<LoadedModel>>();
/** Milliseconds that a token took lately, for each model. */
const paces = new Map<string, number>();
let isWorking = false;
let isClosing = false;

parentPort?.on("message", (message: ToModels) => {
  if (message.kind === "close") {
    isClosing = true;
    jobs.length = 0;
    if (!isWorking) parentPort?.close();
    return;
  }
  if (message.kind === "cancel") {
    const at = jobs.findIndex(({ id }) => id === message.id);
    if (at >= 0) jobs.splice(at, 1);
    return;
  }
  const { id, request } = message;
  jobs.push({ id, request, next: 0, ahead: undefined, done: [] });
  if (!isWorking) void work();
});

/** One batch after the other, of the job that is most urgent then. */
async function work(): Promise<void> {
  isWorking = true;
  for (let job = mostUrgent(); job; job = mostUrgent()) {
    await step(job);
    // Lets in what was asked meanwhile.
    await nextTurn();
  }
  isWorking = false;
  if (isClosing) parentPort?.close();
}

function mostUrgent(): Job | undefined {
  return jobs.reduce<Job | undefined>(
    (first, job) => (first && first.request.urgency <= job.request.urgency ? first : job),
    undefined,
  );
}

async function step(job: Job): Promise<void> {
  let at: "loading" | "running" = "loading";
  try {
    const model = await modelFor(job.request);
    at = "running";
    job.done.push(await runBatch(job, model));
    if (job.next < job.request.texts.length) return;
    const values = join(job.done);
    finish(job, { kind: "done", id: job.id, values }, [values.buffer]);
  } catch (error) {
    finish(job, { kind: "failed", id: job.id, at, why: error instanceof Error ? error.message : "error" });
  }
}

function finish(job: Job, message: FromModels, moved: readonly ArrayBuffer[] = []): void {
  const at = jobs.indexOf(job);
  // What was called off meanwhile is no longer waited for.
  if (at < 0) return;
  jobs.splice(at, 1);
  parentPort?.postMessage(message, [...moved]);
}

function modelFor({ files, kind }: ModelRequest): Promise<LoadedModel> {
  const key = keyOf({ files, kind });
  const loading = models.get(key) ?? loadModel(files, { as: kind, threads });
  models.set(key, loading);
  // The next request tries again: the folder may have been mended.
  loading.catch(() => models.delete(key));
  return loading;
}

function keyOf({ files, kind }: Pick<ModelRequest, "files" | "kind">): string {
  return `${kind} ${files.folder}`;
}

async function runBatch(job: Job, model: LoadedModel): Promise<Float32Array> {
  const { request } = job;
  const key = keyOf(request);
  const pace = paces.get(key);
  const budget = pace === undefined ? FIRST_TOKENS : Math.min(MOST_TOKENS, Math.max(FEWEST_TOKENS, BATCH_MS / pace));
  const batch = takeBatch(job, { model, budget });
  const startedAt = performance.now();
  const values = request.kind === "embed" ? await model.embed(batch, request.pooling) : await model.score(batch);
  const tokens = batch.length * longestOf(batch);
  // What is short is slow for its length.
  if (tokens >= FEWEST_TOKENS) {
    const now = (performance.now() - startedAt) / tokens;
    paces.set(key, pace === undefined ? now : pace * 0.8 + now * 0.2);
  }
  return values;
}

/** The job's next texts, as many as the budget of tokens takes, and at least one. */
function takeBatch(job: Job, { model, budget }: { readonly model: LoadedModel; readonly budget: number }): Tokens[] {
  const { request } = job;
  const batch: Tokens[] = [];
  while (job.next < request.texts.length && batch.length < MOST_TEXTS) {
    const text = request.texts[job.next] ?? "";
    const tokens =
      job.ahead ?? (request.kind === "embed" ? model.tokenize(text) : model.tokenize(request.question, text));
    job.ahead = tokens;
    if (batch.length > 0 && (batch.length + 1) * longestOf([...batch, tokens]) > budget) break;
    batch.push(tokens);
    job.ahead = undefined;
    job.next += 1;
  }
  return batch;
}

function longestOf(batch: readonly Tokens[]): number {
  return Math.max(...batch.map(({ ids }) => ids.length));
}

function join(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
