import { describe, expect, it } from "vitest";
import { scoresOf, type Said } from "../../src/eval/scores.ts";
import { evalQuestion } from "./outcomes.ts";

const said: Said = { answered: true, answer: "", citations: [], results: [], seconds: 1 };
const result = (path: string, text = "") => ({ path, text });

describe("scoresOf", () => {
  it("counts documents once, however many of their passages are found", () => {
    const question = evalQuestion({ goldGroups: [["b.md"]] });
    const results = [result("a.md"), result("a.md"), result("b.md")];
    expect(scoresOf(question, { ...said, results })).toMatchObject({ recall1: 0, recall5: 1 });
    const five = ["1", "2", "3", "4", "5"].map((path) => result(path));
    expect(scoresOf(question, { ...said, results: [...five, result("b.md")] })).toMatchObject({ recall5: 0 });
  });

  it("gives each part of an answer its share, and takes any document of a group", () => {
    const question = evalQuestion({ goldGroups: [["a.md", "other.md"], ["b.md"]] });
    const given = { ...said, results: [result("other.md")], citations: ["other.md", "b.md"] };
    expect(scoresOf(question, given)).toMatchObject({ recall1: 0.5, recall5: 0.5, cited: 1 });
  });

  it("reads paths alike however they are written", () => {
    const question = evalQuestion({ goldGroups: [["pages/a.md"]] });
    const given = { ...said, results: [result("./pages\\a.md#part")], citations: ["/pages/a.md"] };
    expect(scoresOf(question, given)).toMatchObject({ recall1: 1, cited: 1 });
  });

  it("finds the exact passage whatever its marks and white space, among the first five only", () => {
    const question = evalQuestion({
      goldGroups: [["a.md"]],
      goldQuotes: [{ doc: "a.md", quote: "Everybody gets **28 days**\nof leave." }],
    });
    const others = Array.from({ length: 4 }, () => result("b.md", "nothing"));
    const right = result("a.md", "So: everybody gets 28 days of leave, always.");
    expect(scoresOf(question, { ...said, results: [...others, right] }).passage5).toBe(1);
    expect(scoresOf(question, { ...said, results: [...others, result("b.md"), right] }).passage5).toBe(0);
  });

  it("takes a passage with seven tenths of the quote's runs of words, and not one with fewer", () => {
    const words = Array.from({ length: 12 }, (_, index) => `w${index}`);
    const question = evalQuestion({ goldQuotes: [{ doc: "", quote: words.join(" ") }] });
    const holding = (count: number) => ({ ...said, results: [result("a.md", words.slice(0, count).join(" "))] });
    expect(scoresOf(question, holding(9)).passage5).toBe(1);
    expect(scoresOf(question, holding(8)).passage5).toBe(0);
  });

  it("calls an answer right that matches one key and all that must match, over line breaks too", () => {
    const question = evalQuestion({ keys: [/28 days/i, /four weeks/i], keysAll: [/lead/i] });
    expect(scoresOf(question, { ...said, answer: "28\ndays. Ask your Lead." })).toMatchObject({
      right: 1,
      rightShort: 1,
      rightStrong: 1,
    });
    expect(scoresOf(question, { ...said, answer: "28 days." })).toMatchObject({ right: 0 });
    expect(scoresOf(question, { ...said, answered: false, answer: "28 days, lead" })).toMatchObject({ right: 0 });
  });

  it("tells a right answer of more than sixty words from a short one, and weak keys from strong ones", () => {
    const question = evalQuestion({ keys: [/yes/i], hasWeakKeys: true });
    const answer = (words: number) => ({ ...said, answer: Array.from({ length: words }, () => "yes").join(" ") });
    expect(scoresOf(question, answer(60))).toMatchObject({ right: 1, rightShort: 1 });
    expect(scoresOf(question, answer(61))).toMatchObject({ right: 1, rightShort: 0 });
    expect(scoresOf(question, answer(1))).not.toHaveProperty("rightStrong");
  });

  it("counts false answers and false refusals, each where they can be", () => {
    expect(scoresOf(evalQuestion({ answerable: false }), said)).toEqual({ falseAnswer: 1, seconds: 1 });
    expect(scoresOf(evalQuestion(), { ...said, answered: false })).toEqual({ falseRefusal: 1, seconds: 1 });
  });

  it("leaves out what the question says nothing about, and citations where nothing was answered", () => {
    expect(scoresOf(evalQuestion(), said)).toEqual({ falseRefusal: 0, seconds: 1 });
    const refused = scoresOf(evalQuestion({ goldGroups: [["a.md"]] }), { ...said, answered: false });
    expect(refused).toEqual({ falseRefusal: 1, recall1: 0, recall5: 0, seconds: 1 });
  });

  it("says whether a model wrote, and what share of its sentences was dropped", () => {
    expect(scoresOf(evalQuestion(), { ...said, writing: { kind: "written", kept: 3, dropped: 1 } })).toMatchObject({
      written: 1,
      dropped: 0.25,
    });
    expect(scoresOf(evalQuestion(), { ...said, writing: { kind: "not written" } })).toEqual({
      falseRefusal: 0,
      seconds: 1,
      written: 0,
    });
  });
});
