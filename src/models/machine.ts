import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { computeThreads, freeMemory } from "../brain/llama-memory.ts";
import { measureReadSpeed } from "./read-speed.ts";

/** One graphics card, in bytes. */
export interface Gpu {
  readonly name: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** What a model could use here. */
export interface Machine {
  /** Of the machine, or of the container where that has less. */
  readonly totalBytes: number;
  readonly isLimited: boolean;
  readonly freeBytes: number;
  /** Threads that the system lets us have, and those worth computing with. */
  readonly cores: number;
  readonly threads: number;
  /** Bytes a second read from memory with that many threads. */
  readonly readSpeed: number;
  readonly gpus: readonly Gpu[];
}

/** Looks at this machine: memory, the container's limit, cores, graphics cards, and how fast memory is read (measured). */
export async function readMachine(options: {
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}): Promise<Machine> {
  const threads = computeThreads();
  const [readSpeed, gpus] = await Promise.all([measureReadSpeed(threads, options), readGpus(options)]);
  const limit = memoryLimit((path) => readFileSync(path, "utf8"));
  return {
    totalBytes: Math.min(totalmem(), limit),
    isLimited: limit < totalmem(),
    freeBytes: freeMemory(),
    cores: availableParallelism(),
    threads,
    readSpeed,
    gpus,
  };
}

const CGROUPS = "/sys/fs/cgroup";

/** The smallest limit that a container or a service sets on this process's memory; Infinity where there is none. */
export function memoryLimit(read: (path: string) => string): number {
  const numberIn = (path: string) => {
    try {
      const text = read(path).trim();
      return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
    } catch {
      // No such system, or no such group.
      return Number.POSITIVE_INFINITY;
    }
  };
  const limits = [numberIn(join(CGROUPS, "memory/memory.limit_in_bytes")), numberIn(join(CGROUPS, "memory.max"))];
  try {
    const [, own = "/"] = /^0::(\/.*)$/m.exec(read("/proc/self/cgroup")) ?? [];
    for (let group = own; group !== "/" && group.startsWith("/"); group = dirname(group)) {
      limits.push(numberIn(join(CGROUPS, group, "memory.max")));
    }
  } catch {
    // Not Linux.
  }
  return Math.min(...limits);
}

async function readGpus(options: {
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}): Promise<Gpu[]> {
  const query = ["--query-gpu=name,memory.total,memory.free", "--format=csv,noheader"];
  try {
    const { environment: env, signal } = options;
    const { stdout } = await promisify(execFile)("nvidia-smi", query, { env, signal, timeout: 5_000 });
    return parseGpus(stdout);
  } catch {
    options.signal.throwIfAborted();
    // No such program or no card: a machine without one is the usual case.
    return [];
  }
}

/** The cards that `nvidia-smi` lists, one a line: "NVIDIA H100 80GB HBM3, 81559 MiB, 81078 MiB". */
export function parseGpus(text: string): Gpu[] {
  return text.split("\n").flatMap((line) => {
    const [, name, total, free] = /^(.+), (\d+) MiB, (\d+) MiB\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name: name.trim(), totalBytes: Number(total) * 1_048_576, freeBytes: Number(free) * 1_048_576 }];
  });
}
