import { describe, expect, it } from "vitest";
import { candidateFigures, choose, type CandidateFigures } from "../../src/eval/candidate.ts";
import { outcome, written } from "./outcomes.ts";

const at = new Date(0);
const wins = (value: boolean) => ({ wins: value, why: "", questions: 40, at: "" });
const figures = (name: string, given: Partial<CandidateFigures> = {}): CandidateFigures => ({
  name,
  grounded: { hits: 30, of: 40 },
  right: { hits: 20, of: 40 },
  refused: { hits: 10, of: 10 },
  seconds: 5,
  verdict: wins(true),
  ...given,
});

describe("candidateFigures", () => {
  it("counts as grounded what was written, kept and leads to the right document, of all that was answered", () => {
    const answered = { falseRefusal: 0, recall1: 1 };
    const outcomes = [
      outcome({ id: "a", scores: { ...answered, cited: 1, right: 1 }, writing: written(2, 1), seconds: 2 }),
      outcome({ id: "b", scores: { ...answered, cited: 0, right: 0 }, writing: written(2, 0), seconds: 3 }),
      outcome({ id: "c", scores: { ...answered, cited: 1, right: 1 }, writing: { kind: "not written", why: "" } }),
      outcome({ id: "d", scores: { falseRefusal: 1, right: 0 }, answered: false, seconds: 99 }),
      outcome({ id: "e", scores: { falseAnswer: 1 }, seconds: 99 }),
      outcome({ id: "f", scores: { falseAnswer: 0 }, answered: false }),
    ];
    expect(candidateFigures({ name: "small", outcomes }, { quoted: outcomes, at })).toMatchObject({
      name: "small",
      grounded: { hits: 1, of: 3 },
      right: { hits: 2, of: 4 },
      refused: { hits: 1, of: 2 },
      seconds: 3,
      verdict: { wins: false },
    });
    const without = candidateFigures({ outcomes }, { quoted: outcomes, at });
    expect(without.grounded).toEqual({ hits: 2, of: 3 });
    expect(without).not.toHaveProperty("verdict");
  });
});

describe("choose", () => {
  it("takes the model that is right most often of those that win within the time", () => {
    const rows = [
      figures("slow", { right: { hits: 39, of: 40 }, seconds: 21 }),
      figures("loses", { right: { hits: 38, of: 40 }, verdict: wins(false) }),
      figures("good", { right: { hits: 30, of: 40 }, seconds: 9 }),
      figures("fair"),
    ];
    expect(choose(rows, { seconds: 20 })?.name).toBe("good");
    expect(choose(rows, { seconds: 30 })?.name).toBe("slow");
    expect(choose(rows, { seconds: 1 })).toBeUndefined();
  });

  it("takes the better grounded of two that are right as often, and then the faster", () => {
    const better = figures("better", { grounded: { hits: 31, of: 40 }, seconds: 9 });
    expect(choose([figures("a"), better], { seconds: 20 })?.name).toBe("better");
    expect(choose([figures("a"), figures("faster", { seconds: 3 })], { seconds: 20 })?.name).toBe("faster");
  });
});
