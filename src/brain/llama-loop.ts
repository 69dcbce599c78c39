import type { ControlledEvaluateInputItem, LlamaContextSequence, Token } from "node-llama-cpp";
import type { Lookup } from "./llama-lookup.ts";

/** Prompt tokens that are evaluated in one step: alone, and while others write, who wait for the step to end. */
const CHUNK_ALONE = 256;
const CHUNK_AMONG_OTHERS = 64;

/** One text to be written on a sequence of its own. */
export interface LoopRequest {
  readonly sequence: LlamaContextSequence;
  /** The sequence's place among all of the context's: steps are submitted in this order, which makes their batches cheap. */
  readonly place: number;
  /** Prompt tokens that the sequence does not hold yet; at least one. */
  readonly prompt: readonly Token[];
  /** A count of prompt tokens after which `onPause` is awaited, so that the state there can be kept. */
  readonly pauseAfter?: number;
  readonly onPause?: () => Promise<void>;
  readonly maxTokens: number;
  readonly isEnd: (token: Token) => boolean;
  /** Guesses at what comes next, where that pays. */
  readonly lookup?: Lookup<Token>;
  /** Told of tokens as they are written; false ends the text. */
  readonly onTokens: (tokens: readonly Token[]) => boolean;
  readonly signal: AbortSignal;
  /** For measuring: stands in for what the model would have chosen. */
  readonly forced?: readonly Token[];
}

/** "stopped": the signal came, or `onTokens` said so. */
export interface LoopResult {
  readonly ended: "end" | "length" | "stopped";
  /** Milliseconds until the first token, and from there to the last. */
  readonly milliseconds: { readonly prompt: number; readonly writing: number };
}

/** Writes texts at once. Never two on one sequence. */
export interface BatchLoop {
  /** Resolves when the sequence is free again: one step after the signal at the latest. */
  run(request: LoopRequest): Promise<LoopResult>;
}

interface Job {
  readonly request: LoopRequest;
  readonly startedAt: number;
  firstAt: number | undefined;
  /** Prompt tokens evaluated so far. */
  evaluated: number;
  written: number;
  last: Token | undefined;
  /** The library's own steps, token by token: cheaper than single evaluations, but they check no guesses. */
  steps: ReturnType<LlamaContextSequence["evaluate"]> | undefined;
  ended: LoopResult["ended"] | undefined;
  readonly done: PromiseWithResolvers<LoopResult>;
}

/**
 * Steps all running texts together, in the order of their sequences: submitted so, llama.cpp evaluates them in one batch, and four at
 * once write 1.5 times as much as one (the library's own loops fall out of step).
 */
export function createBatchLoop(): BatchLoop {
  const jobs = new Set<Job>();
  let running = false;

  const loop = async () => {
    while (jobs.size > 0) {
      const round = [...jobs].sort((one, other) => one.request.place - other.request.place);
      const chunk = jobs.size === 1 ? CHUNK_ALONE : CHUNK_AMONG_OTHERS;
      const steps = round.map(async (job) => {
        try {
          await advance(job, chunk);
        } catch (error) {
          jobs.delete(job);
          await endSteps(job).catch(() => {});
          job.done.reject(error);
        }
      });
      await Promise.all(steps);
      for (const job of round.filter(({ ended }) => ended !== undefined)) {
        jobs.delete(job);
        await endSteps(job).catch(() => {});
        finish(job);
      }
    }
    running = false;
  };
  return {
    run(request) {
      const job = begin(request);
      jobs.add(job);
      if (!running) {
        running = true;
        // Those that are asked for at the same time begin in one step.
        setImmediate(() => void loop());
      }
      return job.done.promise;
    },
  };
}

function begin(request: LoopRequest): Job {
  return {
    request,
    startedAt: performance.now(),
    firstAt: undefined,
    evaluated: 0,
    written: 0,
    last: undefined,
    steps: undefined,
    ended: undefined,
    done: Promise.withResolvers(),
  };
}

