import { describe, expect, it } from "vitest";
import type { Hit } from "../../src/chat.ts";
import { docsChoices, readSought } from "../../src/bots/docs-choices.ts";
import { passage } from "../helpers/scripted-brain.ts";

const hit = (title: string, headings: readonly string[] = [], id = `${"b".repeat(32)}#1`): Hit => ({
  passage: passage({ title, headings, id }),
  score: 1,
});
const LIMITS = { most: 25, longest: 100 };
const names = (...hits: readonly Hit[]) => docsChoices(hits, LIMITS).map(({ name }) => name);

describe("suggestions", () => {
  it("are titles with their headings, best first, each once", () => {
    expect(names(hit("Leave", ["Annual leave"]), hit("Sick days"), hit("Leave", ["Annual leave"], "c#2"))).toEqual([
      "Leave › Annual leave",
      "Sick days",
    ]);
  });

  it("are at most 25", () => {
    const hits = Array.from({ length: 40 }, (_, index) => hit(`Page ${index}`));
    expect(docsChoices(hits, LIMITS)).toHaveLength(25);
  });

  it.each([
    ["a long title", hit("T".repeat(300))],
    ["a long heading", hit("Leave", ["H".repeat(300)])],
    ["both", hit("T".repeat(300), ["middle", "H".repeat(300)])],
    ["characters of two units each", hit("😀".repeat(120), ["😀".repeat(120)])],
  ])("have between 1 and 100 characters, and whole ones: %s", (_case, long) => {
    const [{ name } = { name: "" }] = docsChoices([long], LIMITS);
    expect(name.length).toBeLessThanOrEqual(100);
    expect(name.length).toBeGreaterThan(50);
    expect(name.isWellFormed()).toBe(true);
  });

  it("keep the title and the last heading where not all fits", () => {
    expect(names(hit("Handbook", ["A".repeat(60), "B".repeat(60), "Parental leave"]))).toEqual([
      "Handbook › … › Parental leave",
    ]);
  });

  it("hold no character that is not seen, and none is empty", () => {
    expect(names(hit("Le\u200bave\u202e\n", ["\u0000 Annual"]), hit("\u200b"))).toEqual(["Le ave › Annual"]);
  });

  it("name their passage, or hold words where its id would not fit", () => {
    const [short, long] = docsChoices([hit("Leave"), hit("Sick days", ["Notes"], `${"d".repeat(120)}#1`)], LIMITS);
    expect(short?.value).toBe(`=${"b".repeat(32)}#1`);
    expect(long?.value).toBe("Sick days Notes");
  });
});

describe("what is looked for", () => {
  it.each([
    [`=${"b".repeat(32)}#7`, { kind: "passage", documentId: "b".repeat(32), id: `${"b".repeat(32)}#7` }],
    ["  sick leave ", { kind: "words", words: "sick leave" }],
    ["=../../etc#1", { kind: "words", words: "=../../etc#1" }],
    ["=abc#", { kind: "words", words: "=abc#" }],
    ["x".repeat(500), { kind: "words", words: "x".repeat(90) }],
    ["   ", undefined],
  ])("in %j is %j", (value, sought) => {
    expect(readSought(value)).toEqual(sought);
  });

  it("is the passage of a choice that was taken", () => {
    const [choice] = docsChoices([hit("Leave")], LIMITS);
    expect(readSought(choice?.value ?? "")).toMatchObject({ kind: "passage", id: `${"b".repeat(32)}#1` });
  });
});
