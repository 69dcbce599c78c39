import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { renderAnswer, renderHits } from "../../../src/bots/terminal/to-terminal.ts";
import { passage, quoted, unknown } from "../../helpers/scripted-brain.ts";
import { puppet, smol, twoQuoted, written, writtenBy } from "../../helpers/written-answer.ts";

const plain = { columns: Infinity, colors: false };

describe("renderAnswer", () => {
  it("says the sentences first, then where they stand with title, headings, file, line, link and the passage", () => {
    const from = passage({ url: "https://docs.acme.example/leave#annual-leave" });
    expect(renderAnswer(quoted(from), plain)).toBe(
      [
        "Everybody gets 28 days of annual leave.",
        "",
        "Leave > Annual leave",
        "  leave.md:3  https://docs.acme.example/leave#annual-leave",
        "  │ Everybody gets 28 days of annual leave. Ask your lead first.",
        "",
      ].join("\n"),
    );
  });

  it("numbers the passages where there are several, in the sentences and beside the places", () => {
    const answer = {
      kind: "quoted",
      quotes: [
        { passage: 1, text: "Second.", ranges: [[0, 7]] },
        { passage: 0, text: "First.", ranges: [[0, 6]] },
      ],
      passages: [passage({ text: "First." }), passage({ path: "sick.md", title: "Sick leave", text: "Second." })],
    } as const;
    const lines = renderAnswer({ answer }, plain).split("\n");
    expect(lines.slice(0, 2)).toEqual(["Second. [2]", "First. [1]"]);
    expect(lines).toContain("[1] Leave > Annual leave");
    expect(lines).toContain("[2] Sick leave > Annual leave");
  });

  it("says what a model wrote with its marks, then the quotes it does not repeat, then every source by its number", () => {
    expect(renderAnswer(written(), plain)).toBe(
      [
        "You get 28 days a year [1]. Ask your lead first [1].",
        "",
        "Quoted:",
        "Tell your lead before ten. [2]",
        "",
        "[1] Leave > Annual leave",
        "  leave.md:3",
        "  Everybody gets 28 days of annual leave. Ask your lead first.",
        "",
        "[2] Sick leave > Annual leave",
        "  sick.md:3",
        "  │ Tell your lead before ten.",
        "",
      ].join("\n"),
    );
    const [first] = twoQuoted.passages;
    const one = { kind: "cited", text: "28 days [1].", quotes: [], passages: [first] } as const;
    expect(renderAnswer({ answer: one }, plain)).toMatch(/^28 days \[1\]\.\n\n\[1\] Leave > Annual leave\n/);
  });

  it("says which passages disagree, and of which day each is, before the places", () => {
    const [first, second] = twoQuoted.passages;
    const old = { ...first, modifiedAt: "2024-01-02T08:00:00.000Z" };
    const answer = { ...twoQuoted, passages: [old, second ?? first], conflicts: [[0, 1]] } as const;
    expect(renderAnswer({ answer }, plain)).toMatch(
      /before ten\. \[2\]\n\nThese disagree: \[1\] Leave \(2024-01-02\), \[2\] Sick leave\n\n\[1\] Leave > Annual leave\n/,
    );
  });

  it("shows small talk alone, and says so where a puppet played the words", () => {
    const plainAnswer = { kind: "plain", text: "Hello." } as const;
    expect(renderAnswer({ answer: plainAnswer, writing: writtenBy(smol) }, plain)).toBe("Hello.\n");
    const label = "rehearsal (a puppet: it plays given words)\n";
    expect(renderAnswer({ answer: plainAnswer, writing: writtenBy(puppet) }, plain)).toBe(`${label}Hello.\n`);
    expect(renderAnswer(written({ model: puppet }), plain).startsWith(`${label}You get`)).toBe(true);
  });

  it("says that it is not in the docs, and what is nearest", () => {
    expect(renderAnswer(unknown(passage()), plain)).toBe(
      "Not in the docs.\n\nNearest:\n  Leave > Annual leave\n    leave.md:3\n",
    );
    expect(renderAnswer(unknown(), plain)).toBe("Not in the docs.\n");
  });

  it("wraps at words within the columns, with and without colours", () => {
    const from = passage({ text: `${"A sentence of several words. ".repeat(12)}\n\n- ${"item ".repeat(40)}` });
    const answer = quoted(from, from.text.slice(0, 200)).answer;
    for (const colors of [false, true]) {
      const lines = stripVTControlCharacters(renderAnswer({ answer }, { columns: 50, colors })).split("\n");
      expect(lines.length).toBeGreaterThan(12);
      expect(lines.filter((line) => line.length > 50)).toEqual([]);
      expect(lines.join(" ").replaceAll(/[\s│]+/g, " ")).toContain("words. A sentence of several words. A");
    }
  });

  it("shows quoted words in bold inside their passage where colours are wanted, and no escape where not", () => {
    const { answer } = quoted();
    const colourful = renderAnswer({ answer }, { columns: 80, colors: true });
    const shown = colourful.split("\n").find((line) => line.includes("Ask your lead"));
    expect(shown).toContain("\u001B[1mEverybody gets 28 days of annual leave.\u001B[22m Ask your lead first.");
    expect(renderAnswer({ answer }, plain)).not.toContain("\u001B");
    expect(stripVTControlCharacters(colourful)).toBe(renderAnswer({ answer }, { columns: 80, colors: false }));
  });

  it("lets nothing in a document drive the terminal", () => {
    const evil = "\u001B]52;c;cm0=\u0007\u001B[2J\u202Ebad\u009B1m\r";
    const from = passage({
      text: `${evil} text.`,
      title: evil,
      headings: [evil],
      path: `${evil}\nNot in the docs..md`,
      url: `https://docs.acme.example/${evil}`,
    });
    for (const answered of [quoted(from, from.text), unknown(from), written({ text: evil, passages: [from] })]) {
      const shown = renderAnswer(answered, plain);
      expect(shown.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
      expect(shown).toContain("bad");
      expect(shown).not.toMatch(/^Not in the docs\.\.md/m);
    }
    expect(renderHits([{ passage: from, score: 1 }], plain).replaceAll("\n", "")).not.toMatch(
      /\p{Cc}|\p{Bidi_Control}/u,
    );
  });
});

describe("renderHits", () => {
  it("lists where each passage stands and how it begins", () => {
    const hits = [{ passage: passage({ text: `First line\nof the text ${"word ".repeat(60)}` }), score: 2 }];
    const [place, file, snippet] = renderHits(hits, plain).split("\n");
    expect(place).toBe("Leave > Annual leave");
    expect(file).toBe("  leave.md:3");
    expect(snippet).toMatch(/^ {2}First line of the text (word )+…$/);
    expect(snippet?.length).toBeLessThanOrEqual(164);
  });

  it("cuts text without spaces too, and never inside a character", () => {
    const [, , snippet = ""] = renderHits([{ passage: passage({ text: "😀".repeat(200) }), score: 1 }], plain).split(
      "\n",
    );
    expect(snippet.isWellFormed()).toBe(true);
    expect(snippet.endsWith(" …")).toBe(true);
  });
});
