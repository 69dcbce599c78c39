import { setTimeout as delay } from "node:timers/promises";
import { Agent, request } from "node:http";
import type { Program } from "./box.ts";
import { mainThreadMs } from "./processes.ts";

/** What was measured while something happened. */
export interface Measured {
  /** The most memory that all of Hearth's processes held together, over what they held before. */
  readonly rssDelta: number;
  /** Seconds that they computed. */
  readonly cpu: number;
  /** The longest time for which edge or core computed without answering a request in between. */
  readonly blockMs: number | undefined;
}

/** Measures Hearth's processes until it is told to stop. With `blocking` it asks the page all the time. */
export function watch(program: Program, { blocking }: { readonly blocking: boolean }): { stop(): Promise<Measured> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const before = program.processes();
  const sum = (seen: typeof before, what: "bytes" | "seconds") => seen.reduce((total, one) => total + one[what], 0);
  const startBytes = sum(before, "bytes");
  const seconds = new Map(before.map((one) => [one.pid, one.seconds]));
  let peak = startBytes;
  let cpu = 0;
  const look = () => {
    const now = program.processes();
    peak = Math.max(peak, sum(now, "bytes"));
    for (const one of now) {
      cpu += one.seconds - (seconds.get(one.pid) ?? 0);
      seconds.set(one.pid, one.seconds);
    }
  };
  const looking = (async () => {
    while (!signal.aborted) {
      look();
      await delay(60, undefined, { signal }).catch(() => {});
    }
  })();
  const probing = blocking
    ? Promise.all([
        probe(program, { path: "/", half: "edge" }, signal),
        // What the core does for a status is its own work, so that the edge's part of it does not count.
        probe(program, { path: "/api/status", half: "core" }, signal),
      ])
    : undefined;
  return {
    async stop() {
      stopping.abort();
      await looking;
      look();
      const blocks = await probing;
      const megabytes = (bytes: number) => Math.round(bytes / 1e6);
      return {
        rssDelta: megabytes(peak - startBytes),
        cpu: Math.round(cpu * 100) / 100,
        blockMs: blocks && Math.round(Math.max(...blocks)),
      };
    },
  };
}

/**
 * Asks again and again, and gives the longest time that the process's first thread computed between a request and its answer. A
 * machine that is busy with something else makes answers late, but does not make that thread compute.
 */
async function probe(
  program: Program,
  { path, half }: { readonly path: string; readonly half: "core" | "edge" },
  signal: AbortSignal,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let longest = 0;
  while (!signal.aborted) {
    const pid = program.pidOf(half);
    const before = pid === undefined ? undefined : mainThreadMs(pid);
    const startedAt = performance.now();
    const isAnswered = await get(new URL(path, program.url), agent);
    const after = pid === undefined ? undefined : mainThreadMs(pid);
    const took = performance.now() - startedAt;
    if (isAnswered && before !== undefined && after !== undefined)
      longest = Math.max(longest, Math.min(took, after - before));
    await delay(10, undefined, { signal }).catch(() => {});
  }
  agent.destroy();
  return longest;
}

function get(url: URL, agent: Agent): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  request(url, { agent, timeout: 60_000 }, (response) => {
    response.resume();
    response.on("end", () => resolve(true));
    response.on("error", () => resolve(false));
  })
    .on("error", () => resolve(false))
    .end();
  return promise;
}
