import { describe, expect, it } from "vitest";
import { partsOf } from "../../src/brain/sentence-parts.ts";
import { sentencesOf } from "../../src/knowledge/sentences.ts";
import { countWords } from "../../src/knowledge/split-block.ts";

const partsIn = (markdown: string) => sentencesOf(markdown).flatMap((sentence) => partsOf(sentence, markdown));
const many = (words: string, times: number) => Array.from({ length: times }, () => words).join(" ");

describe("partsOf", () => {
  it("leaves what is short as it is", () => {
    const markdown = "You need:\n\n- a badge. Ask for it.\n\nThen come in.";
    expect(partsIn(markdown)).toEqual(sentencesOf(markdown));
  });

  it("takes a long item by the sentence, each with the list's lead-in and its own range", () => {
    const markdown = `You need:\n\n- **A badge.** The desk by the door on the first floor prints one for everybody who comes. Bring your [passport](a.md) and a photo, since the desk keeps a copy of both.`;
    const parts = partsIn(markdown).filter(({ kind }) => kind === "item");
    expect(parts.map(({ text }) => text)).toEqual([
      "A badge.",
      "The desk by the door on the first floor prints one for everybody who comes.",
      "Bring your passport and a photo, since the desk keeps a copy of both.",
    ]);
    expect(parts.map(({ range }) => markdown.slice(...range))).toEqual([
      "**A badge.**",
      "The desk by the door on the first floor prints one for everybody who comes.",
      "Bring your [passport](a.md) and a photo, since the desk keeps a copy of both.",
    ]);
    expect(parts.map(({ context }) => context?.text)).toEqual(["You need:", "You need:", "You need:"]);
  });

  it("cuts a sentence that is too long between clauses, and shows that it goes on", () => {
    const clause = (subject: string) => `the ${subject} company pays for ${many("every night and", 4)} every meal`;
    const markdown = `On a trip ${["first", "second", "third"].map(clause).join("; ")}.`;
    const parts = partsIn(markdown);
    expect(parts).toHaveLength(3);
    expect(parts[0]?.text).toMatch(/^On a trip the first company .* …$/);
    expect(parts[1]?.text).toMatch(/^… the second company .*; …$/);
    expect(parts[2]?.text).toMatch(/^… the third company .* every meal\.$/);
    expect(parts.map(({ range }) => markdown.slice(...range)).join(" ")).toBe(markdown);
  });

  it("shows some cells of a long row with its first one", () => {
    const cell = (what: string) => `${what} ${many("is told here at length", 4)}`;
    const markdown = `| Plan | Price | Limits | Support |\n|---|---|---|---|\n| Large | ${cell("price")} | ${cell("limit")} | by mail |`;
    const parts = partsIn(markdown);
    expect(parts.map(({ text }) => text.slice(0, 30))).toEqual([
      "Plan: Large; Price: price is t",
      "Plan: Large; Limits: limit is ",
    ]);
    expect(parts[1]?.text).toMatch(/; Support: by mail$/);
    for (const { range, context } of parts) {
      expect(markdown.slice(...range)).toMatch(/^\| Large .*\|$/);
      expect(context?.text).toBe("Plan, Price, Limits, Support");
    }
  });

  it("takes some lines of long code, as they stand", () => {
    const lines = Array.from({ length: 30 }, (_, line) => `  setting-${line}: value of ${line}`);
    const markdown = `\`\`\`yaml\nsettings:\n${lines.join("\n")}\n\`\`\``;
    const parts = partsIn(markdown);
    expect(parts.length).toBeGreaterThan(2);
    for (const { kind, text, range } of parts) {
      expect(kind).toBe("code");
      expect(countWords(text)).toBeLessThanOrEqual(30);
      expect(markdown.slice(...range)).toBe(text);
    }
    expect(parts.map(({ text }) => text).join("\n  ")).toBe(`settings:\n${lines.join("\n")}`);
  });

  it("gives one word of any length back, and takes time by the length of what it is given", { timeout: 20_000 }, () => {
    expect(partsIn("x".repeat(5_000))).toHaveLength(1);
    for (const mark of ["a; ", "a ", "a: b. ", "- a. b\n", "| a; b |\n", "`a; "]) {
      expect(partsIn(mark.repeat(20_000 / mark.length))).toBeInstanceOf(Array);
    }
  });
});
