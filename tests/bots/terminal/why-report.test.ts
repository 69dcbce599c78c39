import { describe, expect, it } from "vitest";
import { renderWhy } from "../../../src/bots/terminal/why-report.ts";
import { passage, quoted } from "../../helpers/scripted-brain.ts";
import { puppet, written } from "../../helpers/written-answer.ts";

const plain = { columns: Infinity, colors: false };

describe("renderWhy", () => {
  it("says model, prompt, tokens, sentences, what was left out, how long it took, and what was considered", () => {
    expect(renderWhy(written(), plain)).toBe(
      [
        "Why?",
        "  Model       SmolLM2-135M, file 0123456789ab",
        "  Prompt      fedcba987654, 1000 tokens, 800 of them reused",
        "  Written     56 tokens; 2 sentences kept, 1 dropped",
        "  Left out    3 passages, 0 earlier turns",
        "  Took        search 3 ms, choosing sentences 1 ms, waiting 1.2 s, writing 4.0 s",
        "  Considered  Leave > Annual leave  leave.md:3",
        "              Sick leave > Annual leave  sick.md:3",
        "",
      ].join("\n"),
    );
    expect(renderWhy(written({ model: puppet }), plain)).toContain("rehearsal (a puppet: it plays given words)\n");
  });

  it("says of which day each document is, and on which page", () => {
    const hit = {
      passage: passage({ path: "a.pdf", lines: [0, 0], page: 3, modifiedAt: "2024-01-02T23:59:00.000Z" }),
      score: 1,
    };
    expect(renderWhy({ ...quoted(), hits: [hit] }, plain)).toContain(
      "  Considered  Leave > Annual leave  a.pdf, p. 3  2024-01-02\n",
    );
  });

  it("says why nothing was written, and nothing of writing where there is no model", () => {
    const why = "The model has not shown that it answers better.";
    expect(renderWhy({ ...quoted(), writing: { kind: "not written", why } }, plain)).toContain(`Not written ${why}\n`);
    expect(renderWhy(quoted(), plain)).not.toContain("ritten");
  });

  it("keeps to the columns, and lets nothing drive the terminal", () => {
    const evil = passage({ title: `\u001B[2J\u202E${"word ".repeat(30)}`, path: "a\nb.md" });
    const shown = renderWhy({ ...written(), hits: [{ passage: evil, score: 1 }] }, { columns: 50, colors: false });
    expect(shown.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    expect(shown.split("\n").filter((line) => line.length > 50)).toEqual([]);
  });
});
