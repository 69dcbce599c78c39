import { getLlama, type LlamaContext, LlamaLogLevel, type LlamaModel, type Token } from "node-llama-cpp";

/** What the library itself calls for each batch; not part of its interface, and all there is below it. */
interface RawContext {
  setThreads(threads: number): void;
  initBatch(size: number): void;
  addToBatch(sequence: number, at: number, tokens: Uint32Array, wanted: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(index: number | undefined, sampler: RawSampler): Promise<Token>;
  disposeSequence(sequence: number): void;
  removeTokenCellsFromSequence(sequence: number, from: number, to: number): boolean;
}

interface RawSampler {
  dispose(): void;
  applyConfig(config: { readonly temperature: number }): void;
}

/** The lowest loop that the library allows: batches made by hand, each token sampled at once, nothing else done. */
export interface LowestLoop extends AsyncDisposable {
  /** Evaluates so many prompt tokens on a sequence of its own, then writes; milliseconds of both. */
  one(given: { readonly prompt: number; readonly write: number; readonly seed: number }): Promise<{
    readonly promptMs: number;
    readonly writeMs: number;
  }>;
  /** Writes several texts at once, all tokens of a step in one batch; milliseconds in all. */
  many(given: {
    readonly at: number;
    readonly prompt: number;
    readonly write: number;
    readonly seed: number;
  }): Promise<number>;
  /** Milliseconds to evaluate `added` tokens behind a prefix that is evaluated already, and to sample one. */
  behind(given: { readonly prefix: number; readonly added: number; readonly seed: number }): Promise<number>;
}

interface Opened {
  readonly batchSize: number;
  /** Tokens of a prefix that sequence 0 holds for `behind`. */
  held: number;
  readonly raw: RawContext;
  readonly sampler: RawSampler;
  readonly tokens: (count: number, seed: number) => Token[];
}

/** Opens the model with the settings that engine.md found best: two threads, flash attention left to the library. */
export async function openLowestLoop(given: {
  readonly model: string;
  readonly threads: number;
  readonly contextTokens: number;
  readonly sequences: number;
}): Promise<LowestLoop> {
  await using stack = new AsyncDisposableStack();
  const llama = stack.adopt(
    await getLlama({ gpu: false, build: "never", maxThreads: given.threads, logLevel: LlamaLogLevel.error }),
    (library) => library.dispose(),
  );
  const model = stack.adopt(await llama.loadModel({ modelPath: given.model }), (opened) => opened.dispose());
  const context = stack.adopt(
    await model.createContext({
      contextSize: given.contextTokens,
      sequences: given.sequences,
      flashAttention: "auto",
      threads: given.threads,
    }),
    (opened) => opened.dispose(),
  );
  const opened = openedBy(context, model);
  stack.defer(() => opened.sampler.dispose());
  opened.raw.setThreads(given.threads);
  const owned = stack.move();
  return {
    one: (what) => one(opened, what),
    many: (what) => many(opened, what),
    behind: (what) => behind(opened, what),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function openedBy(context: LlamaContext, model: LlamaModel): Opened {
  const inside = (holder: object, name: string) => Reflect.get(holder, name);
  const raw: RawContext = inside(context, "_ctx");
  const bindings: { readonly AddonSampler: new (model: unknown) => RawSampler } = inside(
    inside(model, "_llama"),
    "_bindings",
  );
  const sampler = new bindings.AddonSampler(inside(model, "_model"));
  sampler.applyConfig({ temperature: 0 });
  const known = [...model.iterateAllTokens()].filter(
    (token) => !model.isSpecialToken(token) && !model.isEogToken(token),
  );
  const tokens = (count: number, seed: number) =>
    Array.from(
      { length: count },
      (_, index) => known[(seed * 7_919 + index * 104_729) % known.length] ?? known[0] ?? fail(),
    );
  return { batchSize: context.batchSize, held: 0, raw, sampler, tokens };
}

async function one(opened: Opened, given: Parameters<LowestLoop["one"]>[0]) {
  const { raw, sampler, tokens } = opened;
  raw.disposeSequence(0);
  const startedAt = performance.now();
  const prompt = tokens(given.prompt, given.seed);
  let token = await evaluate(opened, { at: 0, tokens: prompt });
  const firstAt = performance.now();
  for (let written = 1; written < given.write; written += 1) {
    raw.initBatch(1);
    const [index] = raw.addToBatch(0, given.prompt + written - 1, Uint32Array.of(token), Uint32Array.of(0));
    await raw.decodeBatch();
    token = await raw.sampleToken(index, sampler);
  }
  return { promptMs: firstAt - startedAt, writeMs: performance.now() - firstAt };
}

async function many({ raw, sampler, tokens }: Opened, { at, prompt, write, seed }: Parameters<LowestLoop["many"]>[0]) {
  const sequences = Array.from({ length: at }, (_, sequence) => sequence);
  for (const sequence of sequences) raw.disposeSequence(sequence);
  const startedAt = performance.now();
  let next = sequences.map((sequence) => tokens(prompt, seed + sequence));
  for (let written = 0; written < write; written += 1) {
    const position = written === 0 ? 0 : prompt + written - 1;
    raw.initBatch(next.reduce((sum, { length }) => sum + length, 0));
    const indexes = next.map((added, sequence) => {
      const [index] = raw.addToBatch(sequence, position, Uint32Array.from(added), Uint32Array.of(added.length - 1));
      return index;
    });
    await raw.decodeBatch();
    const sampled: Token[][] = [];
    for (const index of indexes) sampled.push([await raw.sampleToken(index, sampler)]);
    next = sampled;
  }
  return performance.now() - startedAt;
}

async function behind(opened: Opened, given: Parameters<LowestLoop["behind"]>[0]) {
  const { raw, tokens } = opened;
  if (opened.held !== given.prefix) {
    raw.disposeSequence(0);
    await evaluate(opened, { at: 0, tokens: tokens(given.prefix, 1) });
    opened.held = given.prefix;
  }
  const startedAt = performance.now();
  await evaluate(opened, { at: given.prefix, tokens: tokens(given.added, given.seed) });
  const ms = performance.now() - startedAt;
  raw.removeTokenCellsFromSequence(0, given.prefix, given.prefix + given.added);
  return ms;
}

/** Evaluates tokens in batches as large as they may be, and samples what follows the last. */
async function evaluate(
  { raw, sampler, batchSize }: Opened,
  { at, tokens }: { readonly at: number; readonly tokens: readonly Token[] },
): Promise<Token> {
  for (let done = 0; ; done += batchSize) {
    const part = tokens.slice(done, done + batchSize);
    const isLast = done + part.length === tokens.length;
    raw.initBatch(part.length);
    const [index] = raw.addToBatch(
      0,
      at + done,
      Uint32Array.from(part),
      Uint32Array.from(isLast ? [part.length - 1] : []),
    );
    await raw.decodeBatch();
    if (isLast) return raw.sampleToken(index, sampler);
  }
}

function fail(): never {
  throw new Error("The model has no tokens");
}
