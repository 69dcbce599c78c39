import { setTimeout as delay } from "node:timers/promises";
import { unlessAborted } from "./abort.ts";
import type { Engine, EngineLimits, EngineState } from "./brain/engine.ts";
import { ModelGone, type RemoteModel } from "./channel/engine-connect.ts";
import type { OpenRequest } from "./channel/engine-wire.ts";
import { freeMemory } from "./brain/llama-memory.ts";
import type { Log } from "./log.ts";
import { peakMemory, startProcess, stopProcess, watchLoading, type ModelChild, type ModelPlan } from "./model-child.ts";
import { UserError } from "./user-error.ts";

/** So many deaths within this time, and the model is left alone. */
const MOST_DEATHS = 3;
const DEATHS_WITHIN_MS = 5 * 60_000;
/** Before a process is started again. */
const PAUSE_MS = 200;

/** What it takes to run a model in a process of its own. */
export interface ModelProcessOptions {
  readonly plan: ModelPlan;
  readonly request: Omit<OpenRequest, "freeBytes">;
  /** Bytes that may be used, asked at each start; what is free, if left out. */
  readonly free?: () => number;
  /** Bytes of the file, for how long loading may take. */
  readonly fileBytes: number;
  readonly log: Log;
}

/**
 * A model in a process of its own, started when it is first needed and again when it dies; what it was writing is then written once
 * more. Three deaths within five minutes end that. Disposing of it ends the process.
 */
export function openModelProcess(options: ModelProcessOptions): Engine {
  const { request } = options;
  const keeper = createKeeper(options);
  return {
    label: () => {
      const hash = keeper.hash();
      return { kind: "llama", name: request.name, ...(hash !== undefined && { hash }) };
    },
    state: () => keeper.state(),
    ready: async ({ signal }) => (await keeper.running(signal)).limits,
    countTokens: (texts, { signal }) => onceMore(keeper, (remote) => remote.countTokens(texts, { signal }), signal),
    generate: (asked, { signal, enough, onText }) => {
      let shown = "";
      const grow = (text: string) => {
        // Asked once more after a death, it may not take back what was shown.
        if (text.length > shown.length && text.startsWith(shown)) onText?.((shown = text));
      };
      return onceMore(
        keeper,
        (remote) => remote.generate(asked, { signal, ...(enough && { enough }), onText: grow }),
        signal,
      );
    },
    peakBytes: () => keeper.peakBytes(),
    forget: () => keeper.forget(),
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}

interface Running {
  readonly child: ModelChild;
  readonly limits: EngineLimits;
}

interface Keeper extends AsyncDisposable {
  hash(): string | undefined;
  state(): EngineState;
  peakBytes(): number | undefined;
  /** The running process, started if need be; a death while it loads is followed by another try. */
  running(signal: AbortSignal): Promise<Running>;
  forget(): Promise<void>;
}

/** Does `work`; if the process dies meanwhile, once more on the next one. */
async function onceMore<Result>(
  keeper: Keeper,
  work: (remote: RemoteModel) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const { child } = await keeper.running(signal);
    try {
      return await work(child.remote);
    } catch (error) {
      if (!(error instanceof ModelGone) || attempt === 2) throw error;
      await child.exited;
    }
  }
}

/** What is known of the process; changed in place. */
interface Keeping {
  readonly options: ModelProcessOptions;
  readonly closing: AbortController;
  readonly deaths: ReturnType<typeof countDeaths>;
  state: EngineState;
  hash: string | undefined;
  current: Promise<Running> | undefined;
  /** The process that runs, once it has opened the model. */
  child: ModelChild | undefined;
}

/** Keeps the process running while it is needed, and says where it stands. */
function createKeeper(options: ModelProcessOptions): Keeper {
  const keeping: Keeping = {
    options,
    closing: new AbortController(),
    deaths: countDeaths(),
    state: { kind: "loading" },
    hash: options.request.sha256,
    current: undefined,
    child: undefined,
  };
  const { closing } = keeping;
  return {
    hash: () => keeping.hash,
    state: () => keeping.state,
    peakBytes: () => keeping.child && peakMemory(keeping.child),
    async running(signal) {
      for (;;) {
        closing.signal.throwIfAborted();
        if (keeping.state.kind === "failed") throw new UserError(keeping.state.why);
        const current = (keeping.current ??= start(keeping));
        const running = await unlessAborted(current, signal).catch(unlessGone);
        if (running) return running;
        // Another who waited may have started the next one already.
        if (keeping.current === current) keeping.current = undefined;
      }
    },
    async forget() {
      const { state, current } = keeping;
      if (state.kind === "ready" && current) await (await current).child.remote.forget(closing);
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("The model is closed"));
      const last = await keeping.current?.catch(() => undefined);
      if (last) await stopProcess(last.child);
    },
  };
}

async function start(keeping: Keeping): Promise<Running> {
  const { options, closing, deaths } = keeping;
  if (deaths.any()) await delay(PAUSE_MS, undefined, { signal: closing.signal });
  try {
    const { child, opened } = await load(options, {
      signal: closing.signal,
      died: () => died(keeping),
    });
    keeping.child = child;
    keeping.hash = opened.hash;
    keeping.state = { kind: "ready" };
    return { child, limits: opened.limits };
  } catch (error) {
    if (error instanceof UserError) keeping.state = { kind: "failed", why: error.message };
    else if (!(error instanceof ModelGone) && !closing.signal.aborted) {
      options.log.error({ err: error }, "the model could not be opened");
      const why = `The model ${options.request.name} could not be opened, and the log says why; mend it, and start Hearth again`;
      keeping.state = { kind: "failed", why };
    }
    throw error;
  }
}

function died(keeping: Keeping): void {
  const { closing, deaths, options } = keeping;
  keeping.current = undefined;
  keeping.child = undefined;
  if (closing.signal.aborted || keeping.state.kind === "failed") return;
  const late = deaths.add();
  options.log.error({ deaths: late }, "the model process died");
  const why = `The model ${options.request.name} stopped ${MOST_DEATHS} times within five minutes, so answers are quoted; use another model, or start Hearth again`;
  keeping.state = late < MOST_DEATHS ? { kind: "loading" } : { kind: "failed", why };
}

/** Counts deaths: `add` gives how many there were of late. */
function countDeaths() {
  const deaths: number[] = [];
  return {
    any: () => deaths.length > 0,
    add(): number {
      deaths.push(Date.now());
      return deaths.filter((at) => Date.now() - at < DEATHS_WITHIN_MS).length;
    },
  };
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof ModelGone)) throw error;
}

/** Starts a process and lets it open the model under a watchdog; a process that cannot is stopped. */
async function load(options: ModelProcessOptions, given: { readonly signal: AbortSignal; readonly died: () => void }) {
  const child = startProcess(options.plan);
  const request = { ...options.request, freeBytes: (options.free ?? freeMemory)() };
  using watchdog = watchLoading(child, { ...options, request });
  try {
    const signal = AbortSignal.any([given.signal, watchdog.signal]);
    const opened = await child.remote.open(request, { signal });
    void child.exited.then(given.died);
    return { child, opened };
  } catch (error) {
    await stopProcess(child);
    if (error instanceof ModelGone) given.died();
    throw error;
  }
}
