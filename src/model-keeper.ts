import { setTimeout as delay } from "node:timers/promises";
import { unlessAborted } from "./abort.ts";
import type { EngineState } from "./brain/engine.ts";
import { freeMemory } from "./brain/llama-memory.ts";
import { ModelGone, type RemoteModel } from "./channel/engine-connect.ts";
import type { Log } from "./log.ts";
import { peakMemory, startProcess, stopProcess, watchLoading, type ModelChild, type ModelPlan } from "./model-child.ts";
import { UserError } from "./user-error.ts";

/** So many deaths within this time, and the model is left alone. */
const MOST_DEATHS = 3;
const DEATHS_WITHIN_MS = 5 * 60_000;
/** Before a process is started again. */
const PAUSE_MS = 200;

/** Every opened model says the SHA-256 of its file. */
interface Named {
  readonly hash: string;
}

/** What it takes to run a model in a process of its own. */
export interface ModelProcessOptions {
  readonly plan: ModelPlan;
  /** Bytes that may be used, asked at each start; what is free, if left out. */
  readonly free?: () => number;
  /** Bytes of the file, for how long loading may take. */
  readonly fileBytes: number;
  readonly log: Log;
}

interface KeeperOptions<Opened extends Named> extends ModelProcessOptions {
  readonly request: { readonly file: string; readonly name: string; readonly sha256?: string };
  /** Has the process open the model. */
  readonly open: (
    remote: RemoteModel,
    given: { readonly freeBytes: number; readonly signal: AbortSignal },
  ) => Promise<Opened>;
  /** How it goes on where the model stays away, for a sentence. */
  readonly without: string;
}

/** A process that has opened its model, and what it said of it. */
interface Running<Opened> {
  readonly child: ModelChild;
  readonly opened: Opened;
}

/** A process that is kept running while it is needed, and where it stands. */
export interface ModelKeeper<Opened> extends AsyncDisposable {
  hash(): string | undefined;
  state(): EngineState;
  peakBytes(): number | undefined;
  /** The running process, started if need be; a death while it loads is followed by another try. */
  running(signal: AbortSignal): Promise<Running<Opened>>;
  forget(): Promise<void>;
}

/** Does `work`; if the process dies meanwhile, once more on the next one. */
export async function onceMore<Result>(
  keeper: Pick<ModelKeeper<unknown>, "running">,
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
interface Keeping<Opened extends Named> {
  readonly options: KeeperOptions<Opened>;
  readonly closing: AbortController;
  readonly deaths: ReturnType<typeof countDeaths>;
  state: EngineState;
  hash: string | undefined;
  current: Promise<Running<Opened>> | undefined;
  /** The process that runs, once it has opened the model. */
  child: ModelChild | undefined;
}

/** Keeps the process running while it is needed, and says where it stands; nothing is started before that. */
export function createModelKeeper<Opened extends Named>(options: KeeperOptions<Opened>): ModelKeeper<Opened> {
  const keeping: Keeping<Opened> = {
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

async function start<Opened extends Named>(keeping: Keeping<Opened>): Promise<Running<Opened>> {
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
    return { child, opened };
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

function died<Opened extends Named>(keeping: Keeping<Opened>): void {
  const { closing, deaths, options } = keeping;
  keeping.current = undefined;
  keeping.child = undefined;
  if (closing.signal.aborted || keeping.state.kind === "failed") return;
  const late = deaths.add();
  options.log.error({ deaths: late }, "the model process died");
  const why = `The model ${options.request.name} stopped ${MOST_DEATHS} times within five minutes, so ${options.without}; use another model, or start Hearth again`;
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
async function load<Opened extends Named>(
  options: KeeperOptions<Opened>,
  given: { readonly signal: AbortSignal; readonly died: () => void },
) {
  const child = startProcess(options.plan);
  const freeBytes = (options.free ?? freeMemory)();
  using watchdog = watchLoading(child, { ...options, request: { ...options.request, freeBytes } });
  try {
    const signal = AbortSignal.any([given.signal, watchdog.signal]);
    const opened = await options.open(child.remote, { freeBytes, signal });
    void child.exited.then(given.died);
    return { child, opened };
  } catch (error) {
    await stopProcess(child);
    if (error instanceof ModelGone) given.died();
    throw error;
  }
}
