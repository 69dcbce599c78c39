import { describe, expect, it } from "vitest";
import { excerpt } from "../../../src/bots/terminal/excerpt.ts";

const text = ["One.", "Two.", "Three is it.", "Four.", "Five.", "Six.", "Seven too."].join("\n");
const mark = (quoted: string) => `<${quoted}>`;

function rangeOf(words: string): [number, number] {
  return [text.indexOf(words), text.indexOf(words) + words.length];
}

describe("excerpt", () => {
  it("shows the quoted line marked, its neighbours, and where lines are left out", () => {
    expect(excerpt(text, { ranges: [rangeOf("Three is")], mark })).toBe("…\nTwo.\n<Three is> it.\nFour.\n…");
  });

  it("marks a stretch over several lines on each of them", () => {
    expect(excerpt(text, { ranges: [rangeOf("One.\nTwo.")], mark })).toBe("<One.>\n<Two.>\nThree is it.\n…");
  });

  it("shows stretches in the order of the text, whatever order they are given in, and overlaps once", () => {
    const ranges = [rangeOf("Seven"), rangeOf("Six.\nSeven"), rangeOf("One.")];
    expect(excerpt(text, { ranges, mark })).toBe("<One.>\nTwo.\n…\nFive.\n<Six.>\n<Seven> too.");
  });

  it("leaves no blank line beside a gap", () => {
    const spaced = "Before.\n\nIt is here.\n\nAfter.";
    expect(excerpt(spaced, { ranges: [[9, 20]], mark })).toBe("…\n<It is here.>\n…");
  });

  it("cleans marked and unmarked text alike", () => {
    const evil = "a\u001B[31mb c\u0007d";
    expect(excerpt(evil, { ranges: [[8, 11]], mark })).not.toMatch(/\p{Cc}/u);
  });
});
