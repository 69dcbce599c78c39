import { describe, expect, it } from "vitest";
import { compare } from "../../src/eval/compare.ts";
import { figuresOf } from "../../src/eval/figures.ts";
import { comparisonTable, figureTable } from "../../src/eval/table.ts";
import { outcome, written } from "./outcomes.ts";

describe("figureTable", () => {
  it("shows shares with their counts, seconds, and what the file says nothing about", () => {
    const outcomes = [
      outcome({ id: "a", seconds: 0.2, scores: { recall1: 0.5, recall5: 1, cited: 1, falseRefusal: 0 } }),
      outcome({ id: "b", seconds: 3, scores: { recall1: 0, recall5: 1, cited: 0, falseRefusal: 0 } }),
    ];
    expect(figureTable(figuresOf(outcomes)).split("\n")).toEqual([
      "right document first               25.0 %  0.5 of 2",
      "right document in first 5         100.0 %  2 of 2",
      "right document cited               50.0 %  1 of 2",
      "false refusals                      0.0 %  0 of 2",
      "seconds, the middle one           0.20",
      "seconds, 95 % within              3.00",
      'Not measured, since the file has no gold_quote, no answer_keys, no questions that the documents do not answer ("answerable": false).',
      "",
    ]);
  });

  it("counts dropped sentences over all answers together", () => {
    const outcomes = [
      outcome({ id: "a", writing: written(9, 1), scores: { written: 1, dropped: 0.1 } }),
      outcome({ id: "b", writing: written(0, 1), scores: { written: 1, dropped: 1 } }),
      outcome({ id: "c", writing: { kind: "not written", why: "it is late" }, scores: { written: 0 } }),
    ];
    const table = figureTable(figuresOf(outcomes));
    expect(table).toContain("written by the model               66.7 %  2 of 3");
    expect(table).toContain("sentences dropped                  18.2 %  2 of 11");
  });

  it("leaves out the figure of strong keys where none is weak", () => {
    const strong = outcome({ id: "a", scores: { right: 1, rightStrong: 1 } });
    const weak = outcome({ id: "b", scores: { right: 1 } });
    expect(figuresOf([strong]).map(({ key }) => key)).not.toContain("rightStrong");
    expect(figuresOf([strong, weak])).toContainEqual({ key: "rightStrong", value: 1, hits: 1, of: 1 });
  });
});

describe("comparisonTable", () => {
  it("shows both values, the difference and what the test says, and marks what is worse", () => {
    const ids = Array.from({ length: 10 }, (_, index) => `q${index}`);
    const before = ids.map((id) => outcome({ id, seconds: 1, scores: { right: 1 } }));
    const after = ids.map((id) =>
      outcome({ id, seconds: 1, writing: written(1, 1), scores: { right: 0, dropped: 0.5 } }),
    );
    const table = comparisonTable(compare(before, after), {
      before: "model=small,write=never",
      after: "model=small,write=always",
      figures: figuresOf(after),
    });
    expect(table.split("\n").slice(0, 5)).toEqual([
      "                                  write=never               write=always              difference",
      "right by key                      100.0 %  10 of 10           0.0 %  0 of 10          -100.0 points",
      "    better on 0 questions, worse on 10, p = .002: hardly chance  <- WORSE",
      "seconds, the middle one           1.00                      1.00                      none",
      "    the same on every question",
    ]);
    expect(table).toContain("sentences dropped                 -                          50.0 %  10 of 20\n");
  });
});