function finish({ startedAt, firstAt = performance.now(), ended = "stopped", done }: Job): void {
  done.resolve({ ended, milliseconds: { prompt: firstAt - startedAt, writing: performance.now() - firstAt } });
}

/** One step of one text: a stretch of its prompt, or its next token with the guesses that follow it. */
async function advance(job: Job, chunk: number): Promise<void> {
  if (job.request.signal.aborted) {
    job.ended = "stopped";
    return;
  }
  if (job.last === undefined) await evaluatePrompt(job, chunk);
  else await writeOn(job, job.last);
}

async function evaluatePrompt(job: Job, chunk: number): Promise<void> {
  const { prompt, pauseAfter, onPause, sequence } = job.request;
  const untilPause = pauseAfter !== undefined && pauseAfter > job.evaluated ? pauseAfter - job.evaluated : chunk;
  const tokens = prompt.slice(job.evaluated, job.evaluated + Math.min(chunk, untilPause));
  job.evaluated += tokens.length;
  if (job.evaluated === prompt.length) {
    take(job, [await step(job, tokens)]);
  } else {
    await sequence.controlledEvaluate([...tokens]);
    if (job.evaluated === pauseAfter) await onPause?.();
  }
}

/** Evaluates tokens and gives the next one. */
async function step(job: Job, tokens: readonly Token[]): Promise<Token> {
  job.steps ??= job.request.sequence.evaluate([...tokens], { temperature: 0, yieldEogToken: true });
  // The first call of a generator takes no value: it begins with what it was made with.
  const { value } = await job.steps.next([...tokens]);
  return chosen(value);
}

async function endSteps(job: Job): Promise<void> {
  await job.steps?.return();
  job.steps = undefined;
}

async function writeOn(job: Job, last: Token): Promise<void> {
  const { sequence, lookup, maxTokens } = job.request;
  const room = maxTokens - job.written - 1;
  const draft = (lookup?.draft() ?? []).slice(0, Math.max(0, room));
  if (draft.length === 0) {
    const token = await step(job, [last]);
    return take(job, [job.request.forced?.[job.written] ?? token]);
  }
  await endSteps(job);
  const output = await sequence.controlledEvaluate([last, ...draft].map(sampled));
  const tokens = output.map((one) => chosen(one?.next.token));
  const choices = job.request.forced?.slice(job.written, job.written + tokens.length) ?? tokens;
  const wrong = draft.findIndex((token, index) => token !== choices[index]);
  const accepted = wrong === -1 ? draft.length : wrong;
  lookup?.judge(draft.length, accepted);
  const surplus = draft.length - accepted;
  if (surplus > 0) {
    await sequence.eraseContextTokenRanges([
      { start: sequence.nextTokenIndex - surplus, end: sequence.nextTokenIndex },
    ]);
  }
  take(job, choices.slice(0, accepted + 1));
}

/** Takes tokens over into the text, up to the one that ends it. */
function take(job: Job, tokens: readonly Token[]): void {
  const { isEnd, maxTokens, onTokens, lookup, forced } = job.request;
  job.firstAt ??= performance.now();
  const choices = job.written === 0 && forced ? forced.slice(0, 1) : tokens;
  const end = choices.findIndex(isEnd);
  const written = choices.slice(0, end === -1 ? undefined : end).slice(0, maxTokens - job.written);
  job.last = written.at(-1) ?? job.last;
  job.written += written.length;
  lookup?.push(written);
  const goesOn = written.length === 0 || onTokens(written);
  if (end !== -1) job.ended = "end";
  else if (!goesOn) job.ended = "stopped";
  else if (job.written >= maxTokens) job.ended = "length";
}

function sampled(token: Token): ControlledEvaluateInputItem {
  return [token, { generateNext: { token: true, options: { temperature: 0 } } }];
}

function chosen(token: Token | null | void): Token {
  if (token === null || token === undefined) throw new Error("The model chose no token");
  return token;
}
