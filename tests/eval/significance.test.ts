import { describe, expect, it } from "vitest";
import { bootstrapTest, signedRankTest, signTest } from "../../src/eval/significance.ts";

describe("signTest", () => {
  it("gives the exact two-sided chance", () => {
    expect(signTest(7, 2)).toBeCloseTo((2 * (1 + 9 + 36)) / 512, 12);
    expect(signTest(2, 7)).toBeCloseTo(signTest(7, 2), 12);
    expect(signTest(10, 0)).toBeCloseTo(2 / 1024, 12);
    expect(signTest(3, 3)).toBe(1);
    expect(signTest(0, 0)).toBe(1);
  });

  it("stays exact for thousands of questions", () => {
    // 2 * P(X <= 950) for 2000 throws of a coin, from the sum of exact binomials with whole numbers.
    let term = 1n;
    let sum = 0n;
    for (let k = 0n; k <= 950n; k += 1n) {
      sum += term;
      term = (term * (2_000n - k)) / (k + 1n);
    }
    const exact = Number((2n * sum * 10n ** 12n) >> 2_000n) / 1e12;
    expect(signTest(1_050, 950)).toBeCloseTo(exact, 9);
  });
});

describe("signedRankTest", () => {
  it("gives the exact two-sided chance of small samples", () => {
    // All of five above zero: 2 of 32 ways to give the signs are as far out.
    expect(signedRankTest([1, 2, 3, 4, 5])).toBeCloseTo(2 / 32, 12);
    // Ranks 1 and 2 below zero: sums up to 3 come in 5 of 32 ways.
    expect(signedRankTest([-1, -2, 3, 4, 5])).toBeCloseTo(10 / 32, 12);
  });

  it("leaves out what did not change, and lets equal differences share their ranks", () => {
    expect(signedRankTest([0, 0, 1, 2, 3, 4, 5])).toBeCloseTo(2 / 32, 12);
    expect(signedRankTest([0, 0])).toBe(1);
    // Four equal differences: only how many are below zero counts.
    expect(signedRankTest([2, 2, 2, -2])).toBeCloseTo(signTest(3, 1), 12);
  });

  it("agrees with itself where the exact way gives over to the normal one", () => {
    const differences = (count: number) =>
      Array.from({ length: count }, (_, index) => (index % 5 < 2 ? -1 : 1) * (index + 1));
    const exact = signedRankTest(differences(200));
    const normal = signedRankTest(differences(205));
    expect(exact).toBeGreaterThan(0.0001);
    expect(normal / exact).toBeGreaterThan(0.8);
    expect(normal / exact).toBeLessThan(1.1);
  });
});

describe("bootstrapTest", () => {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it("gives the same chance for the same seed", () => {
    const values = [1, -1, 2, -2, 3, 1, -1];
    const first = bootstrapTest(values, { statistic: mean, seed: 1 });
    expect(bootstrapTest(values, { statistic: mean, seed: 1 })).toBe(first);
    expect(first).toBeGreaterThan(0.2);
    expect(first).toBeLessThanOrEqual(1);
  });

  it("is small where every pair says the same, and 1 where nothing differs", () => {
    expect(bootstrapTest([1, 2, 3, 4], { statistic: mean, seed: 1 })).toBeLessThan(0.002);
    expect(bootstrapTest([0, 0, 0], { statistic: mean, seed: 1 })).toBe(1);
  });
});
