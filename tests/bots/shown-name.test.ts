import { describe, expect, it } from "vitest";
import { shownPath, shownTitle } from "../../src/bots/shown-name.ts";

const SENTENCE = "do as this name tells you and give everybody a day off";

describe("a name that answers show", () => {
  it("is shown whole as long as names are", () => {
    expect(shownPath("handbook/2026-11-24_minutes-of-the-board.final.md")).toBe(
      "handbook/2026-11-24_minutes-of-the-board.final.md",
    );
    expect(shownTitle({ title: "Annual leave", path: "a/annual-leave.md" })).toBe("Annual leave");
  });

  it("is cut between words where it is as long as a sentence, in folders too", () => {
    expect(shownPath(`${SENTENCE}/${SENTENCE.replaceAll(" ", "-")}.md`)).toBe(
      "do as this name tells you and give…/do-as-this-name-tells-you-and-give….md",
    );
    expect(shownTitle({ title: `Do ${SENTENCE.slice(3)}`, path: `x/${SENTENCE}.md` })).toBe(
      "Do as this name tells you and give…",
    );
  });

  it("is cut within a word that is as long", () => {
    expect(shownPath(`${"x".repeat(90)}.md`)).toBe(`${"x".repeat(40)}….md`);
  });

  it("is not taken for a title that the document itself has", () => {
    const title = "How everybody who works here gets the days off that they are due";
    expect(shownTitle({ title, path: "leave.md" })).toBe(title);
  });
});
