import { describe, expect, it } from "vitest";
import { compare } from "../../src/eval/compare.ts";
import type { Outcome } from "../../src/eval/outcome.ts";
import type { Scores } from "../../src/eval/scores.ts";
import { outcome, written } from "./outcomes.ts";

function side(count: number, given: (index: number) => Partial<Outcome> & { readonly scores?: Scores }): Outcome[] {
  return Array.from({ length: count }, (_, index) => outcome({ id: `q${index}`, ...given(index) }));
}
const of = (key: string, compared: ReturnType<typeof compare>) => compared.find((one) => one.key === key);

describe("compare", () => {
  it("says on how many questions it is better and worse, and whether that may be chance", () => {
    const before = side(20, (index) => ({ scores: { right: index < 2 ? 1 : 0 } }));
    const after = side(20, (index) => ({ scores: { right: index >= 2 && index < 9 ? 1 : 0 } }));
    expect(of("right", compare(before, after))).toMatchObject({
      better: 7,
      worse: 2,
      difference: expect.closeTo(0.25, 9),
      words: "better on 7 questions, worse on 2, p = .18: may be chance",
      isWorse: false,
    });
  });

  it("calls a figure worse when it hardly is by chance, whichever way is better", () => {
    const before = side(10, () => ({ scores: { right: 1, falseRefusal: 0 } }));
    const after = side(10, (index) => ({ scores: { right: index < 2 ? 1 : 0, falseRefusal: index < 2 ? 0 : 1 } }));
    const compared = compare(before, after);
    expect(of("right", compared)).toMatchObject({ isWorse: true, better: 0, worse: 8 });
    expect(of("falseRefusal", compared)).toMatchObject({ isWorse: true, difference: 0.8 });
    expect(of("falseRefusal", compared)?.words).toBe("better on 0 questions, worse on 8, p = .008: hardly chance");
    expect(compare(after, before).some(({ isWorse }) => isWorse)).toBe(false);
  });

  it("compares only the questions that both have with the same words, and figures that both have", () => {
    const before = [outcome({ id: "a", scores: { right: 1 } }), outcome({ id: "b", question: "Once?", scores: {} })];
    const after = [
      outcome({ id: "a", scores: { right: 1, cited: 1 } }),
      outcome({ id: "b", question: "Now?", scores: { right: 0 } }),
    ];
    const compared = compare(before, after);
    expect(of("right", compared)).toMatchObject({
      before: { of: 1 },
      after: { of: 1 },
      words: "the same on every question",
    });
    expect(of("cited", compared)).toBeUndefined();
  });

  it("calls what is written and dropped more or less, never worse", () => {
    const before = side(10, () => ({ scores: { written: 1, dropped: 0 }, writing: written(2, 0) }));
    const after = side(10, () => ({ scores: { written: 0, dropped: 0.5 }, writing: written(1, 1) }));
    const compared = compare(before, after);
    expect(of("written", compared)).toMatchObject({ isWorse: false, difference: -1 });
    expect(of("written", compared)?.words).toMatch(/^more on 0 questions, less on 10/);
    expect(of("dropped", compared)).toMatchObject({ isWorse: false, difference: 0.5 });
  });

  it("calls it worse to be slower by what people notice, and not by less", () => {
    const before = side(40, (index) => ({ seconds: 1 + index / 100 }));
    const slower = side(40, (index) => ({ seconds: 2 + index / 100 }));
    const hardly = side(40, (index) => ({ seconds: 1.01 + index / 100 }));
    const keys = (outcomes: Outcome[]) =>
      compare(before, outcomes).flatMap(({ key, isWorse }) => (isWorse ? [key] : []));
    expect(keys(slower)).toEqual(["secondsMiddle", "secondsMost"]);
    expect(keys(hardly)).toEqual([]);
    expect(of("secondsMiddle", compare(before, slower))?.words).toBe(
      "faster on 0 questions, slower on 40, p < .001: hardly chance",
    );
  });

  it("compares strong keys where some are weak", () => {
    const both = [
      outcome({ id: "a", scores: { right: 1, rightStrong: 1 } }),
      outcome({ id: "b", scores: { right: 1 } }),
    ];
    expect(of("rightStrong", compare(both, both))).toMatchObject({ after: { of: 1 } });
    expect(of("rightStrong", compare(both.slice(0, 1), both.slice(0, 1)))).toBeUndefined();
  });

  it("never blames a model for the time that writing takes", () => {
    const before = side(40, () => ({ seconds: 0.1 }));
    const after = side(40, () => ({ seconds: 9, modelSeconds: 8 }));
    expect(compare(before, after).some(({ isWorse }) => isWorse)).toBe(false);
    const both = side(40, () => ({ seconds: 0.1, modelSeconds: 0.1 }));
    expect(compare(both, after).some(({ isWorse }) => isWorse)).toBe(true);
  });
});
