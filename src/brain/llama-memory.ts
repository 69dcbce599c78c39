import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem } from "node:os";
import { UserError } from "../user-error.ts";

/** A context of fewer tokens holds no question with its passages. */
const SMALLEST_CONTEXT = 1_024;
/** Left free for everything else on the machine, in bytes. */
const RESERVE = 300_000_000;

/** What a context takes: sequences of so many tokens each, and bytes in all with the model. */
export interface MemoryPlan {
  readonly sequences: number;
  readonly contextTokens: number;
  readonly bytes: number;
}

/**
 * The largest plan that fits `free` bytes: first one warm sequence more than are written at once, then without it, then with fewer
 * tokens each, then with fewer at once. `needs` gives the bytes for a plan. Throws a UserError when nothing fits.
 */
export async function planMemory(
  wanted: { readonly parallel: number; readonly contextTokens: number },
  {
    free,
    needs,
    name,
  }: {
    readonly free: number;
    readonly needs: (plan: Omit<MemoryPlan, "bytes">) => Promise<number>;
    readonly name: string;
  },
): Promise<MemoryPlan> {
  let least = Number.POSITIVE_INFINITY;
  for (const plan of plansFor(wanted)) {
    const bytes = await needs(plan);
    if (bytes <= free - RESERVE) return { ...plan, bytes };
    least = Math.min(least, bytes);
  }
  throw new UserError(
    `The model ${name} needs about ${gigabytes(least + RESERVE)} of memory and ${gigabytes(free)} are free; ` +
      "choose a smaller one (hearth models fit says which), or free some memory",
  );
}

function* plansFor({ parallel, contextTokens }: { readonly parallel: number; readonly contextTokens: number }) {
  yield { sequences: parallel + 1, contextTokens };
  for (let sequences = parallel; sequences >= 1; sequences = Math.floor(sequences / 2)) {
    for (let tokens = contextTokens; tokens >= SMALLEST_CONTEXT; tokens = Math.floor(tokens / 2)) {
      yield { sequences, contextTokens: tokens };
    }
    if (contextTokens < SMALLEST_CONTEXT) yield { sequences, contextTokens };
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Bytes that can be had without swapping: what Linux says is available, within the limits of the container. */
export function freeMemory(): number {
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(readIfThere("/proc/meminfo"))?.[1];
  const system = available === undefined ? freemem() : Number(available) * 1_024;
  const limit = Number(readIfThere("/sys/fs/cgroup/memory.max"));
  const used = Number(readIfThere("/sys/fs/cgroup/memory.current"));
  // What files leave in the cache counts as used there, and is given up when it is needed.
  const cached = Number(/^inactive_file (\d+)$/m.exec(readIfThere("/sys/fs/cgroup/memory.stat"))?.[1] ?? 0);
  return limit > 0 && used > 0 ? Math.min(system, Math.max(0, limit - used + cached)) : system;
}

/**
 * Threads to compute with: the cores that really are there, since waiting threads spin (four on two cores were seen to be 150 times
 * slower). Virtual machines may show two threads of one core as all there is; those few are all used.
 */
export function computeThreads(): number {
  const pairs = readIfThere("/proc/cpuinfo")
    .split("\n\n")
    .map((block) => /^physical id\s*:\s*(\d+)$/m.exec(block)?.[1] + "/" + /^core id\s*:\s*(\d+)$/m.exec(block)?.[1])
    .filter((pair) => !pair.includes("undefined"));
  const cores = pairs.length > 0 ? new Set(pairs).size : cpus().length;
  const usable = Math.min(availableParallelism(), quota());
  return Math.max(1, Math.min(usable, Math.max(cores, 2)));
}

/** Whole processors that a container may use (cgroup v2, "max" or microseconds of each period). */
function quota(): number {
  const [most = "max", period = "100000"] = readIfThere("/sys/fs/cgroup/cpu.max").trim().split(" ");
  return most === "max" || most === ""
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.floor(Number(most) / Number(period)));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
