import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/eval/outcome.ts";
import type { Scores } from "../../src/eval/scores.ts";
import { judge } from "../../src/eval/verdict.ts";
import { outcome } from "./outcomes.ts";

const at = new Date("2026-11-24T10:00:00Z");
const side = (count: number, given: (index: number) => Scores): Outcome[] =>
  Array.from({ length: count }, (_, index) => outcome({ id: `q${index}`, scores: given(index) }));
const right = (upTo: number) => (index: number) => ({ rightStrong: index < upTo ? 1 : 0, right: index < upTo ? 1 : 0 });

describe("judge", () => {
  it("lets a model write that is right on more questions and worse in nothing", () => {
    expect(judge(side(20, right(8)), side(20, right(11)), { at })).toEqual({
      wins: true,
      why: "The model writes: what the model wrote was right on 11 of 20 questions, the quoted answer on 8, and it is worse in no other figure",
      questions: 20,
      at: "2026-11-24T10:00:00.000Z",
    });
  });

  it("lets the quoted answer stand where both are right as often", () => {
    const verdict = judge(side(20, right(8)), side(20, right(8)), { at });
    expect(verdict).toMatchObject({ wins: false, questions: 20 });
    expect(verdict.why).toBe(
      "The quoted answer stands: what the model wrote was right on 8 of 20 questions, the quoted answer on 8",
    );
  });

  it.each([
    ["falseAnswer", 1, "false answers (1 of 1 instead of 0 of 1)"],
    ["falseRefusal", 1, "false refusals (1 of 1 instead of 0 of 1)"],
    ["cited", 0, "right document cited (0 of 1 instead of 1 of 1)"],
  ] as const)("names the figure in which a model is worse: %s", (key, value, words) => {
    const before = [...side(20, right(8)), outcome({ id: "x", scores: { [key]: 1 - value } })];
    const after = [...side(20, right(11)), outcome({ id: "x", scores: { [key]: value } })];
    const verdict = judge(before, after, { at });
    expect(verdict.wins).toBe(false);
    expect(verdict.why).toContain(words);
  });

  it("goes by the cited document where a question has no strong keys", () => {
    const before = side(12, () => ({ recall1: 1, cited: 0, right: 1 }));
    const after = side(12, () => ({ recall1: 1, cited: 1, right: 0 }));
    expect(judge(before, after, { at })).toMatchObject({ wins: true, questions: 12 });
    const refused = after.map((one) => ({ ...one, answered: false }));
    expect(judge(before, refused, { at }).wins).toBe(false);
  });

  it("judges nothing by a handful of questions, or by those that say nothing about the answer", () => {
    expect(judge(side(9, right(0)), side(9, right(9)), { at })).toMatchObject({ wins: false, questions: 9 });
    const silent = side(20, () => ({ falseRefusal: 0 }));
    expect(judge(silent, silent, { at })).toMatchObject({ wins: false, questions: 0 });
  });
});
