import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { computeThreads, freeMemory, planMemory } from "../../src/brain/llama-memory.ts";

/** A model of a gigabyte whose tokens take a megabyte each. */
const needs = async ({ sequences, contextTokens }: { readonly sequences: number; readonly contextTokens: number }) =>
  1e9 + sequences * contextTokens * 1e6;
const plan = (free: number) => planMemory({ parallel: 4, contextTokens: 4_096 }, { free, needs, name: "big" });

describe("a plan for memory", () => {
  it("keeps one sequence warm beside those that write, where there is room", async () => {
    expect(await plan(100e9)).toEqual({ sequences: 5, contextTokens: 4_096, bytes: 1e9 + 5 * 4_096e6 });
  });

  it("gives up the warm one, then length, then how many write at once", async () => {
    const sizes = [];
    for (const free of [18e9, 12e9, 6e9, 4e9, 2.5e9]) sizes.push(await plan(free));
    expect(sizes.map(({ sequences, contextTokens }) => `${sequences} x ${contextTokens}`)).toEqual([
      "4 x 4096",
      "4 x 2048",
      "4 x 1024",
      "2 x 1024",
      "1 x 1024",
    ]);
  });

  it("never takes what is not free", async () => {
    for (let free = 2.4e9; free < 30e9; free += 0.7e9) expect((await plan(free)).bytes).toBeLessThan(free);
  });

  it("is refused with what is needed, what is free, and the cure, when nothing fits", async () => {
    await expect(plan(1.5e9)).rejects.toThrow(
      "The model big needs about 2.3 GB of memory and 1.5 GB are free; choose a smaller one",
    );
  });
});

describe("this machine", () => {
  it("has memory to give, and never more threads than it can run", () => {
    expect(freeMemory()).toBeGreaterThan(100e6);
    expect(computeThreads()).toBeGreaterThanOrEqual(1);
    expect(computeThreads()).toBeLessThanOrEqual(availableParallelism());
  });
});
