// One side of bench/engine.ts in a process of its own: our engine, or the library's lowest loop. Started by bench/engine-sides.ts.
import { openLowestLoop } from "./engine-library.ts";
import { measureCycles } from "./engine-cycles.ts";
import { openEngine, openOurs, type OursOptions } from "./engine-ours.ts";

/** What a side is started with. "bare" is our engine with nothing beside it, for the time it takes to load. */
export interface SideOptions extends OursOptions {
  readonly side: "ours" | "bare" | "library" | "cycles";
}

const options: SideOptions = JSON.parse(process.argv[2] ?? "");
const jobs = await openJobs(options);
process.on("message", (message: { readonly job: string; readonly given: never }) => void answer(message));
process.send?.({ ready: true });

async function answer({ job, given }: { readonly job: string; readonly given: never }): Promise<void> {
  if (job === "close") {
    await jobs[Symbol.asyncDispose]();
    process.disconnect?.();
    return;
  }
  const work: (what: never) => Promise<unknown> = Reflect.get(jobs, job);
  process.send?.({ result: await work(given) });
}

async function openJobs(wanted: SideOptions): Promise<AsyncDisposable> {
  if (wanted.side === "ours") return openOurs(wanted);
  if (wanted.side === "bare") return openBare(wanted);
  if (wanted.side === "library") return openLowestLoop({ ...wanted, sequences: wanted.parallel });
  const cycles = (given: { readonly count: number }) => measureCycles({ ...wanted, ...given });
  return Object.assign({ cycles }, { [Symbol.asyncDispose]: async () => {} });
}

async function openBare(wanted: SideOptions): Promise<AsyncDisposable> {
  const engine = await openEngine(wanted);
  const { signal } = new AbortController();
  const messages = [{ role: "user", text: "How many days?" }] as const;
  const one = async () => {
    await engine.generate({ messages, maxTokens: 1 }, { signal });
  };
  return Object.assign({ one }, { [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() });
}
