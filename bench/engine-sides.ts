import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SideOptions } from "./engine-side.ts";
import { median } from "./figures.ts";

/** A process that measures what it is asked to, one thing at a time. */
export interface Side extends AsyncDisposable {
  ask<Result>(job: string, given: object): Promise<Result>;
}

/** Starts a side as the program starts its model: with one thread in libuv's pool. Complains when it does not end with exit code 0. */
export async function openSide(options: SideOptions): Promise<Side> {
  const child = fork(fileURLToPath(new URL("engine-side.ts", import.meta.url)), [JSON.stringify(options)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: "1" },
    execArgv: [],
  });
  const exit = once(child, "exit");
  const died = exit.then(([code, signal]) => {
    throw new Error(`The side "${options.side}" died (${code ?? signal})`);
  });
  died.catch(() => {});
  const next = () => Promise.race([once(child, "message"), died]);
  await next();
  return {
    async ask<Result>(job: string, given: object): Promise<Result> {
      child.send({ job, given });
      const [{ result }] = await next();
      return result;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.send({ job: "close" });
      const [code, signal] = await exit;
      if (code !== 0) console.log(`! the side "${options.side}" ended with ${code ?? signal}, not with exit code 0`);
    },
  };
}

/** Measures the sides in turn, so many times after one that does not count, and gives all results of each. */
export async function alternate<Results extends readonly unknown[]>(
  runs: number,
  sides: { readonly [Index in keyof Results]: (run: number) => Promise<Results[Index]> },
): Promise<{ readonly [Index in keyof Results]: Results[Index][] }>;
export async function alternate(
  runs: number,
  sides: readonly ((run: number) => Promise<unknown>)[],
): Promise<unknown[][]> {
  const results: unknown[][] = sides.map(() => []);
  for (let run = 0; run <= runs; run += 1) {
    for (const [index, side] of sides.entries()) {
      const result = await side(run);
      if (run > 0) results[index]?.push(result);
    }
  }
  return results;
}

/** The median of what is worked out for each result, and how far it goes down and up. */
export function figure<Result>(results: readonly Result[], of: (result: Result) => number): string {
  const values = results.map(of);
  const show = (value: number) => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0));
  return `${show(median(values))} (${show(Math.min(...values))}-${show(Math.max(...values))})`;
}

/** The median of the ratios of pairs that were measured one right after the other. */
export function ratio(one: readonly number[], other: readonly number[]): string {
  return median(one.map((value, index) => value / (other[index] ?? Number.NaN))).toFixed(2);
}
